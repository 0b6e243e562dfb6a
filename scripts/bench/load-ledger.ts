/**
 * A ledger with one issuer and two witnesses, as a process of its own, for a verifier under load that follows and publishes.
 * Argument: a folder. Prints {@link LoadLedger} as one line of JSON once everything listens; anchors a batch each second from
 * the first line of its input on, and ends with it.
 */
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { buildWitnessApp } from '../../auditor/witness/app.ts';
import { WitnessRecord } from '../../auditor/witness/record.ts';
import { Witness } from '../../auditor/witness/witness.ts';
import { originOf } from '../../core/bundle/checkpoint.ts';
import type { NoteSigner } from '../../core/bundle/cosignature.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { silentLogger } from '../../service/logging.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { readNoteKey } from '../../service/note-key.ts';
import { GENESIS_SECONDS, handOf } from '../../test/ledger/support/test-ledger.ts';
import { startPublishedIssuer } from '../../test/verifier/support/published-issuer.ts';

export interface LoadLedger {
  readonly deployment: Deployment;
  readonly rpcUrl: string;
  readonly issuer: { readonly did: string; readonly url: string };
  /** After all that it will ever anchor. */
  readonly nowSeconds: number;
  readonly codes: readonly string[];
  readonly witnessUrls: readonly string[];
  /** Of the publisher, whom the witnesses know. */
  readonly keyFile: string;
}

const CODES = 32;
const BLOCK_MS = 1000;
const nowSeconds = GENESIS_SECONDS + 3600;

const [, , folder = ''] = process.argv;
const issuer = await startPublishedIssuer();
const codes: string[] = [];
for (let i = 0; i < CODES; i++) codes.push(await issuer.issue(i));
await issuer.publish([]);
const keyFile = await newKeyFile('publisher');
const publisher = await readNoteKey({ name: 'publisher.example', path: keyFile });
const witnessUrls = await startWitnesses(publisher);
const ledger: LoadLedger = {
  deployment: issuer.deployment,
  rpcUrl: issuer.rpcUrl,
  issuer: { did: issuer.did, url: issuer.url },
  nowSeconds,
  codes,
  witnessUrls,
  keyFile,
};
process.stdout.write(`${JSON.stringify(ledger)}\n`);

let next = CODES;
const input = createInterface(process.stdin);
input.once('line', () => void anchorForEver());
input.once('close', () => process.exit(0));

async function anchorForEver(): Promise<void> {
  for (;;) {
    const due = delay(BLOCK_MS);
    await issuer.issue(next++);
    await due;
  }
}

async function newKeyFile(name: string): Promise<string> {
  const path = join(folder, `${name}.jwk.json`);
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFile(path, JSON.stringify(privateKey.export({ format: 'jwk' })), { mode: 0o600 });
  return path;
}

async function startWitnesses({ publicKey }: NoteSigner): Promise<readonly string[]> {
  const origin = originOf(issuer.deployment);
  const names = ['one', 'two'];
  const signers = await Promise.all(
    names.map(async (name) => readNoteKey({ name: `${name}.example`, path: await newKeyFile(name) })),
  );
  {
    using governor = handOf('governor', issuer.rpcUrl, issuer.deployment);
    await governor.trust.setCheckpointSet(
      signers.map((signer) => signer.publicKey),
      signers.length,
    );
  }
  const deps = { crypto: nodeCrypto, nowSeconds: () => nowSeconds };
  return await Promise.all(
    signers.map(async (signer) => {
      const record = await WitnessRecord.open(join(folder, signer.name));
      await Witness.found(record, origin);
      const logs = [{ origin, keys: [publicKey], content: 'log-only' as const }];
      const witness = await Witness.open({ logs, signer }, { ...deps, record });
      const limits = { maxEventLoopDelayMs: 0, requestsPerMinute: 1_000_000 };
      const app = await buildWitnessApp({ witness, logger: silentLogger, limits });
      return await app.listen({ host: '127.0.0.1', port: 0 });
    }),
  );
}
