/** Any sequence of bookings, confirmations, changes, uses, pauses and restarts comes out as the plain model says. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import fc from 'fast-check';
import type { BookingDesk } from '../../booking/desk.ts';
import { HclError } from '../../core/errors.ts';
import { runs, testSeed } from '../support/scale.ts';
import { BookingHouse, FRIDAY, party, SATURDAY, START_MS, TEST_PROGRAMME } from './support/booking-house.ts';
import { BookingModel, type ModelBooking, type Outcome } from './support/booking-model.ts';

const times = { holdSeconds: 60, extensionSeconds: 40, offerSeconds: 90 };
const TERMS = { ...times, quota: 5 };
const PROGRAMME = {
  ...TEST_PROGRAMME,
  ...times,
  quotas: TEST_PROGRAMME.quotas.map((row) => ({ ...row, perDay: TERMS.quota })),
};

/** Mostly one port and date, so that it is full soon. */
const place = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ port: 'SZB', date: FRIDAY }) },
  {
    weight: 1,
    arbitrary: fc.record({ port: fc.constantFrom('SZB', 'HZMB'), date: fc.constantFrom(FRIDAY, SATURDAY) }),
  },
);
/** One of the bookings that there are. */
const which = fc.nat(30);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('book' as const),
      place,
      people: fc.integer({ min: 1, max: 4 }),
      wait: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('confirm' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('extend' as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('change' as const), which, place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('use' as const), which, place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pause' as const), seconds: fc.nat(70) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

describe('booking desk beside a plain model', () => {
  it('comes out the same, in every state and every count, and explains itself', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        await using pair = await Pair.create();
        for (const one of steps) await pair.take(one);
        pair.model.endHolds();
        const audit = await pair.desk.audit();
        expect(audit.problems).to.deep.equal([]);
        for (const slot of audit.slots) {
          expect(slot.peak).to.be.at.most(TERMS.quota);
          const { held = 0, confirmed = 0, used = 0 } = slot.people;
          expect(held + confirmed + used).to.equal(pair.model.taken(slot));
        }
      }),
      { numRuns: runs(20, 1_000), seed: testSeed, endOnFailure: true },
    );
  });
});

/** The desk and the model, which do the same. */
class Pair implements AsyncDisposable {
  readonly model: BookingModel = new BookingModel(START_MS / 1000, TERMS);
  readonly #house: BookingHouse;
  /** Of the model's bookings, in their order. */
  readonly #references: string[] = [];
  desk: BookingDesk;
  #people = 1;

  private constructor(house: BookingHouse, desk: BookingDesk) {
    this.#house = house;
    this.desk = desk;
  }

  static async create(): Promise<Pair> {
    const house = await BookingHouse.create();
    return new Pair(house, (await house.open({ programmes: [PROGRAMME] })).desk);
  }

  async take(one: Step): Promise<void> {
    const count = this.model.bookings.length;
    const index = 'which' in one && count > 0 ? one.which % count : undefined;
    const booking = index === undefined ? undefined : this.model.bookings[index];
    const expected = this.#inModel(one, booking);
    if (expected === undefined) return await this.#beside(one);
    const told = await this.#atDesk(one, this.#references[index ?? 0] ?? '');
    expect(told, JSON.stringify(one)).to.equal(expected);
    await this.#compare();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#house[Symbol.asyncDispose]();
  }

  /** `undefined` for what only the world around does. */
  #inModel(one: Step, booking: ModelBooking | undefined): Outcome | undefined {
    if (one.do === 'book') return this.model.book(one.place, one.people, one.wait);
    if (booking === undefined || one.do === 'pause' || one.do === 'restart') return undefined;
    switch (one.do) {
      case 'confirm':
        return this.model.confirm(booking);
      case 'extend':
        return this.model.extend(booking);
      case 'cancel':
        return this.model.cancel(booking);
      case 'change':
        return this.model.change(booking, one.place);
      case 'use':
        return this.model.use(booking, one.place);
    }
  }

  async #beside(one: Step): Promise<void> {
    if (one.do === 'pause') {
      this.#house.nowMs += one.seconds * 1000;
      this.model.now += one.seconds;
    }
    if (one.do !== 'restart') return;
    this.desk = (await this.#house.open({ programmes: [PROGRAMME] })).desk;
    this.model.restart();
    await this.#compare();
  }

  async #atDesk(one: Step, reference: string): Promise<Outcome> {
    try {
      const view = await this.#ask(one, reference);
      if (view !== undefined && !this.#references.includes(view.reference))
        this.#references.push(view.reference);
      return 'done';
    } catch (error) {
      if (error instanceof HclError) return error.code;
      throw error;
    }
  }

  async #ask(one: Step, reference: string): Promise<{ readonly reference: string } | undefined> {
    switch (one.do) {
      case 'book': {
        const first = this.#people;
        this.#people += 4;
        const { place: slot, people, wait } = one;
        return await this.desk.book({ programme: 'TEST', ...slot, party: party(first, people), wait });
      }
      case 'confirm':
        return await this.desk.confirm(reference);
      case 'extend':
        return await this.desk.extend(reference);
      case 'cancel':
        return await this.desk.cancel(reference);
      case 'change':
        return await this.desk.change(reference, one.place);
      case 'use':
        return await this.desk.use(reference, { ...one.place, lane: 'L1' });
      case 'pause':
      case 'restart':
        return undefined;
    }
  }

  async #compare(): Promise<void> {
    const states = await Promise.all(this.#references.map(async (one) => (await this.desk.show(one)).state));
    expect(states).to.deep.equal(this.model.bookings.map(({ state }) => state));
  }
}
