/**
 * Issuing stage by stage, each alone on one thread, in turns with raw signing: read a CSV row, draw up its two
 * credentials, finish them (sign, seal, hash), commit a chunk synced, stage and anchor, release. The commit's own
 * limit is the same bytes written to a bare Level store with sync.
 */
import { Level } from 'level';
import { join } from 'node:path';
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { finishRecord } from '../../issuer/finish.ts';
import { finishingPartsOf } from '../../issuer/finishing-parts.ts';
import { encodeHandleEntry } from '../../issuer/handle-entry.ts';
import { readRecords } from '../../issuer/intake/intake.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { KeyedIndex } from '../../issuer/keyed-index.ts';
import { ListAllocator } from '../../issuer/list-allocator.ts';
import { newCredentials, type NewCredential } from '../../issuer/new-record.ts';
import { createSecrets } from '../../issuer/secrets.ts';
import { laneKey, readersOf, TABLES } from '../../issuer/store.ts';
import { toUint64 } from '../../service/big-endian.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { Envelope } from '../../service/envelope.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { Store, WriteBatch } from '../../service/store.ts';
import { machineLine, median, type Figure, type Settings } from './harness.ts';
import {
  BENCH_DID,
  benchCsv,
  benchRows,
  inTemporaryFolder,
  issueHandles,
  rawSigning,
  withIssuer,
} from './issuing.ts';
import { benchRecord } from './world.ts';

const RECORDS = 2_000;
const CHUNK_RECORDS = 500;
const NOW_SECONDS = 1_700_000_000;
const LEAF_BYTES = 41;

interface Drawn {
  readonly number: number;
  readonly recordBytes: Uint8Array;
  readonly credentials: readonly NewCredential[];
}

type Stage = 'read' | 'draw up' | 'finish' | 'commit' | 'raw commit' | 'stage and anchor' | 'release';

export async function benchIssueStages({ seed, rounds }: Settings): Promise<readonly Figure[]> {
  const rates = new Map<Stage | 'raw sign', number[]>();
  const note = (stage: Stage | 'raw sign', rate: number): void => {
    rates.set(stage, [...(rates.get(stage) ?? []), rate]);
  };
  const turns = Math.min(rounds, 5);
  await inTemporaryFolder(async (folder) => {
    await using bench = await Bench.open(folder);
    await withIssuer(async (issuer) => {
      // The first turn warms everything up and does not count.
      for (let turn = 0; turn <= turns; turn++) {
        const count = turn === 0 ? (): void => undefined : note;
        count('raw sign', rawSigning());
        await bench.turn(turn, count);
        await anchorAndRelease(issuer, turn, count);
      }
    });
  });
  const medianOf = (stage: Stage | 'raw sign'): number => median(rates.get(stage) ?? []);
  const figure = (stage: Stage, limit: number, text: string): Figure => ({
    bench: `issue: ${stage}`,
    unit: 'credentials/s',
    median: medianOf(stage),
    limit,
    ratio: medianOf(stage) / limit,
    n: 2 * RECORDS * turns,
    seed,
    machine: machineLine(),
    note: text,
  });
  const signing = medianOf('raw sign');
  return [
    figure('read', signing, 'CSV row → checked record; limit: raw sign'),
    figure('draw up', signing, 'claims, handles, status entries; limit: raw sign'),
    figure('finish', signing, 'sign, hash, encrypt; limit: raw sign'),
    figure(
      'commit',
      medianOf('raw commit'),
      'chunks of 500 rows, synced; limit: the same bytes in a bare Level, synced',
    ),
    figure(
      'stage and anchor',
      signing,
      'tree, staged and final batch synced; ledger in memory; limit: raw sign',
    ),
    figure('release', signing, 'look up, decrypt, proof checked, code text; limit: raw sign'),
  ];
}

async function anchorAndRelease(
  issuer: Issuer,
  turn: number,
  note: (stage: Stage, rate: number) => void,
): Promise<void> {
  const handles = await issueHandles(issuer, benchRows(turn * RECORDS, RECORDS));
  note('stage and anchor', await rateOf(() => issuer.settle()));
  note(
    'release',
    await rateOf(async () => {
      for (const handle of handles) await issuer.code(handle);
    }),
  );
}

