/** Legal holds: what stands under one is destroyed by nobody, and who placed and lifted it is kept. */
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Issuer } from '../../issuer/issuer.ts';
import type { HoldTerms } from '../../issuer/privacy/holds.ts';
import { TABLES } from '../../issuer/store.ts';
import { Store, WriteBatch } from '../../service/store.ts';
import { issueAll, IssuerHouse, labTest, vaccination } from '../issuer/support/issuer-house.ts';
import { HeldCommit } from '../issuer/support/held-commit.ts';
import { expectRejects } from '../issuer/support/rejects-code.ts';
import { allBytesBelow } from './support/level-files.ts';

const DAY_MS = 86_400_000;
const TERMS: HoldTerms = { reason: 'litigation', legalBasis: 'HCA 12/2022', placedBy: 'Officer 7' };

describe('a legal hold', () => {
  it('keeps a record from retention and from erasure until it is lifted, over restarts', async () => {
    await using house = await IssuerHouse.create();
    const first = await house.open();
    const [held, free] = (await issueAll(first, [labTest(1), labTest(2)])).map(({ recordId }) => recordId);
    const placedAtSeconds = Math.floor(house.nowMs / 1000);
    await first.privacy.hold(held ?? '', TERMS);
    await expectRejects(() => first.privacy.erase(held ?? '', 'subject-request'), 'RECORD_HELD');
    await first.close();

    await using issuer = await house.open();
    house.nowMs += 40 * DAY_MS;
    expect(await testsOverTime(issuer)).to.deep.include({ expired: 1, held: 1 });
    await issuer.privacy.pass({ force: true });
    await expectRejects(() => issuer.record(free ?? ''), 'RECORD_NOT_FOUND');
    expect((await issuer.record(held ?? '')).type).to.equal('test');
    await expectRejects(() => issuer.privacy.erase(held ?? '', 'court-order'), 'RECORD_HELD');

    const liftedAtSeconds = Math.floor(house.nowMs / 1000);
    expect(await issuer.privacy.lift(held ?? '', 1, 'Officer 9')).to.deep.equal([
      { hold: 1, ...TERMS, placedAtSeconds, liftedBy: 'Officer 9', liftedAtSeconds },
    ]);
    house.nowMs += DAY_MS;
    await issuer.privacy.pass({ force: true });
    await expectRejects(() => issuer.record(held ?? ''), 'RECORD_NOT_FOUND');
    await expectRejects(() => issuer.privacy.holds(held ?? ''), 'RECORD_NOT_FOUND');
  });

  it('stands until the last of several is lifted, and each is lifted once', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const recordId = await issueOne(issuer);
    await issuer.privacy.hold(recordId, TERMS);
    await issuer.privacy.hold(recordId, { ...TERMS, reason: 'audit' });
    await issuer.privacy.lift(recordId, 1, 'Officer 9');
    await expectRejects(() => issuer.privacy.lift(recordId, 1, 'Officer 9'), 'HOLD_NOT_FOUND');
    await expectRejects(() => issuer.privacy.lift(recordId, 3, 'Officer 9'), 'HOLD_NOT_FOUND');
    await expectRejects(() => issuer.privacy.erase(recordId, 'subject-request'), 'RECORD_HELD');
    await issuer.privacy.lift(recordId, 2, 'Officer 9');
    await issuer.privacy.pass({ force: true });
    expect((await issuer.record(recordId)).type, 'what was refused is not done later').to.equal(
      'vaccination',
    );
    expect((await issuer.privacy.erase(recordId, 'subject-request')).stage).to.equal('erased');
  });

  it('that comes when the record is marked but not destroyed still keeps it, and lifted lets the erasure go on', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const recordId = await issueOne(issuer);
    using marking = HeldCommit.of(TABLES.erasureWork);
    const erasing = issuer.privacy.erase(recordId, 'subject-request');
    await marking.reached;
    const holding = issuer.privacy.hold(recordId, TERMS);
    marking.release();
    await holding;
    await expectRejects(() => erasing, 'RECORD_HELD');
    expect((await issuer.privacy.erasure(recordId)).stage).to.equal('marked');
    await issuer.privacy.pass({ force: true });
    expect((await issuer.record(recordId)).type).to.equal('vaccination');

    await issuer.privacy.lift(recordId, 1, 'Officer 9');
    await issuer.privacy.pass({ force: false });
    expect((await issuer.privacy.erasure(recordId)).stage).to.equal('erased');
  });

  it('moves to the next epoch with its record, and is told to the person, without the operators’ names', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [kept, gone] = (await issueAll(issuer, [vaccination(1), vaccination(2)])).map(
      (row) => row.recordId,
    );
    await issuer.privacy.hold(kept ?? '', TERMS);
    await issuer.privacy.erase(gone ?? '', 'subject-request');
    await issuer.privacy.pass({ force: true });
    expect((await issuer.privacy.erasure(gone ?? '')).stage, 'the epoch has ended').to.equal('dead');
    expect(await issuer.privacy.holds(kept ?? '')).to.have.length(1);

    const { records } = await issuer.privacy.report({ recordId: kept ?? '' }, 'subject-access');
    const { placedBy: _, ...told } = TERMS;
    expect(records[0]?.holds).to.deep.equal([{ ...told, placedAtSeconds: Math.floor(house.nowMs / 1000) }]);
    const stored = await allBytesBelow(house.folder);
    for (const { bytes } of stored) expect(Buffer.from(bytes).includes(TERMS.legalBasis)).to.equal(false);
  });

  it('that does not open any more is taken to stand', async () => {
    await using house = await IssuerHouse.create();
    const first = await house.open();
    const recordId = await issueOne(first);
    await first.privacy.hold(recordId, TERMS);
    await first.privacy.lift(recordId, 1, 'Officer 9');
    await first.close();
    await spoilHolds(house);
    await using issuer = await house.open();
    await expectRejects(() => issuer.privacy.erase(recordId, 'subject-request'), 'RECORD_HELD');
  });

  it('that was lifted and does not open any more goes with its record, and stops no other erasure', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const ids = (await issueAll(issuer, [labTest(1), labTest(2)])).map(({ recordId }) => recordId);
    await issuer.privacy.hold(ids[0] ?? '', TERMS);
    {
      using _ = new SpoiltHolds();
      await expectRejects(() => issuer.privacy.lift(ids[0] ?? '', 1, 'Officer 9'), 'ENVELOPE_TAMPERED');
    }
    house.nowMs += 40 * DAY_MS;
    await issuer.privacy.pass({ force: true });
    for (const recordId of ids) expect((await issuer.privacy.erasure(recordId)).stage).to.equal('dead');
    await issuer.close();
    await using store = await Store.open(join(house.folder, 'issuer', 'store'));
    expect(await store.table(TABLES.holds).first()).to.equal(undefined);
  });

  it('is for records that are there', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const recordId = await issueOne(issuer);
    await issuer.privacy.erase(recordId, 'subject-request');
    for (const unknown of [recordId, 'x'.repeat(22)]) {
      await expectRejects(() => issuer.privacy.hold(unknown, TERMS), 'RECORD_NOT_FOUND');
      await expectRejects(() => issuer.privacy.lift(unknown, 1, 'Officer 9'), 'RECORD_NOT_FOUND');
    }
  });
});

