/** A store of before there was an index of linked documents is indexed at its first start, however often that is cut short. */
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import type { Subject } from '../../../core/record/record.ts';
import type { IssuedStatus } from '../../../issuer/health/recolour.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { readersOf, TABLES } from '../../../issuer/store.ts';
import { silentLogger } from '../../../service/logging.ts';
import { Store, WriteBatch } from '../../../service/store.ts';
import { FailingWrites, type WriteFault } from '../../privacy/support/failing-store.ts';
import { issueAll, IssuerHouse, labTest } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { listed, orderOn, personOf } from './support.ts';

const PASSPORT = personOf(1);
const PERMIT: Subject = { ...PASSPORT, docType: 'HVP', docNumber: 'H12345678', docIssuer: 'CN' };
const { docType, docNumber, docIssuer } = PERMIT;
const BOTH: Subject = { ...PASSPORT, linked: [{ docType, docNumber, docIssuer }] };

describe('a store of before linked documents were indexed', () => {
  it('gives no green code beside an order under the other document of a record', async () => {
    await using house = await IssuerHouse.create();
    {
      await using issuer = await house.open();
      await issuer.health.orders.place(orderOn(PASSPORT));
      await issueAll(issuer, [{ ...labTest(1), subject: BOTH }]);
    }
    await makeOld(house);
    await using issuer = await house.open();
    expect((await codeFor(issuer, PERMIT)).colour.state).to.equal('red');
  });

  it('ends a green code that was given beside such an order', async () => {
    await using house = await IssuerHouse.create();
    const green = await greenBesideOrder(house);
    await using issuer = await house.open();
    await issuer.settle();
    expect(await listed(issuer, green)).to.equal('superseded');
  });

  it('is indexed whichever write of the first start fails', async () => {
    const writes = await writesOfStart();
    expect(writes).to.be.within(2, 10);
    for (let at = 1; at <= writes; at++) {
      await using house = await IssuerHouse.create();
      const green = await greenBesideOrder(house);
      await startFailing(house, at, at % 2 === 0 ? 'kept' : 'lost');
      await using issuer = await house.open();
      await issuer.settle();
      expect(await listed(issuer, green)).to.equal('superseded');
    }
  });

  it('goes on behind a record that does not open, tells of it, and is read once', async () => {
    await using house = await IssuerHouse.create();
    const green = await greenBesideOrder(house);
    await breakFirstRecord(house);
    const told: unknown[] = [];
    const log = { ...silentLogger, error: (fields: object) => told.push(fields) };
    {
      await using issuer = await house.open({ ports: { log } });
      await issuer.settle();
      expect(await listed(issuer, green)).to.equal('superseded');
    }
    await using _again = await house.open({ ports: { log } });
    expect(told).to.deep.equal([{ code: 'RECORD_UNREADABLE', count: 1 }]);
  });
});

async function codeFor(issuer: Issuer, subject: Subject): Promise<IssuedStatus> {
  return await issuer.health.issue({ person: { subject }, scheme: 'HK-HC' });
}

/** An old store: a green code under the permit, an order under the passport, a record that names both. */
async function greenBesideOrder(house: IssuerHouse): Promise<string> {
  let green = '';
  {
    await using issuer = await house.open();
    await issueAll(issuer, [labTest(9)]);
    green = (await codeFor(issuer, PERMIT)).issued.credentials[0]?.handle ?? '';
    await issuer.settle();
    await issuer.health.orders.place(orderOn(PASSPORT));
    await issueAll(issuer, [{ ...labTest(1), subject: BOTH }]);
  }
  await makeOld(house);
  return green;
}

/** As the release before left it, which indexed and followed no such record. */
async function makeOld(house: IssuerHouse): Promise<void> {
  await using store = await openStore(house);
  const { linkedDocuments, healthFacts } = readersOf(store);
  const batch = new WriteBatch().delete(TABLES.meta, toUtf8('linked-documents'));
  for await (const { key } of linkedDocuments.entries()) batch.delete(TABLES.linkedDocuments, key);
  for await (const { key } of healthFacts.entries()) batch.delete(TABLES.healthFacts, key);
  await store.commit(batch);
}

async function breakFirstRecord(house: IssuerHouse): Promise<void> {
  await using store = await openStore(house);
  const first = await store.table(TABLES.records).first();
  expect(first).to.not.equal(undefined);
  const { key, value } = first ?? { key: new Uint8Array(0), value: new Uint8Array(0) };
  const last = value.length - 1;
  const broken = value.with(last, (value[last] ?? 0) ^ 1);
  await store.commit(new WriteBatch().put(TABLES.records, key, broken));
}

async function openStore(house: IssuerHouse): Promise<Store> {
  return await Store.open(join(house.config().dataFolder, 'store'));
}

/** Writes of the first start, when nothing goes wrong. */
async function writesOfStart(): Promise<number> {
  await using house = await IssuerHouse.create();
  await greenBesideOrder(house);
  using writes = new FailingWrites(Number.MAX_SAFE_INTEGER, 'lost');
  await (await house.open()).close();
  return writes.count;
}

async function startFailing(house: IssuerHouse, at: number, fault: WriteFault): Promise<void> {
  using _failing = new FailingWrites(at, fault);
  await expectRejects(() => house.open(), 'STORE_FAILED');
}
