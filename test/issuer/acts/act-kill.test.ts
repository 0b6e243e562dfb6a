/** O3: an act on many records, its process killed again and again, touches exactly those records. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { fromBase64url } from '../../../core/bytes/base64url.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import type { HealthRecord } from '../../../core/record/record.ts';
import { runAudit } from '../../../auditor/audit.ts';
import { buildIssuerApp } from '../../../issuer/app.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { connectLedger } from '../../../issuer/ledger-ports.ts';
import { writeSecrets } from '../../../issuer/secrets.ts';
import { formatDeployment, type Deployment } from '../../../ledger/deployment.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { FetchError } from '../../../verifier/fetch-json.ts';
import {
  addressOf,
  admitIssuer,
  deployTo,
  FAR_FUTURE,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  ISSUER_DID,
  keyOf,
  startTestNode,
} from '../../ledger/support/test-ledger.ts';
import { Random } from '../../support/random.ts';
import { isLongRun, runs, testSeed } from '../../support/scale.ts';
import type { Acting } from '../support/acting.ts';
import { collect, IssuerHouse, issued, rowsOf, vaccination } from '../support/issuer-house.ts';
import { act } from '../support/two-people.ts';

const SITE = 'CVC-1';
const ACTING = resolve(import.meta.dirname, '../support/acting.ts');

describe('acts: killed on the way', function () {
  // Seven processes, one after the other, each with an issuer of its own.
  this.timeout(runs(300_000, 3_600_000));

  it('touch exactly the records they name, once, and the audit passes', async () => {
    const records = runs(1_000, 20_000);
    await using node = await startTestNode();
    const deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    await addApprovers(node.url, deployment);
    await using house = await IssuerHouse.create();
    house.nowMs = GENESIS_SECONDS * 1000;
    await writeSecrets(join(house.folder, 'secrets.json'), house.secrets);
    const open = (): Promise<Issuer> =>
      house.open({
        config: { did: ISSUER_DID },
        ports: connectLedger({
          rpcUrl: node.url,
          deployment,
          did: ISSUER_DID,
          accountKey: toHex(keyOf('account')),
        }),
      });

    const first = await open();
    await addKey(first, node.url, deployment);
    const handles = await issueHalfAt(first, records);
    await first.settle();
    await first.close();

    const plan: Acting = {
      rpcUrl: node.url,
      deployment: formatDeployment(deployment),
      nowMs: house.nowMs,
      site: SITE,
    };
    await writeFile(join(house.folder, 'acting.json'), JSON.stringify(plan));
    const kills = await killUntilDone(house.folder);
    expect(kills).to.be.at.least(runs(4, 20));

    await using issuer = await open();
    await issuer.pass();
    await expectExactly(issuer, handles, 'suspended');
    const [{ id } = { id: '' }, ...others] = await issuer.acts.list({ limit: 10 });
    expect(others).to.deep.equal([]);
    await auditPasses(issuer, house, { rpcUrl: node.url, deployment, changes: records });

    // And back again.
    const keys = [toHex(keyOf('governor')), toHex(keyOf('stranger'))] as const;
    const people = { keys, place: { deployment, issuer: ISSUER } };
    await act(issuer, { by: 'act', act: id }, { kind: 'reinstate', reason: 'acted-in-error' }, people);
    await issuer.pass();
    await expectExactly(issuer, handles, 'valid');
    await auditPasses(issuer, house, { rpcUrl: node.url, deployment, changes: 2 * records });
  });
});

/** Every second record is of the site; the others must not be touched. */
async function issueHalfAt(issuer: Issuer, records: number): Promise<{ at: string[]; elsewhere: string[] }> {
  const rows = Array.from({ length: 2 * records }, (_, n): HealthRecord => {
    // A specimen vaccination has a centre.
    return { ...vaccination(n), centre: n % 2 === 0 ? SITE : 'CVC-2' } as HealthRecord;
  });
  const handles: { at: string[]; elsewhere: string[] } = { at: [], elsewhere: [] };
  for (const [n, result] of (await collect(issuer.issueRows(rowsOf(rows)))).entries()) {
    // One of both credentials stands for both: they have lists of their own, and the audit counts all entries.
    const [handle] = issued(result).credentials.map((credential) => credential.handle);
    (n % 2 === 0 ? handles.at : handles.elsewhere).push(handle ?? '');
  }
  return handles;
}