/** The stages before the ledger, each by its own function. */
class Bench implements AsyncDisposable {
  readonly #secrets = createSecrets(createRandomBytes());
  readonly #index = new KeyedIndex(this.#secrets.indexKey);
  readonly #parts = finishingPartsOf(
    { did: BENCH_DID, ...this.#secrets },
    { crypto: nodeCrypto, randomBytes: createRandomBytes() },
  );
  readonly #store: Store;
  readonly #level: Level<Uint8Array, Uint8Array>;
  readonly #lists: ListAllocator;

  private constructor(store: Store, level: Level<Uint8Array, Uint8Array>, lists: ListAllocator) {
    this.#store = store;
    this.#level = level;
    this.#lists = lists;
  }

  static async open(folder: string): Promise<Bench> {
    const store = await Store.open(join(folder, 'store'));
    const level = new Level<Uint8Array, Uint8Array>(join(folder, 'level'), {
      keyEncoding: 'view',
      valueEncoding: 'view',
      writeBufferSize: 64 * 1024 * 1024,
    });
    const randomBytes = createRandomBytes();
    const envelope = new Envelope([{ epoch: 1, key: randomBytes(32) }], randomBytes);
    const publicBaseUrl = 'https://hk-dh.example';
    const lists = await ListAllocator.open(readersOf(store), { envelope, randomBytes, publicBaseUrl });
    return new Bench(store, level, lists);
  }

  async turn(turn: number, note: (stage: Stage, rate: number) => void): Promise<void> {
    const first = turn * RECORDS;
    const csv = benchCsv(first, RECORDS);
    note('read', await rateOf(() => readAll(csv)));
    const drawn: Drawn[] = [];
    note('draw up', await rateOf(() => void drawn.push(...this.#drawUp(first))));
    const batches: WriteBatch[] = [];
    note('finish', await rateOf(() => void batches.push(...this.#finish(drawn))));
    note(
      'commit',
      await rateOf(async () => {
        for (const batch of batches) await this.#store.commit(batch);
      }),
    );
    note('raw commit', await rateOf(() => this.#writeRaw(batches)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.close();
    await this.#level.close();
  }

  #drawUp(first: number): Drawn[] {
    const maker = { did: BENCH_DID, lists: this.#lists, randomBytes: createRandomBytes() };
    return Array.from({ length: RECORDS }, (_, i) => {
      const record = benchRecord(first + i);
      const recordBytes = toUtf8(toCanonicalJson(record));
      return { number: first + i, recordBytes, credentials: newCredentials(record, NOW_SECONDS, maker) };
    });
  }

  #finish(drawn: readonly Drawn[]): WriteBatch[] {
    const batches: WriteBatch[] = [];
    for (const { number, recordBytes, credentials } of drawn) {
      if (batches.length * CHUNK_RECORDS <= number % RECORDS) batches.push(new WriteBatch());
      const payloads = credentials.map(({ payloadBytes }) => payloadBytes);
      const { sealed } = finishRecord({ number, recordBytes, payloads }, this.#parts);
      // There is one from the first record on.
      const batch = batches.at(-1)!;
      batch.put(TABLES.records, toUint64(number), sealed);
      batch.put(TABLES.duplicates, this.#index.ofRecord(recordBytes), toUint64(number));
      credentials.forEach(({ handle, lane }, place) => {
        const entry = encodeHandleEntry({ recordNumber: number, place, lane, entry: number });
        batch.put(TABLES.handles, this.#index.ofHandle(handle), entry);
        batch.put(TABLES.leaves, laneKey(lane, 2 * number + place), new Uint8Array(LEAF_BYTES));
      });
    }
    return batches;
  }

  async #writeRaw(batches: readonly WriteBatch[]): Promise<void> {
    for (const { operations } of batches) {
      const chained = this.#level.batch();
      for (const { key, value } of operations) if (value !== undefined) chained.put(key, value);
      await chained.write({ sync: true });
    }
  }
}

async function readAll(csv: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const row of readRecords({ mediaType: 'text/csv', body: csv }, { nowSeconds: NOW_SECONDS })) {
    if (!('record' in row)) throw new Error('a specimen is a good record');
  }
}

/** Credentials a second when `action` does its part of all of them. */
async function rateOf(action: () => Promise<void> | void): Promise<number> {
  const startedAt = performance.now();
  await action();
  return (2 * RECORDS) / ((performance.now() - startedAt) / 1000);
}
