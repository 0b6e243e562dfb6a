/** What the pipeline puts into a batch. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Batches } from '../../issuer/batches.ts';
import { Lanes, LANE_COUNT } from '../../issuer/lanes.ts';
import { createIssuerMetrics } from '../../issuer/metrics.ts';
import { Pipeline } from '../../issuer/pipeline.ts';
import type { AnchoredBatch, AnchorPort } from '../../issuer/ports.ts';
import { readersOf } from '../../issuer/store.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { silentLogger } from '../../service/logging.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { Store, WriteBatch } from '../../service/store.ts';
import { toHex } from '../../core/bytes/hex.ts';

const NOW_MS = 1_671_588_000_000;
const ACCOUNT = `0x${'11'.repeat(20)}` as const;

describe('a batch', () => {
  let folder: string;
  let store: Store;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-staging-'));
    store = await Store.open(folder);
  });

  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('goes to the ledger before one is made of what came while it was made; other lanes go with it', async () => {
    const done: string[] = [];
    const tables = readersOf(store);
    const now = (): number => NOW_MS;
    const deps = { crypto: nodeCrypto, store, tables, now, randomBytes: createRandomBytes() };
    const batches = await Batches.open({ ...deps, seedKey: new Uint8Array(32).fill(7) });
    const lanes = await Lanes.open(
      tables,
      Array.from({ length: LANE_COUNT }, () => 0),
      NOW_MS,
    );
    const written = new WriteBatch();
    for (const lane of [0, 1]) {
      for (const number of [1, 2]) {
        lanes.append(
          lane,
          [{ leafHash: nodeCrypto.sha256(Uint8Array.of(lane, number)), ...leaf(number) }],
          written,
        );
      }
      lanes.commit(lane, 1, NOW_MS);
    }
    await store.commit(written);
    const metrics = createIssuerMetrics();
    metrics.staged.inc = () => {
      done.push('staged');
      // The second leaf of the first lane comes only now.
      if (done.length === 1) lanes.commit(0, 1, NOW_MS);
    };
    const ledger = ledgerOf(() => done.push('anchored'));
    const windowMs = { short: 0, long: 0 };
    const pipeline = new Pipeline({ batches, lanes, ledger, now, windowMs, metrics, log: silentLogger });
    await pipeline.pass({ force: false });
    expect(done).to.deep.equal(['staged', 'staged', 'anchored', 'anchored']);
    await pipeline.pass({ force: false });
    expect(done).to.deep.equal(['staged', 'staged', 'anchored', 'anchored', 'staged', 'anchored']);
    expect(batches.finalThrough).to.equal(3);
  });
});

function leaf(recordNumber: number): { readonly recordNumber: number; readonly place: number } {
  return { recordNumber, place: 0 };
}

function ledgerOf(onAnchor: () => void): AnchorPort {
  const anchored = new Map<string, AnchoredBatch>();
  return {
    account: ACCOUNT,
    anchor: (batch) => {
      onAnchor();
      const { log2Size, class: batchClass, expectedSequence: sequence } = batch;
      const found = { timeSeconds: 1, log2Size, class: batchClass, sequence, account: ACCOUNT };
      anchored.set(toHex(batch.root), found);
      return Promise.resolve(found);
    },
    find: (root) => Promise.resolve(anchored.get(toHex(root))),
    sequence: () => Promise.resolve(anchored.size),
    anchoredAfter: () => Promise.resolve([]),
  };
}