/** Turns one bit in the ciphertext of each hold that is written meanwhile. */
class SpoiltHolds implements Disposable {
  readonly #commit = Store.prototype.commit;

  constructor() {
    const commit = this.#commit;
    Store.prototype.commit = async function (batch): Promise<void> {
      for (const { key, value } of batch.operations)
        if (key[0] === TABLES.holds.tag) value?.set([(value.at(-1) ?? 0) ^ 1], value.length - 1);
      await commit.call(this, batch);
    };
  }

  [Symbol.dispose](): void {
    Store.prototype.commit = this.#commit;
  }
}

/** Turns one bit in the ciphertext of each. */
async function spoilHolds(house: IssuerHouse): Promise<void> {
  await using store = await Store.open(join(house.folder, 'issuer', 'store'));
  const batch = new WriteBatch();
  for await (const { key, value } of store.table(TABLES.holds).entries()) {
    batch.put(
      TABLES.holds,
      key,
      value.map((byte, i) => (i === value.length - 1 ? byte ^ 1 : byte)),
    );
  }
  await store.commit(batch);
}

async function issueOne(issuer: Issuer): Promise<string> {
  const [row] = await issueAll(issuer, [vaccination(1)]);
  return row?.recordId ?? '';
}

async function testsOverTime(issuer: Issuer): Promise<object | undefined> {
  return (await issuer.privacy.retention()).find(({ type }) => type === 'test');
}
