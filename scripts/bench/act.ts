/**
 * A group act on 20,000 records, from the proposal to the published lists: found by reading the store, approved by two
 * signatures, indexed, folded, staged and published, each step synced to disk. The ledger answers at once here.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { invariant } from '../../core/errors.ts';
import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts';
import type { HealthRecord } from '../../core/record/record.ts';
import { ISSUER_DEFAULTS, toIssuerConfig } from '../../issuer/config.ts';
import { Issuer } from '../../issuer/issuer.ts';
import type { PublishedStatus, StatusPort } from '../../issuer/ports.ts';
import { createSecrets } from '../../issuer/secrets.ts';
import { approveActs, approverOf, type ApprovalPlace } from '../../ledger/act-approval.ts';
import { CONTRACT_NAMES, parseDeployment } from '../../ledger/deployment.ts';
import { addressOfKey, issuerIdOf } from '../../ledger/identifiers.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { machineLine, type Figure, type Settings } from './harness.ts';
import { instantAnchors } from './issuing.ts';
import { benchRecord } from './world.ts';

const RECORDS = 20_000;
const LIMIT_SECONDS = 20;
const POLL_MS = 5;
const DID = 'did:web:hk-dh.example';
const ACCOUNT: Hex = '0x01';
const APPROVERS: readonly [Hex, Hex] = [`0x${'a1'.repeat(32)}`, `0x${'a2'.repeat(32)}`];
const SITE = 'Benchmark site';

export async function benchAct({ seed, size = RECORDS }: Settings): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hcl-bench-'));
  try {
    await using issuer = await openIssuer(folder);
    issuer.start();
    // As many others lie between them, which the act must not touch.
    await takeIn(issuer, 2 * size);
    const suspended = await timed(() => act(issuer, 'suspend', size));
    const reinstated = await timed(() => act(issuer, 'reinstate', size));
    return [
      figure('act-suspend', suspended, { seed, size }),
      figure('act-reinstate', reinstated, { seed, size }),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function figure(name: string, seconds: number, { seed, size }: { seed: number; size: number }): Figure {
  return {
    bench: name,
    unit: 's',
    median: seconds,
    target: `≤ ${LIMIT_SECONDS} s for ${RECORDS.toLocaleString('en')} records`,
    met: seconds <= LIMIT_SECONDS * (size / RECORDS),
    n: size,
    seed,
    machine: machineLine(),
    note: `proposed → approved by two → lists published; ${size.toLocaleString('en')} of ${(2 * size).toLocaleString('en')} records`,
  };
}

async function timed(action: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await action();
  return (performance.now() - startedAt) / 1000;
}

async function act(issuer: Issuer, kind: 'suspend' | 'reinstate', size: number): Promise<void> {
  const { id, act: drawnUp } = await issuer.acts.propose({
    kind,
    reason: kind === 'suspend' ? 'site-under-review' : 'investigation-closed',
    legalBasis: 'Benchmark',
    notice: { en: 'Benchmark' },
    target: { by: 'site', site: SITE },
  });
  invariant(drawnUp.affected.credentials === 2 * size, 'the selector finds each record of the site');
  const batch = await issuer.acts.openBatch([id], { replace: false });
  for (const key of APPROVERS) {
    const { signature } = approveActs(key, PLACE, { ...batch, root: fromHex(batch.root) });
    await issuer.acts.approve(batch.root, signature);
  }
  const before = (await issuer.statusManifest()).version;
  while ((await issuer.statusManifest()).version === before) await delay(POLL_MS);
}

async function takeIn(issuer: Issuer, count: number): Promise<void> {
  function* rows(): Generator<{ readonly row: number; readonly record: HealthRecord }> {
    for (let n = 0; n < count; n++) {
      // A specimen is a vaccination, which has a centre.
      const record = { ...benchRecord(n), centre: n % 2 === 0 ? SITE : 'Another site' } as HealthRecord;
      yield { row: n + 1, record };
    }
  }
  for await (const result of issuer.issueRows(rows()))
    invariant('recordId' in result, 'a specimen is a good record');
  await issuer.settle();
}

async function openIssuer(dataFolder: string): Promise<Issuer> {
  const config = toIssuerConfig({
    did: DID,
    name: 'HK-DH',
    jurisdiction: 'HK',
    dataFolder,
    publicBaseUrl: 'https://hk-dh.example',
    windowMs: { short: 100, long: 100 },
    status: { freshForSeconds: ISSUER_DEFAULTS.freshForSeconds },
    maxWaiting: ISSUER_DEFAULTS.maxWaiting,
    http: { host: '127.0.0.1', port: 0, maxFileBytes: ISSUER_DEFAULTS.maxFileBytes },
    logLevel: 'silent',
  });
  const randomBytes = createRandomBytes();
  return await Issuer.open(config, createSecrets(randomBytes), {
    crypto: nodeCrypto,
    ledger: instantAnchors(),
    status: instantStatus(),
    now: Date.now,
    randomBytes,
  });
}

/** Checks signatures as the contract does, and answers at once. */
function instantStatus(): StatusPort {
  const approvers = new Set(APPROVERS.map((key) => addressOfKey(key)));
  let published: PublishedStatus | undefined;
  let sequence = 0;
  return {
    account: ACCOUNT,
    async publish({ version, listsRoot, actsDigest, nextUpdate }) {
      published = { version, listsRoot: toHex(listsRoot), actsDigest: toHex(actsDigest), nextUpdate };
    },
    current: async () => published,
    publishedAfter: async () => [],
    approverOf: (batch, signature) => approverOf(PLACE, batch, signature),
    isApprover: async (approver) => approvers.has(approver),
    actSequence: async () => sequence,
    async anchorActs(batch, approvals) {
      const areGood = approvals.every(
        ({ approver, signature }) => approverOf(PLACE, batch, signature) === approver,
      );
      if (!areGood || batch.sequence !== sequence + 1) return 'refused';
      sequence++;
      return 'anchored';
    },
  };
}

/** What the approvals are given for; no contract is asked. */
const PLACE: ApprovalPlace = {
  issuer: issuerIdOf(DID),
  deployment: parseDeployment(
    JSON.stringify({
      version: 1,
      chainId: 1,
      genesisHash: `0x${'00'.repeat(32)}`,
      contracts: Object.fromEntries(
        CONTRACT_NAMES.map((name, i) => [
          name,
          { address: `0x${String(i + 1).repeat(40)}`, codeHash: `0x${'00'.repeat(32)}`, fromBlock: 1 },
        ]),
      ),
    }),
  ),
};
