/** The life of a booking, one rule at a time. Ten places a day at each port, Friday is two days away. */
import { afterEach, beforeEach, describe, it } from 'mocha';
import { expect } from 'chai';
import type { BookingDesk } from '../../booking/desk.ts';
import { expectRejects } from '../support/throws-code.ts';
import {
  AT_GATE,
  BookingHouse,
  confirmed,
  DAY_MS,
  FRIDAY,
  party,
  request,
  SATURDAY,
  START_MS,
  subject,
  TEST_PROGRAMME,
  TODAY,
} from './support/booking-house.ts';

const START = START_MS / 1000;

describe('booking desk', () => {
  let house: BookingHouse;
  let desk: BookingDesk;

  beforeEach(async () => {
    house = await BookingHouse.create();
    desk = await house.desk();
  });
  afterEach(async () => house[Symbol.asyncDispose]());

  const pass = (seconds: number): void => void (house.nowMs += seconds * 1000);
  const free = async (port = 'SZB', date = FRIDAY): Promise<number | undefined> => {
    const all = await desk.availability('TEST');
    return all.find((one) => one.port === port && one.date === date)?.free;
  };

  it('holds places for a party until ten minutes are over, and warns a minute before', async () => {
    const held = await desk.book(request(1, 3));
    expect(held).to.include({
      state: 'held',
      heldUntilSeconds: START + 600,
      warnAtSeconds: START + 540,
      mayExtend: true,
    });
    expect(held.party.map(({ position, relation }) => `${position} ${relation}`)).to.deep.equal([
      '1 applicant',
      '2 child',
      '3 child',
    ]);
    expect(await free()).to.equal(7);
  });

  it('ends a hold by itself, and the places come back', async () => {
    const { reference } = await desk.book(request(1, 3));
    pass(599);
    expect((await desk.show(reference)).state).to.equal('held');
    pass(1);
    expect((await desk.show(reference)).state).to.equal('expired');
    expect(await free()).to.equal(10);
    await expectRejects(desk.confirm(reference), 'BOOKING_EXPIRED');
  });

  it('extends a hold once', async () => {
    const { reference } = await desk.book(request(1));
    pass(590);
    const extended = await desk.extend(reference);
    expect(extended).to.include({ heldUntilSeconds: START + 900, mayExtend: false });
    await expectRejects(desk.extend(reference), 'BOOKING_ALREADY_EXTENDED');
    pass(309);
    expect((await desk.show(reference)).state).to.equal('held');
    pass(1);
    expect((await desk.show(reference)).state).to.equal('expired');
  });

  it('ends holds in the sweep, so that a start after it finds them ended', async () => {
    const { reference } = await desk.book(request(1));
    expect(desk.nextDueMs()).to.be.at.most(house.nowMs + 1000);
    await desk.sweep();
    expect(desk.nextDueMs()).to.equal(START_MS + 600_000);
    pass(600);
    await desk.sweep();
    house.nowMs = START_MS;
    expect((await (await house.desk()).show(reference)).state).to.equal('expired');
  });

  it('keeps a confirmed place, and confirming it again changes nothing', async () => {
    const reference = await confirmed(desk, 1);
    pass(3600);
    expect((await desk.confirm(reference)).state).to.equal('confirmed');
    await expectRejects(desk.extend(reference), 'BOOKING_CONFIRMED');
    expect((await desk.audit()).entries).to.equal(2);
  });

  it('never gives more places than there are', async () => {
    for (const first of [10, 20]) await desk.book(request(first, 4));
    await expectRejects(desk.book(request(30, 3)), 'BOOKING_FULL');
    await desk.book(request(30, 2));
    await expectRejects(desk.book(request(40)), 'BOOKING_FULL');
    expect(await free()).to.equal(0);
    expect(await free('HZMB')).to.equal(10);
  });

  it('cancels: the place is there for others, and cancelling again changes nothing', async () => {
    for (const first of [10, 20]) await confirmed(desk, first, 4);
    const reference = await confirmed(desk, 30, 2);
    await expectRejects(desk.book(request(40)), 'BOOKING_FULL');
    expect((await desk.cancel(reference)).state).to.equal('cancelled');
    expect((await desk.cancel(reference)).state).to.equal('cancelled');
    await confirmed(desk, 40, 2);
    await expectRejects(desk.confirm(reference), 'BOOKING_CANCELLED');
  });

  it('changes port and date in one move, under a reference of its own', async () => {
    const old = await confirmed(desk, 1, 2);
    const moved = await desk.change(old, { port: 'HZMB', date: SATURDAY });
    expect(moved).to.include({ state: 'confirmed', port: 'HZMB', date: SATURDAY });
    expect(moved.reference).not.to.equal(old);
    expect(await desk.show(old)).to.include({ state: 'changed', changedTo: moved.reference });
    expect([await free(), await free('HZMB', SATURDAY)]).to.deep.equal([10, 8]);
    await expectRejects(desk.use(old, AT_GATE), 'BOOKING_CHANGED');
    await expectRejects(desk.cancel(old), 'BOOKING_CHANGED');
  });

  it('changes nothing when there is no room where it should go', async () => {
    for (const first of [10, 20, 30]) await confirmed(desk, first, 3, { port: 'HZMB' });
    const reference = await confirmed(desk, 1, 2);
    await expectRejects(desk.change(reference, { port: 'HZMB', date: FRIDAY }), 'BOOKING_FULL');
    expect(await desk.show(reference)).to.include({ state: 'confirmed', port: 'SZB' });
    expect((await desk.audit()).problems).to.deep.equal([]);
  });

  it('changes to where it is already: the same booking', async () => {
    const reference = await confirmed(desk, 1);
    const same = await desk.change(reference, { port: 'SZB', date: FRIDAY });
    expect(same).to.include({ reference, state: 'confirmed' });
  });

  it('changes only to a date that may be booked, at a port that exists', async () => {
    const reference = await confirmed(desk, 1);
    const to = (port: string, date: string) => desk.change(reference, { port, date });
    await expectRejects(to('MARS', FRIDAY), 'BOOKING_PORT_UNKNOWN');
    await expectRejects(to('SZB', '2023-01-30'), 'BOOKING_WINDOW_CLOSED');
    await expectRejects(to('SZB', '2022-12-20'), 'BOOKING_DATE_INVALID');
    const held = await desk.book(request(2));
    await expectRejects(desk.change(held.reference, { port: 'HZMB', date: FRIDAY }), 'BOOKING_HELD');
  });

  it('neither cancels nor changes what is over', async () => {
    const reference = await confirmed(desk, 1);
    house.nowMs = Date.parse('2022-12-24T00:00:00+08:00');
    await expectRejects(desk.cancel(reference), 'BOOKING_NO_SHOW');
    await expectRejects(desk.change(reference, { port: 'SZB', date: SATURDAY }), 'BOOKING_NO_SHOW');
  });

  it('does not move a party to a day on which one of them has a place', async () => {
    await confirmed(desk, 2, 1, { date: SATURDAY });
    const reference = await confirmed(desk, 1, 2);
    const moving = desk.change(reference, { port: 'SZB', date: SATURDAY });
    await expectRejects(moving, 'BOOKING_PERSON_HAS_PLACE');
  });

  for (const [name, changes, code] of [
    ['a programme that does not exist', { programme: 'NONE' }, 'BOOKING_PROGRAMME_UNKNOWN'],
    ['a port that does not exist', { port: 'MARS' }, 'BOOKING_PORT_UNKNOWN'],
    ['a date that does not exist', { date: '2022-02-30' }, 'BOOKING_DATE_INVALID'],
    ['a date that is no date', { date: 'tomorrow' }, 'BOOKING_DATE_INVALID'],
    ['yesterday', { date: '2022-12-20' }, 'BOOKING_DATE_INVALID'],
    ['a date outside the window', { date: '2022-12-28' }, 'BOOKING_WINDOW_CLOSED'],
    ['five people', { party: party(1, 5) }, 'BOOKING_PARTY_TOO_LARGE'],
    ['nobody', { party: [] }, 'BOOKING_PARTY_INVALID'],
    [
      'somebody twice',
      { party: [...party(1), { subject: subject(1), relation: 'child' as const }] },
      'BOOKING_PARTY_INVALID',
    ],
    ['two applicants', { party: [...party(1), ...party(2)] }, 'BOOKING_PARTY_INVALID'],
    [
      'no applicant',
      { party: [{ subject: subject(1), relation: 'child' as const }] },
      'BOOKING_PARTY_INVALID',
    ],
  ] as const) {
    it(`refuses ${name}, and nothing is half done`, async () => {
      await expectRejects(desk.book(request(1, 1, changes)), code);
      expect((await desk.audit()).entries).to.equal(0);
    });
  }

  it('refuses a day on which the programme does not run', async () => {
    const quotas = [{ port: 'SZB', from: '2022-12-24', perDay: 5, source: 'test' }];
    ({ desk } = await house.open({ programmes: [{ ...TEST_PROGRAMME, quotas }] }));
    await expectRejects(desk.book(request(1)), 'BOOKING_NO_QUOTA');
  });

  it('gives a person one place a day in a programme, and another one when that came to nothing', async () => {
    const { reference } = await desk.book(request(1, 2));
    await expectRejects(desk.book(request(2)), 'BOOKING_PERSON_HAS_PLACE');
    await expectRejects(desk.book(request(2, 1, { port: 'HZMB' })), 'BOOKING_PERSON_HAS_PLACE');
    await desk.book(request(2, 1, { date: SATURDAY }));
    await desk.cancel(reference);
    await desk.book(request(2));
  });

  it('answers a request that is sent again with the same booking', async () => {
    const named = { request: { key: 'aa', digest: '11' } };
    const first = await desk.book(request(1, 2, named));
    expect(await desk.book(request(1, 2, named))).to.deep.equal(first);
    desk = await house.desk();
    expect(await desk.book(request(1, 2, named))).to.deep.equal(first);
    expect(await free()).to.equal(8);
    const other = request(9, 1, { request: { key: 'aa', digest: '22' } });
    await expectRejects(desk.book(other), 'BOOKING_REQUEST_REUSED');
  });

  it('answers a change that is sent again with the same booking', async () => {
    const old = await confirmed(desk, 1);
    const to = { port: 'HZMB', date: FRIDAY, request: { key: 'cc', digest: '33' } };
    const moved = await desk.change(old, to);
    expect(await desk.change(old, to)).to.deep.equal(moved);
    expect((await desk.audit()).bookings).to.equal(2);
  });

  it('knows no reference that it did not give', async () => {
    await expectRejects(desk.show('2222222222'), 'BOOKING_NOT_FOUND');
    await expectRejects(desk.show('2222222223'), 'BOOKING_REFERENCE_INVALID');
  });

  describe('when the quota is full', () => {
    const waits = { wait: true };
    let four: string;
    let pair: string;

    beforeEach(async () => {
      four = await confirmed(desk, 10, 4);
      await confirmed(desk, 20, 4);
      pair = await confirmed(desk, 30, 2);
    });

    it('lets people wait and shows their place, which moves up', async () => {
      const first = await desk.book(request(1, 1, waits));
      const second = await desk.book(request(2, 1, waits));
      expect([first.state, first.position, second.position]).to.deep.equal(['waiting', 1, 2]);
      await desk.cancel(first.reference);
      expect((await desk.show(second.reference)).position).to.equal(1);
      await expectRejects(desk.confirm(second.reference), 'BOOKING_WAITING');
    });

    it('offers what comes back in turn, and holds it longer than for who sits there', async () => {
      const waiting = [await desk.book(request(1, 3, waits)), await desk.book(request(5, 2, waits))];
      await desk.cancel(four);
      const [first, second] = await Promise.all(waiting.map(({ reference }) => desk.show(reference)));
      expect(first).to.include({ state: 'held', heldUntilSeconds: START + 3600 });
      expect(second).to.include({ state: 'waiting', position: 1 });
    });

    it('offers the place of somebody who moved away', async () => {
      const { reference } = await desk.book(request(1, 1, waits));
      await desk.change(pair, { port: 'HZMB', date: FRIDAY });
      expect((await desk.show(reference)).state).to.equal('held');
    });

    it('offers the place of a hold that ended', async () => {
      await desk.cancel(pair);
      await desk.book(request(70, 2));
      const { reference } = await desk.book(request(1, 1, waits));
      pass(600);
      expect((await desk.show(reference)).state).to.equal('held');
    });

    it('passes over a party that does not fit, which keeps its place', async () => {
      const large = await desk.book(request(1, 3, waits));
      const small = await desk.book(request(5, 1, waits));
      await desk.cancel(pair);
      expect((await desk.show(large.reference)).position).to.equal(1);
      expect((await desk.show(small.reference)).state).to.equal('held');
      expect(await free()).to.equal(1);
    });

    it('lets nobody pass who comes later, by a booking or a change', async () => {
      await desk.cancel(pair);
      const family = await desk.book(request(1, 3, waits));
      expect(family.state).to.equal('waiting');
      await expectRejects(desk.book(request(50)), 'BOOKING_FULL');
      expect(await desk.book(request(50, 1, waits))).to.include({ state: 'waiting', position: 2 });
      const elsewhere = await confirmed(desk, 60, 1, { port: 'HZMB' });
      await expectRejects(desk.change(elsewhere, { port: 'SZB', date: FRIDAY }), 'BOOKING_FULL');
      await desk.cancel(family.reference);
      await confirmed(desk, 70);
    });

    it('offers the places of a raised quota to who waits, at the start', async () => {
      const { reference } = await desk.book(request(1, 1, waits));
      const quotas = TEST_PROGRAMME.quotas.map((row) => ({ ...row, perDay: row.perDay + 1 }));
      ({ desk } = await house.open({ programmes: [{ ...TEST_PROGRAMME, quotas }] }));
      expect((await desk.show(reference)).state).to.equal('held');
      await expectRejects(desk.book(request(50)), 'BOOKING_FULL');
    });

    it('takes no more than may wait', async () => {
      ({ desk } = await house.open({ maxWaiting: 1 }));
      await desk.book(request(1, 1, waits));
      await expectRejects(desk.book(request(2, 1, waits)), 'BOOKING_QUEUE_FULL');
    });
  });

  it('closes a day when it is over: who did not come is a no-show, who did not confirm has lost it', async () => {
    const came = await confirmed(desk, 1, 2);
    const stayed = await confirmed(desk, 11);
    const apart = await confirmed(desk, 21, 2);
    house.nowMs = Date.parse('2022-12-23T10:00:00+08:00');
    await desk.use(came, AT_GATE);
    await desk.use(apart, { ...AT_GATE, present: [subject(21)], conversion: 'c-1' });
    await desk.sweep();
    expect(desk.nextDueMs()).to.equal(Date.parse('2022-12-24T00:00:00+08:00'));
    const held = (await desk.book(request(31))).reference;
    house.nowMs = Date.parse('2022-12-24T00:00:00+08:00');
    await desk.sweep();
    await expectRejects(desk.use(stayed, AT_GATE), 'BOOKING_NO_SHOW');
    await expectRejects(desk.cancel(stayed), 'BOOKING_NO_SHOW');
    expect((await desk.show(held)).state).to.equal('expired');
    house.nowMs = Date.parse('2022-12-25T00:00:00+08:00');
    await desk.sweep();
    const states = await Promise.all([came, stayed, apart].map(async (one) => (await desk.show(one)).state));
    expect(states).to.deep.equal(['used', 'noShow', 'used']);
    await expectRejects(desk.use(stayed, AT_GATE), 'BOOKING_NO_SHOW');
  });

  it('makes nobody a no-show while its clock is a day ahead', async () => {
    const reference = await confirmed(desk, 1, 2);
    house.nowMs = Date.parse('2022-12-24T10:00:00+08:00');
    await desk.sweep();
    await expectRejects(desk.use(reference, AT_GATE), 'BOOKING_NO_SHOW');
    house.nowMs -= DAY_MS;
    await desk.sweep();
    expect((await desk.use(reference, AT_GATE)).state).to.equal('used');
    expect((await desk.audit()).problems).to.deep.equal([]);
  });

  it('forgets who travelled after a month, and keeps the counts', async () => {
    const reference = await confirmed(desk, 1, 2);
    house.nowMs += 33 * DAY_MS;
    await desk.sweep();
    expect((await desk.show(reference)).state).to.equal('noShow');
    house.nowMs += DAY_MS;
    await desk.sweep();
    await expectRejects(desk.show(reference), 'BOOKING_NOT_FOUND');
    desk = await house.desk();
    await expectRejects(desk.show(reference), 'BOOKING_NOT_FOUND');
    const audit = await desk.audit();
    expect(audit.slots.map(({ date, people }) => ({ date, people }))).to.deep.equal([
      { date: FRIDAY, people: { noShow: 2 } },
    ]);
    expect(audit.problems).to.deep.equal([]);
    // Numbers go on where they were.
    await desk.book(request(1, 1, { date: '2023-01-24' }));
    expect((await desk.audit()).problems).to.deep.equal([]);
  });

  it('lists what may be booked, with what is left', async () => {
    const dates = [...new Set((await desk.availability('TEST')).map(({ date }) => date))];
    expect(dates).to.deep.equal([
      TODAY,
      '2022-12-22',
      FRIDAY,
      SATURDAY,
      '2022-12-25',
      '2022-12-26',
      '2022-12-27',
    ]);
    await expectRejects(desk.availability('NONE'), 'BOOKING_PROGRAMME_UNKNOWN');
  });
});
