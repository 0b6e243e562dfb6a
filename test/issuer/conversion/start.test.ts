/** What a start reads of the conversions that are kept: those with which something is left to do, and no other. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { TABLES } from '../../../issuer/store.ts';
import { Store, WriteBatch, type TableSpec } from '../../../service/store.ts';
import { readUint64, toUint64 } from '../../../service/big-endian.ts';
import { ConvertingIssuers } from './converting-issuers.ts';

const SIDES = { HK: TABLES.conversions, MO: TABLES.decisions } as const;
const ORDER = { kind: 'quarantine', ground: 'hcl|under-order' } as const;

/** Of either side: one accepted, one that an officer has refused, one that waits for one; one withdrawn, one open. */
async function someOfEach(issuers: ConvertingIssuers): Promise<void> {
  const refer = async (): Promise<void> => {
    const traveller = await issuers.traveller('HK');
    await issuers.traveller('MO', { subject: traveller.subject, order: ORDER });
    await issuers.convert(traveller, 'HK', 'MO');
  };
  await issuers.convert(await issuers.traveller('HK'), 'HK', 'MO');
  await refer();
  await refer();
  const { target } = (await issuers.at('MO')).conversion;
  await target.rule(2, { decision: 'refused', officer: 'O-17' });
  const regretting = await issuers.traveller('HK');
  await issuers.withdraw('HK', regretting, (await issuers.carry(regretting, 'HK', 'MO')).id);
  await issuers.carry(await issuers.traveller('HK'), 'HK', 'MO');
  await issuers.settle();
}

/** What both sides say of themselves. */
async function told(issuers: ConvertingIssuers) {
  const { source } = (await issuers.at('HK')).conversion;
  const { target } = (await issuers.at('MO')).conversion;
  return {
    source: (['open', 'withdrawn', 'accepted', 'refused', 'referred'] as const).map((state) =>
      source.counts.of(state),
    ),
    target: (['accepted', 'refused', 'referred'] as const).map((state) => target.counts.of(state)),
    open: (await source.open()).map(({ number }) => number),
    waiting: (await target.referrals()).map(({ number }) => number),
  };
}

const ALL = { source: [1, 1, 1, 1, 1], target: [1, 1, 1], open: [4, 5], waiting: [3] };

async function inStores(
  issuers: ConvertingIssuers,
  change: (store: Store, entries: TableSpec) => Promise<WriteBatch>,
): Promise<void> {
  for (const place of ['HK', 'MO'] as const) {
    await issuers.stop(place);
    await using store = await Store.open(issuers.storeOf(place));
    await store.commit(await change(store, SIDES[place]));
  }
}

describe('the start of conversions', () => {
  it('opens no entry that is done', async () => {
    await using issuers = await ConvertingIssuers.create();
    await someOfEach(issuers);
    expect(await told(issuers)).to.deep.equal(ALL);
    // Whoever opened one of these would fail.
    const DONE = [1, 2];
    await inStores(issuers, (_, entries) => {
      const batch = new WriteBatch();
      for (const number of DONE) batch.put(entries, toUint64(number), toUtf8('not to be opened'));
      return Promise.resolve(batch);
    });
    expect(await told(issuers)).to.deep.equal(ALL);
  });

  it('erases a withdrawn one no second time', async () => {
    await using issuers = await ConvertingIssuers.create();
    await someOfEach(issuers);
    await issuers.stop('HK');
    await using store = await Store.open(issuers.storeOf('HK'));
    const left: object[] = [];
    for await (const { key } of store.table(TABLES.conversionTodo).entries())
      left.push({ kind: key[0], number: readUint64(key, 1) });
    // What may still be answered: the referred, the withdrawn and the open one. Nothing to erase.
    expect(left).to.deep.equal([3, 4, 5].map((number) => ({ kind: 0, number })));
  });

  it('reads all once of a store that has no list of what is left', async () => {
    await using issuers = await ConvertingIssuers.create();
    await someOfEach(issuers);
    await inStores(issuers, async (store) => {
      const batch = new WriteBatch();
      for (const table of [TABLES.conversionTodo, TABLES.conversionMoves]) {
        for await (const { key } of store.table(table).entries()) batch.delete(table, key);
      }
      for (const side of ['source', 'target']) batch.delete(TABLES.meta, toUtf8(`conversion-counts-${side}`));
      return batch;
    });
    expect(await told(issuers)).to.deep.equal(ALL);
    for (const place of ['HK', 'MO'] as const) await issuers.stop(place);
    expect(await told(issuers)).to.deep.equal(ALL);
  });

  it('keeps no change of a count for longer than a day', async () => {
    await using issuers = await ConvertingIssuers.create();
    await someOfEach(issuers);
    issuers.ledger.tick(86_400);
    for (const place of ['HK', 'MO'] as const) await (await issuers.at(place)).conversion.pass();
    await inStores(issuers, async (store) => {
      expect(await store.table(TABLES.conversionMoves).first()).to.equal(undefined);
      return new WriteBatch();
    });
    expect(await told(issuers)).to.deep.equal(ALL);
  });
});
