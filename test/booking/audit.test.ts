/** The audit finds what somebody changed in the store, with the log or without it. */
import { afterEach, beforeEach, describe, it } from 'mocha';
import { expect } from 'chai';
import { LogAudit, type BookingAudit } from '../../booking/audit.ts';
import type { Booking } from '../../booking/booking.ts';
import type { BookingDesk } from '../../booking/desk.ts';
import type { LogEntry } from '../../booking/log-entry.ts';
import { BOOKING_TABLES, putBooking, putLogEntry, readBooking } from '../../booking/tables.ts';
import { toUint64 } from '../../service/big-endian.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { BookingHouse, confirmed, request, SLOT } from './support/booking-house.ts';

/** Ten people have places of ten: three bookings, two steps each. */
describe('booking audit', () => {
  let house: BookingHouse;
  let desk: BookingDesk;
  let store: Store;

  beforeEach(async () => {
    house = await BookingHouse.create();
    ({ desk, store } = await house.open());
    await confirmed(desk, 1, 4);
    await confirmed(desk, 11, 4);
    await confirmed(desk, 21, 2);
  });
  afterEach(async () => house[Symbol.asyncDispose]());

  it('counts people by programme, port, date and state, without a name', async () => {
    await desk.book(request(31, 3, { port: 'HZMB' }));
    const { slots, entries, bookings, problems } = await desk.audit();
    expect(slots).to.deep.equal([
      { ...SLOT, port: 'HZMB', quota: 10, peak: 3, people: { held: 3 } },
      { ...SLOT, quota: 10, peak: 10, people: { confirmed: 10 } },
    ]);
    expect({ entries, bookings, problems }).to.deep.equal({ entries: 7, bookings: 4, problems: [] });
    const log = [];
    for await (const { value } of store.table(BOOKING_TABLES.log).entries())
      log.push(new TextDecoder().decode(value));
    expect(log.join('\n')).not.to.match(/subject|reference|[0-9a-f]{32}/);
  });

  it('finds a booking whose entries are gone', async () => {
    await change((batch) =>
      batch.delete(BOOKING_TABLES.log, toUint64(3)).delete(BOOKING_TABLES.log, toUint64(4)),
    );
    expect(kindsOf(await desk.audit())).to.deep.equal(['booking-missing 3', 'booking-differs 2']);
  });

  it('finds a step that is gone', async () => {
    await change((batch) => batch.delete(BOOKING_TABLES.log, toUint64(1)));
    expect(kindsOf(await desk.audit())).to.include('step-missing 1');
  });

  it('finds a place that is there beside the quota', async () => {
    const entry = { ...SLOT, number: 4, step: 0, atSeconds: 1, people: 1, quota: 10, to: 'held' } as const;
    await change((batch) => putLogEntry(batch, 7, entry));
    expect(kindsOf(await desk.audit())).to.deep.equal(['oversold 4', 'booking-differs 4']);
  });

  it('finds a state that cannot follow', async () => {
    const entry = { ...SLOT, number: 1, step: 2, atSeconds: 1, people: 4, quota: 10 };
    await change((batch) => putLogEntry(batch, 7, { ...entry, from: 'confirmed', to: 'held' }));
    expect(kindsOf(await desk.audit())).to.include('step-not-allowed 1');
  });

  for (const [name, changes] of [
    ['state', { state: 'cancelled' }],
    ['port', { port: 'HZMB' }],
    ['date', { date: '2022-12-24' }],
    ['step, back to what it was', { step: 0, state: 'held' }],
  ] as const) {
    it(`finds a booking that was given another ${name}`, async () => {
      const booking = await stored(2);
      await change((batch) => putBooking(batch, { ...booking, ...changes }));
      expect(kindsOf(await desk.audit())).to.include('booking-differs 2');
    });
  }

  it('finds a party that became larger', async () => {
    const booking = await stored(3);
    await change((batch) => putBooking(batch, { ...booking, party: [...booking.party, ...booking.party] }));
    expect(kindsOf(await desk.audit())).to.deep.equal(['booking-differs 3']);
  });

  it('finds a booking that was taken away while its day is kept', async () => {
    await change((batch) => batch.delete(BOOKING_TABLES.bookings, toUint64(2)));
    expect(kindsOf(await desk.audit())).to.deep.equal(['booking-differs 2']);
  });

  it('is not mistaken while bookings change under it', async () => {
    const audits = [];
    for (let n = 0; n < 10; n++) {
      audits.push(desk.audit());
      await confirmed(desk, 100 + n, 1, { port: 'HZMB' });
    }
    for (const audit of await Promise.all(audits)) expect(audit.problems).to.deep.equal([]);
  });

  it('says nothing of what goes below the quota later', () => {
    const audit = new LogAudit();
    const entry: LogEntry = { ...SLOT, number: 1, step: 0, atSeconds: 1, people: 4, quota: 4, to: 'held' };
    audit.add(1, entry);
    // The quota was lowered: who has a place keeps it.
    audit.add(2, { ...entry, step: 1, quota: 2, from: 'held', to: 'confirmed' });
    expect(audit.result().problems).to.deep.equal([]);
    audit.add(3, { ...entry, number: 2, people: 1, quota: 2 });
    expect(kindsOf(audit.result())).to.deep.equal(['oversold 2']);
  });

  async function change(make: (batch: WriteBatch) => unknown): Promise<void> {
    const batch = new WriteBatch();
    make(batch);
    await store.commit(batch);
  }

  async function stored(number: number): Promise<Booking> {
    const value = await store.table(BOOKING_TABLES.bookings).get(toUint64(number));
    if (value === undefined) throw new Error('it is not there');
    return readBooking(value);
  }
});

function kindsOf({ problems }: BookingAudit): string[] {
  return problems.map(({ kind, number }) => `${kind} ${number}`);
}
