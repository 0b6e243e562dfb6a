/** What the benchmarks of issuing run on: an issuer on a temporary folder, with a ledger that answers at once. */
import { Buffer } from 'node:buffer';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import type { HealthRecord } from '../../core/record/record.ts';
import { ISSUER_DEFAULTS, toIssuerConfig, type IssuerConfig } from '../../issuer/config.ts';
import type { IntakeRow } from '../../issuer/intake/row.ts';
import { Issuer } from '../../issuer/issuer.ts';
import type { IssuerPorts } from '../../issuer/parts.ts';
import type { AnchoredBatch, AnchorPort, PublishedStatus, StatusPort } from '../../issuer/ports.ts';
import { createSecrets } from '../../issuer/secrets.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { benchRecord } from './world.ts';

export const BENCH_DID = 'did:web:hk-dh.example';
const RAW_SIGNATURES = 8000;
const MESSAGE_BYTES = 520;
const ACCOUNT: Hex = '0x01';

/** ES256 signatures a second over messages of a credential's size: the limit of issuing. */
export function rawSigning(): number {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const message = Buffer.alloc(MESSAGE_BYTES, 7);
  const startedAt = performance.now();
  for (let i = 0; i < RAW_SIGNATURES; i++) sign('sha256', message, privateKey);
  return RAW_SIGNATURES / ((performance.now() - startedAt) / 1000);
}

/** `count` rows from person `first` on. */
export function benchRows(first: number, count: number): IntakeRow[] {
  return Array.from({ length: count }, (_, i) => ({ row: i + 1, record: benchRecord(first + i) }));
}

const COLUMNS =
  'type,nameEn,dob,sex,docType,docNumber,docIssuer,disease,product,doseNumber,seriesDoses,date,lot,centre,country';

/** The same people as an intake CSV, header first, in pieces of a hundred rows. */
export async function* benchCsv(first: number, count: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${COLUMNS}\n`);
  for (let from = 0; from < count; from += 100) {
    const rows = Array.from({ length: Math.min(100, count - from) }, (_, i) =>
      csvRow(benchRecord(first + from + i)),
    );
    yield Buffer.from(rows.join(''));
  }
}

function csvRow(record: HealthRecord): string {
  const facts = new Map<string, string | number>([
    ...Object.entries(record),
    ...Object.entries(record.subject),
  ]);
  return `${COLUMNS.split(',')
    .map((name) => `"${String(facts.get(name) ?? '')}"`)
    .join(',')}\n`;
}

export function benchConfig(dataFolder: string): IssuerConfig {
  return toIssuerConfig({
    did: BENCH_DID,
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
}

export function benchPorts(): IssuerPorts {
  return { ...instantLedger(), crypto: nodeCrypto, now: Date.now, randomBytes: createRandomBytes() };
}

/** Runs on an issuer that does nothing by itself unless it is started. */
export async function withIssuer(action: (issuer: Issuer) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    await using issuer = await Issuer.open(
      benchConfig(folder),
      createSecrets(createRandomBytes()),
      benchPorts(),
    );
    await action(issuer);
  });
}

export async function inTemporaryFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hcl-bench-'));
  try {
    await action(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Issues the rows; answers the handles of their credentials. */
export async function issueHandles(issuer: Issuer, rows: readonly IntakeRow[]): Promise<readonly string[]> {
  const handles: string[] = [];
  for await (const result of issuer.issueRows(rows)) {
    if (!('credentials' in result)) throw new Error('a specimen is a good record');
    handles.push(...result.credentials.map(({ handle }) => handle));
  }
  return handles;
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
