/** Using places up: at a gate, in a conversion, in two lanes at once, with somebody missing. */
import { afterEach, beforeEach, describe, it } from 'mocha';
import { expect } from 'chai';
import { BOOKING_TABLES } from '../../booking/tables.ts';
import type { BookingDesk } from '../../booking/desk.ts';
import { UseRefused, type UseFinding, type UseRequest } from '../../booking/judge-use.ts';
import { toUint64 } from '../../service/big-endian.ts';
import { WriteBatch, type Store, type TableSpec } from '../../service/store.ts';
import { expectRejects } from '../support/throws-code.ts';
import {
  AT_GATE,
  BookingHouse,
  confirmed,
  FRIDAY,
  request,
  START_MS,
  subject,
} from './support/booking-house.ts';

/** Stands for a decision of somebody else's in the same store. */
const DECISIONS: TableSpec = { tag: 200, format: 1 };
const KEY = toUint64(1);

describe('booking at the gate', () => {
  let house: BookingHouse;
  let desk: BookingDesk;
  let store: Store;

  beforeEach(async () => {
    house = await BookingHouse.create();
    ({ desk, store } = await house.open());
  });
  afterEach(async () => house[Symbol.asyncDispose]());

  it('lets a whole party through, once, and tells the next lane when and where', async () => {
    const reference = await confirmed(desk, 1, 2);
    const used = await desk.use(reference, { ...AT_GATE, present: [subject(2), subject(1)] });
    expect(used.state).to.equal('used');
    expect(used.party.map((member) => member.used?.lane)).to.deep.equal(['SZB-07', 'SZB-07']);
    house.nowMs += 5_000;
    const { code, finding } = await refusal(reference, { ...AT_GATE, lane: 'SZB-08' });
    expect(code).to.equal('BOOKING_USED');
    expect(finding.used).to.deep.equal({ atSeconds: START_MS / 1000, lane: 'SZB-07' });
  });

  it('does not give a place back that was used', async () => {
    for (const first of [10, 20]) await confirmed(desk, first, 4);
    await desk.use(await confirmed(desk, 30, 2), AT_GATE);
    await expectRejects(desk.book(request(40)), 'BOOKING_FULL');
  });

  it('of two lanes at the same moment lets one through, and tells the other when and which lane', async () => {
    const reference = await confirmed(desk, 1, 2);
    const lanes = Array.from({ length: 20 }, (_, i) => `SZB-${i}`);
    const answers = await Promise.all(lanes.map((lane) => outcome(reference, { ...AT_GATE, lane })));
    const through = lanes.filter((_, i) => answers[i] === undefined);
    expect(through).to.have.length(1);
    for (const told of answers.filter((answer) => answer !== undefined)) {
      expect(told.code).to.equal('BOOKING_USED');
      expect(told.finding.used).to.deep.equal({ atSeconds: START_MS / 1000, lane: through[0] });
    }
  });

  it('takes the same scan of the same lane for the same use', async () => {
    const reference = await confirmed(desk, 1);
    const scan = { ...AT_GATE, scan: 's-1' };
    await desk.use(reference, scan);
    expect((await desk.use(reference, scan)).state).to.equal('used');
    expect((await refusal(reference, { ...scan, scan: 's-2' })).code).to.equal('BOOKING_USED');
    expect((await refusal(reference, { ...scan, lane: 'SZB-08' })).code).to.equal('BOOKING_USED');
    expect((await refusal(reference, AT_GATE)).code).to.equal('BOOKING_USED');
  });

  it('names who of the party is missing, and uses nothing', async () => {
    const reference = await confirmed(desk, 1, 3);
    const { code, finding } = await refusal(reference, { ...AT_GATE, present: [subject(1), subject(3)] });
    expect(code).to.equal('BOOKING_COMPANION_MISSING');
    expect(finding.missing).to.deep.equal([{ position: 2, relation: 'child' }]);
    expect((await desk.show(reference)).state).to.equal('confirmed');
  });

  it('lets the others go when the officer says who stays behind, and then their place is gone', async () => {
    const reference = await confirmed(desk, 1, 3);
    const used = await desk.use(reference, { ...AT_GATE, present: [subject(1), subject(3)], absent: [2] });
    expect(used.state).to.equal('used');
    expect(used.party[1]).to.include({ position: 2, absent: true });
    const late = { ...AT_GATE, present: [subject(2)] };
    expect((await refusal(reference, late)).code).to.equal('BOOKING_USED');
  });

  it('lets nobody go without the applicant', async () => {
    const reference = await confirmed(desk, 1, 2);
    const alone = { ...AT_GATE, present: [subject(2)], absent: [1] };
    const { code, finding } = await refusal(reference, alone);
    expect(code).to.equal('BOOKING_COMPANION_MISSING');
    expect(finding.missing).to.deep.equal([{ position: 1, relation: 'applicant' }]);
    const nobody = { ...AT_GATE, absent: [1, 2] };
    expect((await refusal(reference, nobody)).code).to.equal('BOOKING_COMPANION_MISSING');
  });

  it('lets nobody through who is not in the booking', async () => {
    const reference = await confirmed(desk, 1);
    const { code } = await refusal(reference, { ...AT_GATE, present: [subject(1), subject(9)] });
    expect(code).to.equal('BOOKING_NOT_IN_PARTY');
  });

  for (const [name, changes, code] of [
    ['another port', { port: 'HZMB' }, 'BOOKING_WRONG_PORT'],
    ['another date', { date: '2022-12-24' }, 'BOOKING_WRONG_DATE'],
  ] as const) {
    it(`says where and when it is for, at ${name}`, async () => {
      const reference = await confirmed(desk, 1);
      const refused = await refusal(reference, { ...AT_GATE, ...changes });
      expect(refused.code).to.equal(code);
      expect(refused.finding.bookedFor).to.deep.equal({ port: 'SZB', date: FRIDAY });
    });
  }

  it('says of a booking that holds no place what became of it', async () => {
    const { reference } = await desk.book(request(1));
    expect((await refusal(reference, AT_GATE)).code).to.equal('BOOKING_HELD');
    house.nowMs += 600_000;
    expect((await refusal(reference, AT_GATE)).code).to.equal('BOOKING_EXPIRED');
    const other = await confirmed(desk, 2);
    await desk.cancel(other);
    expect((await refusal(other, AT_GATE)).code).to.equal('BOOKING_CANCELLED');
  });

  it('uses one place of a party in a conversion, and the rest at the gate', async () => {
    const reference = await confirmed(desk, 1, 2);
    const converting = { ...AT_GATE, lane: 'conversion', present: [subject(1)], conversion: 'c-1' };
    expect((await desk.use(reference, converting)).state).to.equal('confirmed');
    expect((await desk.use(reference, converting)).state, 'resumed').to.equal('confirmed');
    const again = { ...converting, conversion: 'c-2' };
    expect((await refusal(reference, again)).finding.used?.lane).to.equal('conversion');
    await expectRejects(desk.cancel(reference), 'BOOKING_USED');
    await expectRejects(desk.change(reference, { port: 'HZMB', date: FRIDAY }), 'BOOKING_USED');
    expect((await desk.use(reference, AT_GATE)).state).to.equal('used');
  });

  it('uses a place exactly when the commit of somebody else is on the disk', async () => {
    const reference = await confirmed(desk, 1);
    const asked = { ...AT_GATE, present: [subject(1)], conversion: 'c-1' };
    {
      await using use = await desk.consume(reference, asked);
      expect(use.reference).to.equal(reference);
      use.writeTo(new WriteBatch().put(DECISIONS, KEY, KEY));
      // And then the caller thinks better of it.
    }
    expect((await desk.show(reference)).state).to.equal('confirmed');
    {
      await using use = await desk.consume(reference, asked);
      const batch = new WriteBatch().put(DECISIONS, KEY, KEY);
      use.writeTo(batch);
      await store.commit(batch);
    }
    expect((await desk.show(reference)).state).to.equal('used');
    ({ desk, store } = await house.open());
    expect((await desk.show(reference)).state).to.equal('used');
    expect(await store.table(DECISIONS).get(KEY)).to.deep.equal(KEY);
    expect((await desk.audit()).problems).to.deep.equal([]);
  });

  it('lets a gate, a cancellation and a change wait for a conversion that is under way', async () => {
    const reference = await confirmed(desk, 1);
    const use = await desk.consume(reference, { ...AT_GATE, lane: 'conversion', conversion: 'c-1' });
    const waiting = [
      desk.use(reference, AT_GATE),
      desk.cancel(reference),
      desk.change(reference, { port: 'HZMB', date: FRIDAY }),
    ].map((answer) => expectRejects(answer, 'BOOKING_USED'));
    house.nowMs = Date.parse('2022-12-24T00:00:00+08:00');
    await desk.sweep();
    const batch = new WriteBatch();
    use.writeTo(batch);
    await store.commit(batch);
    await use[Symbol.asyncDispose]();
    await Promise.all(waiting);
    expect((await desk.show(reference)).state, 'not a no-show').to.equal('used');
  });

  it('lets nobody wait for ever for a conversion that does not end', async () => {
    ({ desk, store } = await house.open({ maxWaitMs: 0 }));
    const reference = await confirmed(desk, 1);
    const use = await desk.consume(reference, AT_GATE);
    await expectRejects(desk.cancel(reference), 'BOOKING_IN_USE');
    await use[Symbol.asyncDispose]();
    expect((await desk.cancel(reference)).state).to.equal('cancelled');
  });

  it('keeps nobody from a booking whose use could not begin', async () => {
    const reference = await confirmed(desk, 1);
    await desk.book(request(2));
    house.nowMs += 600_000;
    const commit = store.commit.bind(store);
    store.commit = () => Promise.reject(new Error('the disk is full'));
    // The hold that is over cannot be ended on the disk.
    const [begun] = await Promise.allSettled([desk.consume(reference, AT_GATE)]);
    expect(begun.status).to.equal('rejected');
    store.commit = commit;
    expect((await desk.cancel(reference)).state).to.equal('cancelled');
  });

  it('asks the disk again how a use has ended that it did not tell', async () => {
    const reference = await confirmed(desk, 1);
    const use = await desk.consume(reference, { ...AT_GATE, conversion: 'c-1' });
    const batch = new WriteBatch();
    use.writeTo(batch);
    await store.commit(batch);
    const table = store.table.bind(store);
    store.table = () => {
      throw new Error('the disk does not answer');
    };
    const [ended] = await Promise.allSettled([use[Symbol.asyncDispose]()]);
    expect(ended.status).to.equal('rejected');
    store.table = table;
    await expectRejects(desk.cancel(reference), 'BOOKING_USED');
  });

  it('answers nothing that is not on the disk', async () => {
    const reference = await confirmed(desk, 1);
    await desk.use(reference, AT_GATE);
    const stored = await store.table(BOOKING_TABLES.bookings).get(toUint64(1));
    expect(new TextDecoder().decode(stored)).to.contain('"state":"used"').and.contain('SZB-07');
  });

  async function outcome(
    reference: string,
    asked: UseRequest,
  ): Promise<{ readonly code: string; readonly finding: UseFinding } | undefined> {
    try {
      await desk.use(reference, asked);
      return undefined;
    } catch (error) {
      if (error instanceof UseRefused) return error;
      throw error;
    }
  }

  async function refusal(
    reference: string,
    asked: UseRequest,
  ): Promise<{ readonly code: string; readonly finding: UseFinding }> {
    const refused = await outcome(reference, asked);
    if (refused === undefined) throw new Error('it was let through');
    return refused;
  }
});
