/**
 * The consent promises that both authorities erase a conversion after 31 days. Until then it is answered as before,
 * also when the epoch of the records has ended; after that its entry and names are gone from the files, and what was
 * spent once is still not to be used again.
 */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Arrival } from '../../../issuer/conversion/target/arrivals.ts';
import { TABLES } from '../../../issuer/store.ts';
import { Store, WriteBatch, type TableSpec } from '../../../service/store.ts';
import { allBytesBelow } from '../../privacy/support/level-files.ts';
import { hitsOf, type Needle } from '../../privacy/support/spellings.ts';
import { expectRejects } from '../../support/throws-code.ts';
import { vaccinationRecord } from '../../support/consortium.ts';
import { ConvertingIssuers, goodEvidence, type Place, type Traveller } from './converting-issuers.ts';

const DAY = 86_400;
const SIDES = {
  HK: [TABLES.conversions, TABLES.conversionIds, TABLES.conversionReceipts],
  MO: [TABLES.decisions, TABLES.decisionIds],
} as const;

/** With the store of a place, whose service has ended. */
async function inStore<Result>(
  issuers: ConvertingIssuers,
  place: Place,
  action: (store: Store) => Promise<Result>,
): Promise<Result> {
  await issuers.stop(place);
  await using store = await Store.open(issuers.storeOf(place));
  return await action(store);
}

/** Every key and every sealed value of a table, as it stands in the files. */
async function needlesOf(store: Store, table: TableSpec): Promise<readonly Needle[]> {
  const needles: Needle[] = [];
  for await (const { key, value } of store.table(table).entries()) {
    // Numbers alone are no needles: they stand everywhere.
    if (key.length > 8) needles.push({ label: `name in ${table.tag}`, bytes: key });
    if (value.length > 8) needles.push({ label: `entry of ${table.tag}`, bytes: value });
  }
  return needles;
}

async function hitsIn(
  issuers: ConvertingIssuers,
  place: Place,
  needles: readonly Needle[],
): Promise<readonly string[]> {
  const files = await allBytesBelow(issuers.storeOf(place));
  return hitsOf(
    needles,
    files.filter(({ name }) => !name.includes('MANIFEST')),
  );
}

interface Past {
  readonly traveller: Traveller;
  readonly arrival: Arrival;
  readonly id: string;
}

/** One from Hong Kong whom Macao has accepted, one who took the consent back, one who waits for an officer. */
async function threeConversions(issuers: ConvertingIssuers): Promise<Past> {
  const traveller = await issuers.traveller('HK');
  const { id, ...carried } = await issuers.carry(traveller, 'HK', 'MO');
  const arrival = issuers.arrival(traveller, carried);
  const { target } = (await issuers.at('MO')).conversion;
  expect(await target.admit(arrival)).to.include({ decision: 'accepted' });
  const regretting = await issuers.traveller('HK');
  const { id: withdrawn } = await issuers.carry(regretting, 'HK', 'MO');
  const ordered = await issuers.traveller('HK');
  await issuers.traveller('MO', {
    subject: ordered.subject,
    order: { kind: 'quarantine', ground: 'hcl|under-order' },
  });
  const referred = await issuers.carry(ordered, 'HK', 'MO');
  expect(await target.admit(issuers.arrival(ordered, referred))).to.include({ decision: 'referred' });
  await issuers.withdraw('HK', regretting, withdrawn);
  await issuers.settle();
  return { traveller, arrival, id };
}

async function passAt(issuers: ConvertingIssuers, seconds: number): Promise<void> {
  issuers.ledger.tick(seconds);
  for (const place of ['HK', 'MO'] as const) {
    const { conversion, privacy } = await issuers.at(place);
    await conversion.pass();
    await privacy.pass({ force: true });
  }
}