/**
 * Kills each process after a write or two until one comes to its end: the states between writes are what the next one
 * starts from. The long run kills after every single write, and at any moment in between.
 */
async function killUntilDone(folder: string): Promise<number> {
  const random = new Random(testSeed);
  for (let kills = 0; ; kills++) {
    if (isLongRun && (await run([folder, '2'], random.uint32() % 3_000)) === 'killed') kills++;
    if ((await run([folder, isLongRun ? '2' : '3'])) === 'done') return kills;
    if (kills > 200) throw new Error('the act does not come any further');
  }
}

async function run(args: readonly string[], killAfterMs?: number): Promise<'done' | 'killed'> {
  const child = spawn(process.execPath, [ACTING, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (said += String(text)));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(timer);
  if (signal === 'SIGKILL') return 'killed';
  if (code === 0 && said === 'done\n') return 'done';
  throw new Error(`the process ended by itself:\n${said}`);
}

async function expectExactly(
  issuer: Issuer,
  { at, elsewhere }: { readonly at: readonly string[]; readonly elsewhere: readonly string[] },
  value: 'suspended' | 'valid',
): Promise<void> {
  const count = async (handles: readonly string[]): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const handle of handles) {
      const found = issuer.status.publishedValue(await issuer.placeOf(handle)) ?? 'unknown';
      counts[found] = (counts[found] ?? 0) + 1;
    }
    return counts;
  };
  expect(await count(at)).to.deep.equal({ [value]: at.length });
  expect(await count(elsewhere)).to.deep.equal({ valid: elsewhere.length });
}

async function auditPasses(
  issuer: Issuer,
  house: IssuerHouse,
  { rpcUrl, deployment, changes }: { rpcUrl: string; deployment: Deployment; changes: number },
): Promise<void> {
  const { operatorToken, auditorToken } = house.secrets;
  await using app = await buildIssuerApp({
    issuer,
    operatorToken,
    auditorToken,
    now: () => house.nowMs,
    // A slow machine is no reason to turn the auditor away.
    limits: { maxEventLoopDelayMs: 0 },
  });
  const report = await runAudit(
    { rpcUrls: [rpcUrl], deployment, issuers: [{ did: ISSUER_DID, url: 'http://issuer.test' }] },
    {
      crypto: nodeCrypto,
      pause: async () => undefined,
      fetch: async (url) => {
        const headers = { authorization: `Bearer ${auditorToken}` };
        const answer = await app.inject({ url: url.slice('http://issuer.test'.length), headers });
        if (answer.statusCode !== 200) throw new FetchError('FETCH_NOT_FOUND', 'not here');
        return answer.json();
      },
    },
  );
  expect(report.findings).to.deep.equal([]);
  // Two credentials a record, each changed once by each act.
  expect(report.acts).to.deep.include({ rederived: report.acts.batches, changes: 2 * changes, erased: 0 });
  expect(report.acts.explained).to.equal(report.acts.versions);
}

async function addKey({ key }: Issuer, rpcUrl: string, deployment: Deployment): Promise<void> {
  using admin = handOf('issuer', rpcUrl, deployment);
  const thumbprint = fromBase64url(key.kid);
  await admin.trust.addKey(ISSUER, { thumbprint, publicKey: key.publicKey, from: 0, until: FAR_FUTURE });
}

async function addApprovers(rpcUrl: string, deployment: Deployment): Promise<void> {
  using admin = handOf('issuer', rpcUrl, deployment);
  for (const role of ['governor', 'stranger'] as const) {
    await admin.trust.addApprover(ISSUER, addressOf(role), { from: 0, until: FAR_FUTURE });
  }
}
