import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import fc from 'fast-check';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { readUint32, readUint64, toUint64, writeUint32 } from '../../service/big-endian.ts';
import { packSegments, unpackSegments } from '../../service/segments.ts';
import { defineTables, Store, WriteBatch, type Entry, type TableSpec } from '../../service/store.ts';
import { expectThrows } from '../support/throws-code.ts';
import { expectRejects } from '../issuer/support/rejects-code.ts';
import { allBytesBelow } from '../privacy/support/level-files.ts';

const NUMBERS: TableSpec = { tag: 1, format: 1 };
const OTHERS: TableSpec = { tag: 2, format: 1 };

describe('store', () => {
  it('makes a batch true as a whole, and keeps it across a restart', async () => {
    await using folder = await TempFolder.create();
    {
      await using store = await Store.open(folder.path);
      await store.commit(
        new WriteBatch()
          .put(NUMBERS, toUint64(1), Uint8Array.of(11))
          .put(OTHERS, toUint64(1), Uint8Array.of(12)),
      );
      await store.commit(new WriteBatch().delete(OTHERS, toUint64(1)));
    }
    await using store = await Store.open(folder.path);
    expect(await store.table(NUMBERS).get(toUint64(1))).to.deep.equal(Uint8Array.of(11));
    expect(await store.table(OTHERS).get(toUint64(1))).to.equal(undefined);
  });

  it('scans a table in the order of its numbers and never leaves it', async () => {
    await using folder = await TempFolder.create();
    await using store = await Store.open(folder.path);
    const batch = new WriteBatch().put(OTHERS, toUint64(0), Uint8Array.of(99));
    for (const number of [300, 2, 70_000, 5_000_000_000, 1])
      batch.put(NUMBERS, toUint64(number), new Uint8Array(0));
    await store.commit(batch);
    const table = store.table(NUMBERS);
    const keys: number[] = [];
    for await (const { key } of table.entries()) keys.push(readUint64(key));
    expect(keys).to.deep.equal([1, 2, 300, 70_000, 5_000_000_000]);
    const last = await table.first({ reverse: true });
    expect(readUint64(last?.key ?? new Uint8Array(8))).to.equal(5_000_000_000);
    const before = await table.first({ before: toUint64(300), reverse: true });
    expect(readUint64(before?.key ?? new Uint8Array(8))).to.equal(2);
    for (const range of [{}, { from: toUint64(2), before: toUint64(70_000) }, { reverse: true, limit: 2 }]) {
      const scanned: Entry[] = [];
      for await (const entry of table.entries(range)) scanned.push(entry);
      expect(await table.all(range)).to.deep.equal(scanned);
    }
    const between = await table.all({ from: toUint64(2), before: toUint64(70_000) });
    expect(between.map(({ key, value }) => [readUint64(key), value.length])).to.deep.equal([
      [2, 0],
      [300, 0],
    ]);
  });

  it('answers few reads on the spot, and lets others have their turn among many', async () => {
    await using folder = await TempFolder.create();
    await using store = await Store.open(folder.path);
    await store.commit(new WriteBatch().put(NUMBERS, toUint64(1), Uint8Array.of(1)));
    const table = store.table(NUMBERS);
    /** Whether so many reads are done without a turn of the event loop, which microtasks alone never end. */
    const areOnTheSpot = async (reads: number): Promise<boolean> => {
      await new Promise((done) => setImmediate(done));
      let areDone = false;
      const all = (async () => {
        for (let i = 0; i < reads; i++) expect(await table.get(toUint64(1))).to.deep.equal(Uint8Array.of(1));
        areDone = true;
      })();
      for (let i = 0; i < reads * 100; i++) await Promise.resolve();
      const wereDone = areDone;
      await all;
      return wereDone;
    };
    expect(await areOnTheSpot(64)).to.equal(true);
    expect(await areOnTheSpot(65)).to.equal(false);
    const many = await table.getMany(Array.from({ length: 100 }, (_, i) => toUint64(i % 2)));
    expect(many.filter((value) => value !== undefined)).to.have.lengthOf(50);
  });

  it('takes what is handed in at once to the disk together, in order', async () => {
    await using folder = await TempFolder.create();
    await using store = await Store.open(folder.path);
    const done: number[] = [];
    const commits = Array.from({ length: 100 }, async (_, i) => {
      await store.commit(new WriteBatch().put(NUMBERS, toUint64(7), toUint64(i)));
      done.push(i);
    });
    await Promise.all(commits);
    expect(done).to.deep.equal(Array.from({ length: 100 }, (_, i) => i));
    expect(readUint64((await store.table(NUMBERS).get(toUint64(7))) ?? new Uint8Array(8))).to.equal(99);
  });

  it('has no byte left of what was deleted or overwritten, once it is compacted', async () => {
    await using folder = await TempFolder.create();
    await using store = await Store.open(folder.path);
    const put = (value: string): Promise<void> =>
      store.commit(
        new WriteBatch().put(NUMBERS, toUint64(1), toUtf8(value)).put(OTHERS, toUint64(1), toUtf8(value)),
      );
    await put('the first value');
    await put('the second value');
    await store.commit(new WriteBatch().delete(OTHERS, toUint64(1)));
    const written = async (text: string): Promise<boolean> =>
      (await allBytesBelow(folder.path)).some(({ bytes }) => bytes.includes(text));
    expect(await written('the first value')).to.equal(true);
    await store.compact([NUMBERS, OTHERS]);
    expect(await written('the first value')).to.equal(false);
    expect(await store.table(NUMBERS).get(toUint64(1))).to.deep.equal(toUtf8('the second value'));
    expect(await store.table(NUMBERS).first()).to.deep.include({ key: toUint64(1) });
    expect(await store.table(OTHERS).first()).to.equal(undefined);
  });

  it('admits one owner at a time', async () => {
    await using folder = await TempFolder.create();
    await using store = await Store.open(folder.path);
    await expectRejects(() => Store.open(folder.path), 'STORE_LOCKED');
    expect(store.healthy).to.equal(true);
  });

  it('refuses writes once it is closed', async () => {
    await using folder = await TempFolder.create();
    const store = await Store.open(folder.path);
    await store.close();
    expect(store.healthy).to.equal(false);
    await expectRejects(() => store.commit(new WriteBatch()), 'STORE_CLOSED');
  });

  it('refuses values of a format it does not know', async () => {
    await using folder = await TempFolder.create();
    await using store = await Store.open(folder.path);
    await store.commit(new WriteBatch().put(NUMBERS, toUint64(1), new Uint8Array(1)));
    await expectRejects(
      () => store.table({ ...NUMBERS, format: 2 }).get(toUint64(1)),
      'STORE_FORMAT_UNKNOWN',
    );
  });

  it('keeps its folder to its owner', async () => {
    await using folder = await TempFolder.create();
    await using _store = await Store.open(join(folder.path, 'deep', 'store'));
    expect((await stat(join(folder.path, 'deep', 'store'))).mode & 0o777).to.equal(0o700);
  });

  it('knows no two tables of one tag', () => {
    expectThrows(() => defineTables({ a: NUMBERS, b: NUMBERS }), 'STORE_TABLE_CLASH');
  });
});

describe('numbers in keys', () => {
  it('come back, and sort as bytes as they do as numbers', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        expect(readUint64(toUint64(a))).to.equal(a);
        expect(Math.sign(Buffer.compare(toUint64(a), toUint64(b)))).to.equal(Math.sign(a - b));
      }),
    );
    const bytes = new Uint8Array(4);
    writeUint32(bytes, 0, 0xffff_fffe);
    expect(readUint32(bytes)).to.equal(0xffff_fffe);
  });
});

describe('segments', () => {
  it('come back as they went in', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (segments) => {
        expect(unpackSegments(packSegments(segments)).map((one) => Uint8Array.from(one))).to.deep.equal(
          segments,
        );
      }),
    );
  });

  it('that are cut short are a defect, never data', () => {
    const packed = packSegments([Uint8Array.of(1, 2, 3)]);
    expectThrows(() => unpackSegments(packed.subarray(0, 6)), 'INVARIANT');
    expectThrows(() => unpackSegments(packed.subarray(0, 3)), 'INVARIANT');
  });
});

class TempFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<TempFolder> {
    return new TempFolder(await mkdtemp(join(tmpdir(), 'hcl-store-')));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
