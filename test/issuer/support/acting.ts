/**
 * A process that carries one act through and is killed on the way: `node acting.ts FOLDER WRITES`. Before its write
 * number WRITES, to the disk or to the ledger, it kills itself as `kill -9` does; 0 = never. What it does is
 * repeatable: the same proposal, the same approvals. Prints `done` when the lists are published.
 */
import { readFile } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import process from 'node:process';
import { toHex } from '../../../core/bytes/hex.ts';
import { Issuer } from '../../../issuer/issuer.ts';
import { connectLedger } from '../../../issuer/ledger-ports.ts';
import type { StatusPort } from '../../../issuer/ports.ts';
import { readSecrets } from '../../../issuer/secrets.ts';
import { parseDeployment } from '../../../ledger/deployment.ts';
import { Store } from '../../../service/store.ts';
import { ISSUER, ISSUER_DID, keyOf } from '../../ledger/support/test-ledger.ts';
import { IssuerHouse } from './issuer-house.ts';
import { approve, request } from './two-people.ts';

/** What the parent writes into `FOLDER/acting.json`. */
export interface Acting {
  readonly rpcUrl: string;
  readonly deployment: string;
  readonly nowMs: number;
  readonly site: string;
}

if (import.meta.main) {
  // What is killed does not come to write its compile cache.
  flushCompileCache();
  const [folder = '', writes = '0'] = process.argv.slice(2);
  // The parent wrote it.
  const plan = JSON.parse(await readFile(`${folder}/acting.json`, 'utf8')) as Acting;
  await carryThrough(folder, plan, countdown(Number(writes)));
  process.stdout.write('done\n');
}

async function carryThrough(folder: string, plan: Acting, beforeWrite: () => void): Promise<void> {
  const house = IssuerHouse.at(folder);
  house.nowMs = plan.nowMs;
  const deployment = parseDeployment(plan.deployment);
  const { rpcUrl } = plan;
  const ports = connectLedger({ rpcUrl, deployment, did: ISSUER_DID, accountKey: toHex(keyOf('account')) });
  const commit = Store.prototype.commit;
  Store.prototype.commit = async function (batch) {
    if (batch.operations.length > 0) beforeWrite();
    await commit.call(this, batch);
  };
  await using issuer = await Issuer.open(
    house.config({ did: ISSUER_DID }),
    await readSecrets(`${folder}/secrets.json`),
    house.ports({ ...ports, status: counted(ports.status, beforeWrite) }),
  );
  const wish = request({ by: 'site', site: plan.site }, { kind: 'suspend', reason: 'site-under-review' });
  const { id, state } = await issuer.acts.propose(wish, 'the one act');
  if (state === 'proposed' || state === 'approving') {
    const keys = [toHex(keyOf('governor')), toHex(keyOf('stranger'))] as const;
    await approve(issuer, [id], { keys, place: { deployment, issuer: ISSUER } });
  }
  await issuer.pass();
}

function counted(status: StatusPort, beforeWrite: () => void): StatusPort {
  return {
    ...status,
    publish: async (next) => {
      beforeWrite();
      await status.publish(next);
    },
    anchorActs: async (batch, approvals) => {
      // What is there already is not written again.
      if ((await status.actSequence()) < batch.sequence) beforeWrite();
      return await status.anchorActs(batch, approvals);
    },
  };
}

function countdown(writes: number): () => void {
  let left = writes;
  return () => {
    if (--left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
