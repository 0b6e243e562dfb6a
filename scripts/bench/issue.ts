/**
 * Row → two credentials signed, stored (synced) and provable, through the issuer as it runs, on a temporary
 * folder; beside raw ES256 signing of a message of a credential's size. The ledger answers at once here: what
 * it costs is measured with the node.
 */
import { Buffer } from 'node:buffer';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { ISSUER_DEFAULTS, toIssuerConfig } from '../../issuer/config.ts';
import { Issuer, type IssuerPorts } from '../../issuer/issuer.ts';
import type { AnchoredBatch, AnchorPort, PublishedStatus, StatusPort } from '../../issuer/ports.ts';
import { createSecrets } from '../../issuer/secrets.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { machineLine, median, type Figure, type Settings } from './harness.ts';
import { benchRecord } from './world.ts';

const RECORDS = 10_240;
const CREDENTIALS = 2 * RECORDS;
const WARM_UP_RECORDS = 8192;
const RAW_SIGNATURES = 8000;
const MESSAGE_BYTES = 520;
const TARGET = 0.5;
const POLL_MS = 5;
const ACCOUNT: Hex = '0x01';

export async function benchIssue({ seed, rounds }: Settings): Promise<readonly Figure[]> {
  const raw: number[] = [];
  const ours: number[] = [];
  await withIssuer(async (issuer) => {
    await takeIn(issuer, 0, WARM_UP_RECORDS);
    for (let round = 0; round < Math.min(rounds, 5); round++) {
      raw.push(rawSigning());
      ours.push(await issuing(issuer, WARM_UP_RECORDS + round * RECORDS));
    }
  });
  const [rate, limit] = [median(ours), median(raw)];
  return [
    {
      bench: 'issue',
      unit: 'credentials/s',
      median: rate,
      limit,
      ratio: rate / limit,
      target: `≥ ${TARGET} × raw sign`,
      met: rate / limit >= TARGET,
      n: CREDENTIALS * ours.length,
      seed,
      machine: machineLine(),
      note: 'row → signed, stored with sync, in an anchored batch; ledger in memory',
    },
  ];
}

function rawSigning(): number {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const message = Buffer.alloc(MESSAGE_BYTES, 7);
  const startedAt = performance.now();
  for (let i = 0; i < RAW_SIGNATURES; i++) sign('sha256', message, privateKey);
  return RAW_SIGNATURES / ((performance.now() - startedAt) / 1000);
}

/** Credentials a second, from the first row to the last release. */
async function issuing(issuer: Issuer, first: number): Promise<number> {
  const startedAt = performance.now();
  await takeIn(issuer, first, RECORDS);
  return CREDENTIALS / ((performance.now() - startedAt) / 1000);
}

async function withIssuer(action: (issuer: Issuer) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hcl-bench-'));
  try {
    const config = toIssuerConfig({
      did: 'did:web:hk-dh.example',
      name: 'HK-DH',
      jurisdiction: 'HK',
      dataFolder: folder,
      publicBaseUrl: 'https://hk-dh.example',
      windowMs: { short: 100, long: 100 },
      status: { freshForSeconds: ISSUER_DEFAULTS.freshForSeconds },
      maxWaiting: ISSUER_DEFAULTS.maxWaiting,
      http: { host: '127.0.0.1', port: 0, maxFileBytes: ISSUER_DEFAULTS.maxFileBytes },
      logLevel: 'silent',
    });
    const randomBytes = createRandomBytes();
    const ledger = instantLedger();
    const ports: IssuerPorts = { ...ledger, crypto: nodeCrypto, now: Date.now, randomBytes };
    await using issuer = await Issuer.open(config, createSecrets(randomBytes), ports);
    issuer.start();
    await action(issuer);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Issues and waits until every credential of the rows is released. */
async function takeIn(issuer: Issuer, first: number, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, i) => ({ row: i + 1, record: benchRecord(first + i) }));
  const handles: string[] = [];
  for await (const result of issuer.issueRows(rows)) {
    if (!('credentials' in result)) throw new Error('a specimen is a good record');
    handles.push(...result.credentials.map(({ handle }) => handle));
  }
  for (const handle of handles.slice(-4)) {
    while ((await issuer.credential(handle)).state !== 'released') await delay(POLL_MS);
  }
}

function instantLedger(): { ledger: AnchorPort; status: StatusPort } {
  let published: PublishedStatus | undefined;
  return {
    ledger: instantAnchors(),
    status: {
      account: ACCOUNT,
      async publish({ version, listsRoot, actsDigest, nextUpdate }) {
        published = { version, listsRoot: toHex(listsRoot), actsDigest: toHex(actsDigest), nextUpdate };
      },
      current: async () => published,
      publishedAfter: async () => [],
      approverOf: () => undefined,
      isApprover: async () => false,
      actSequence: async () => 0,
      anchorActs: async () => 'refused',
    },
  };
}

/** Takes every batch at once. */
export function instantAnchors(): AnchorPort {
  const batches = new Map<string, AnchoredBatch>();
  return {
    account: ACCOUNT,
    async anchor({ root, log2Size, class: batchClass, expectedSequence }) {
      const anchored = {
        timeSeconds: Math.floor(Date.now() / 1000),
        log2Size,
        class: batchClass,
        sequence: expectedSequence,
        account: ACCOUNT,
      };
      batches.set(toHex(root), anchored);
      return anchored;
    },
    find: async (root) => batches.get(toHex(root)),
    sequence: async () => batches.size,
    anchoredAfter: async () => [],
  };
}