describe('a conversion that is over', () => {
  it('is answered for 31 days, over the end of an epoch too, and counted for ever', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { id } = await threeConversions(issuers);
    const [hk, mo] = [await issuers.at('HK'), await issuers.at('MO')];
    const counts = async () =>
      (await mo.conversion.account.pairs()).map(({ batches, decisions }) => ({ batches, decisions }));
    const counted = await counts();
    await passAt(issuers, 30 * DAY);
    expect(await hk.conversion.source.conversion(id)).to.include({ decision: 'accepted' });
    expect(await mo.conversion.target.referrals()).to.have.length(1);
    await passAt(issuers, 3 * DAY);
    await expectRejects(hk.conversion.source.conversion(id), 'CONVERSION_NOT_FOUND');
    expect(await mo.conversion.target.referrals()).to.deep.equal([]);
    expect(await hk.conversion.source.open()).to.deep.equal([]);
    expect(await counts()).to.deep.equal(counted);
  });

  it('is forgotten by no clock that is ahead: the ledger’s time has to say so too', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { id } = await threeConversions(issuers);
    const [hk, mo] = [await issuers.at('HK'), await issuers.at('MO')];
    issuers.ledger.nowSeconds += 40 * DAY;
    for (const { conversion } of [hk, mo]) await conversion.pass();
    expect(await hk.conversion.source.conversion(id)).to.include({ decision: 'accepted' });
    expect(await mo.conversion.target.referrals()).to.have.length(1);
    issuers.ledger.nowSeconds -= 40 * DAY;
    await passAt(issuers, DAY);
    expect(await hk.conversion.source.conversion(id)).to.include({ decision: 'accepted' });
  });

  it('is gone from the files after that, at both ends, and younger ones are not', async () => {
    await using issuers = await ConvertingIssuers.create();
    await threeConversions(issuers);
    const old: Record<'HK' | 'MO', readonly Needle[]> = { HK: [], MO: [] };
    for (const place of ['HK', 'MO'] as const) {
      const needles = await inStore(issuers, place, async (store) =>
        (await Promise.all(SIDES[place].map((table) => needlesOf(store, table)))).flat(),
      );
      old[place] = needles;
      const entries = needles.filter(({ label }) => label.startsWith('entry'));
      expect(new Set(await hitsIn(issuers, place, entries)).size, place).to.be.at.least(1);
    }
    await passAt(issuers, 20 * DAY);
    const young = await convertOn(issuers, '2023-01-10');
    await passAt(issuers, 13 * DAY);
    for (const place of ['HK', 'MO'] as const) {
      await issuers.stop(place);
      expect(await hitsIn(issuers, place, old[place]), place).to.deep.equal([]);
    }
    expect(await (await issuers.at('HK')).conversion.source.conversion(young)).to.include({ id: young });
  });

  it('cannot be shown again at either end', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, arrival } = await threeConversions(issuers);
    await passAt(issuers, 33 * DAY);
    const [hk, mo] = [await issuers.at('HK'), await issuers.at('MO')];
    await issuers.settle();
    await expectRejects(
      hk.conversion.source.convert(issuers.request(traveller, 'MO')),
      'CONVERSION_CODE_NOT_VALID',
    );
    await expectRejects(mo.conversion.target.admit(arrival), 'CONVERSION_CODE_NOT_VALID');
  });

  it('is known by the ledger to be spent, whatever the source has forgotten of it', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    await issuers.carry(traveller, 'HK', 'MO');
    await inStore(issuers, 'HK', async (store) => {
      const batch = new WriteBatch();
      for (const table of [...SIDES.HK, TABLES.conversionTodo]) {
        for await (const { key } of store.table(table).entries()) batch.delete(table, key);
      }
      await store.commit(batch);
    });
    const { source } = (await issuers.at('HK')).conversion;
    await issuers.settle('HK');
    await expectRejects(source.convert(issuers.request(traveller, 'MO')), 'CONVERSION_ALREADY_DONE');
  });

  it('goes after a restart from the files that were not rewritten in time', async () => {
    await using issuers = await ConvertingIssuers.create();
    await threeConversions(issuers);
    const needles = await inStore(issuers, 'MO', (store) => needlesOf(store, TABLES.decisions));
    const compact = Store.prototype.compact;
    issuers.ledger.tick(33 * DAY);
    Store.prototype.compact = () => Promise.reject(new Error('the process has ended'));
    try {
      await (await issuers.at('MO')).conversion.pass().catch(() => undefined);
    } finally {
      Store.prototype.compact = compact;
    }
    await issuers.stop('MO');
    expect(await hitsIn(issuers, 'MO', needles)).to.have.length.at.least(1);
    await (await issuers.at('MO')).conversion.pass();
    await issuers.stop('MO');
    expect(await hitsIn(issuers, 'MO', needles)).to.deep.equal([]);
  });
});

/** A conversion of that day, at its source. */
async function convertOn(issuers: ConvertingIssuers, day: string): Promise<string> {
  const subject = { ...vaccinationRecord().subject, docType: 'PASSPORT', docNumber: 'K20000001' } as const;
  const at = `${day}T08:00:00+08:00`;
  const records = goodEvidence(subject, 'HK', { collectedAt: at, declaredAt: at });
  const traveller = await issuers.traveller('HK', { subject, records });
  const request = issuers.request(traveller, 'MO');
  return (await (await issuers.at('HK')).conversion.source.convert(request)).id;
}
