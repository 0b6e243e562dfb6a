/** A conversion and the booked place that is used with it: both, or neither, and never a place of somebody else's. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toBase64url } from '../../../core/bytes/base64url.ts';
import type { ConsentTerms } from '../../../core/conversion/consent.ts';
import type { BookingProblemCode } from '../../../booking/texts.ts';
import { BOOKING_TEXTS } from '../../../booking/texts.ts';
import { makeReference } from '../../../booking/reference.ts';
import { buildIssuerApp } from '../../../issuer/app.ts';
import type { Arrival } from '../../../issuer/conversion/target/arrivals.ts';
import { TABLES } from '../../../issuer/store.ts';
import { FailingWrites } from '../../privacy/support/failing-store.ts';
import { expectRejects } from '../../support/throws-code.ts';
import { HeldCommit } from '../support/held-commit.ts';
import { ConvertingIssuers, NOON, type Traveller } from './converting-issuers.ts';

const TODAY = '2022-12-21';
const AT_SZB = { port: 'SZB', plannedOn: TODAY };
const GATE = { port: 'SZB', date: TODAY, lane: 'SZB-07' };

/** A confirmed booking of theirs at the desk of Hong Kong. */
async function book(
  issuers: ConvertingIssuers,
  { subject }: Pick<Traveller, 'subject'>,
  slot: { readonly port: string; readonly date: string } = GATE,
): Promise<string> {
  const { bookings } = await issuers.at('HK');
  const party = [{ subject: bookings.keys.ofDocument(subject), relation: 'applicant' }] as const;
  const { port, date } = slot;
  const { reference } = await bookings.book({ programme: 'RETURN2HK', port, date, party });
  await bookings.confirm(reference);
  return reference;
}

async function stateOf(issuers: ConvertingIssuers, reference: string): Promise<string> {
  return (await (await issuers.at('HK')).bookings.show(reference)).state;
}

/** What they show, made for this booking. */
type Arrive = (booking?: string) => Arrival;

/** Somebody from Guangdong with what they show in Hong Kong. */
async function comes(
  issuers: ConvertingIssuers,
  terms: Partial<ConsentTerms> = AT_SZB,
): Promise<{ readonly traveller: Traveller; readonly arrive: Arrive }> {
  await issuers.at('HK');
  const traveller = await issuers.traveller('GD');
  const carried = await issuers.carry(traveller, 'GD', 'HK', terms);
  const arrive: Arrive = (booking) =>
    issuers.arrival(traveller, carried, booking === undefined ? {} : { booking });
  return { traveller, arrive };
}

async function admit(issuers: ConvertingIssuers, arrival: Arrival) {
  return await (await issuers.at('HK')).conversion.target.admit(arrival);
}

interface Row {
  readonly what: string;
  readonly code: BookingProblemCode;
  readonly terms?: Partial<ConsentTerms>;
  readonly booking: (issuers: ConvertingIssuers, traveller: Traveller) => Promise<string>;
}

const ROWS: readonly Row[] = [
  {
    what: 'that nobody has',
    code: 'BOOKING_NOT_FOUND',
    booking: () => Promise.resolve(makeReference((length) => new Uint8Array(length))),
  },
  {
    what: 'with a wrong character',
    code: 'BOOKING_REFERENCE_INVALID',
    booking: () => Promise.resolve('2345678999'),
  },
  {
    what: 'of somebody else',
    code: 'BOOKING_NOT_IN_PARTY',
    booking: async (issuers) => await book(issuers, await issuers.traveller('GD')),
  },
  {
    what: 'for another port',
    code: 'BOOKING_WRONG_PORT',
    booking: async (issuers, traveller) => await book(issuers, traveller, { port: 'HZMB', date: TODAY }),
  },
  {
    what: 'of who named no port',
    code: 'BOOKING_WRONG_PORT',
    terms: {},
    booking: async (issuers, traveller) => await book(issuers, traveller),
  },
  {
    what: 'for another day',
    code: 'BOOKING_WRONG_DATE',
    booking: async (issuers, traveller) =>
      await book(issuers, traveller, { port: 'SZB', date: '2022-12-22' }),
  },
  {
    what: 'that the gate has used',
    code: 'BOOKING_USED',
    booking: async (issuers, traveller) => {
      const reference = await book(issuers, traveller);
      await (await issuers.at('HK')).bookings.use(reference, GATE);
      return reference;
    },
  },
  {
    what: 'that was cancelled',
    code: 'BOOKING_CANCELLED',
    booking: async (issuers, traveller) => {
      const reference = await book(issuers, traveller);
      await (await issuers.at('HK')).bookings.cancel(reference);
      return reference;
    },
  },
];

describe('a conversion with a booking', () => {
  it('uses the place with the decision, once, also when it is shown again or after a restart', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, arrive } = await comes(issuers);
    const booking = await book(issuers, traveller);
    expect(await admit(issuers, arrive(booking))).to.include({ decision: 'accepted' });
    const steps = async (): Promise<number> => (await (await issuers.at('HK')).bookings.audit()).entries;
    const before = await steps();
    await issuers.stop('HK');
    await (await issuers.at('HK')).conversion.pass();
    expect(await stateOf(issuers, booking)).to.equal('used');
    expect(await admit(issuers, arrive(booking))).to.include({ decision: 'accepted' });
    expect(await steps()).to.equal(before);
  });

  it('needs none: who comes without one is converted, and the lane asks for it', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, arrive } = await comes(issuers);
    const reference = await book(issuers, traveller);
    expect(await admit(issuers, arrive())).to.include({ decision: 'accepted' });
    expect(await stateOf(issuers, reference)).to.equal('confirmed');
  });

  it('holds the booking until it is stored: a lane at the same moment is told that it is used', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, arrive } = await comes(issuers);
    const booking = await book(issuers, traveller);
    using held = HeldCommit.of(TABLES.decisionIds);
    const decided = admit(issuers, arrive(booking));
    await held.reached;
    const lane = expectRejects((await issuers.at('HK')).bookings.use(booking, GATE), 'BOOKING_USED');
    held.release();
    expect(await decided).to.include({ decision: 'accepted' });
    await lane;
  });

  for (const [at, fault, state] of [
    // The change of colour that the code will rest on …
    [1, 'lost', 'confirmed'],
    [1, 'kept', 'confirmed'],
    // … and the decision with the code and the place.
    [2, 'lost', 'confirmed'],
    [2, 'kept', 'used'],
  ] as const) {
    it(`that ends at its write ${at}, ${fault}, leaves the place ${state}, and is decided once`, async () => {
      await using issuers = await ConvertingIssuers.create();
      const { traveller, arrive } = await comes(issuers);
      const booking = await book(issuers, traveller);
      {
        using _end = new FailingWrites(at, fault);
        await expectRejects(admit(issuers, arrive(booking)), 'STORE_FAILED');
      }
      expect(await stateOf(issuers, booking)).to.equal(state);
      await issuers.stop('HK');
      await (await issuers.at('HK')).conversion.pass();
      expect(await stateOf(issuers, booking)).to.equal(state);
      expect(await admit(issuers, arrive(booking))).to.include({ decision: 'accepted' });
      expect(await stateOf(issuers, booking)).to.equal('used');
      await issuers.settle('HK');
      const [pair] = await (await issuers.at('HK')).conversion.account.pairs();
      expect(pair?.decisions).to.deep.equal({ accepted: 1, refused: 0, referred: 0 });
    });
  }

  for (const { what, code, terms, booking } of ROWS) {
    it(`${what} is refused, and nothing is done: the right thing works afterwards`, async () => {
      await using issuers = await ConvertingIssuers.create();
      const { traveller, arrive } = await comes(issuers, terms);
      const reference = await booking(issuers, traveller);
      const before = await (await issuers.at('HK')).bookings.audit();
      await expectRejects(admit(issuers, arrive(reference)), code);
      expect(await (await issuers.at('HK')).bookings.audit()).to.deep.equal(before);
      await issuers.settle('HK');
      expect(await (await issuers.at('HK')).conversion.account.pairs()).to.deep.equal([]);
      expect(await admit(issuers, arrive())).to.include({ decision: 'accepted' });
    });
  }

  it('converts one person with one place, however many come with it', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, arrive } = await comes(issuers);
    const booking = await book(issuers, traveller);
    await admit(issuers, arrive(booking));
    const again = await issuers.traveller('GD', { subject: traveller.subject });
    const carried = await issuers.carry(again, 'GD', 'HK', AT_SZB);
    await expectRejects(admit(issuers, issuers.arrival(again, carried, { booking })), 'BOOKING_USED');
  });
});

describe('a referral with a booking', () => {
  /** Whom Hong Kong itself has under an order: no table decides. */
  async function refer(issuers: ConvertingIssuers): Promise<{
    readonly traveller: Traveller;
    readonly arrive: Arrive;
    readonly orderId: string;
  }> {
    const { traveller, arrive } = await comes(issuers);
    const { orders } = (await issuers.at('HK')).health;
    const { id: orderId } = await orders.place({
      subject: traveller.subject,
      kind: 'quarantine',
      ground: 'hcl|under-order',
      reference: 'ORDER-1',
      fromSeconds: NOON - 3_600,
      untilSeconds: NOON + 86_400,
      legalBasis: 'Cap. 599A s.22',
      orderedBy: 'HO-1',
      enteredBy: 'HO-2',
    });
    return { traveller, arrive, orderId };
  }

  it('leaves the place free until the officer accepts, and uses it then', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, arrive, orderId } = await refer(issuers);
    const booking = await book(issuers, traveller);
    expect(await admit(issuers, arrive(booking))).to.include({ decision: 'referred' });
    expect(await stateOf(issuers, booking)).to.equal('confirmed');
    const { conversion, health } = await issuers.at('HK');
    const [waiting] = await conversion.target.referrals();
    await health.orders.release(orderId, { releasedBy: 'HO-3', enteredBy: 'OP-4' });
    issuers.ledger.tick(1);
    await issuers.settle('HK');
    const ruled = await conversion.target.rule(waiting?.number ?? 0, {
      decision: 'accepted',
      officer: 'O-17',
    });
    expect(ruled).to.include({ decision: 'accepted' });
    expect(await stateOf(issuers, booking)).to.equal('used');
  });

  it('leaves it free when the officer refuses', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, arrive } = await refer(issuers);
    const booking = await book(issuers, traveller);
    await admit(issuers, arrive(booking));
    const { target } = (await issuers.at('HK')).conversion;
    const [waiting] = await target.referrals();
    await target.rule(waiting?.number ?? 0, { decision: 'refused', officer: 'O-17' });
    expect(await stateOf(issuers, booking)).to.equal('confirmed');
  });

  it('is none when the booking is of no use: the person hears of it, not the officer', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, arrive } = await refer(issuers);
    const booking = await book(issuers, traveller, { port: 'HZMB', date: TODAY });
    await expectRejects(admit(issuers, arrive(booking)), 'BOOKING_WRONG_PORT');
    expect(await (await issuers.at('HK')).conversion.target.referrals()).to.deep.equal([]);
  });
});

describe('the route of arrivals', () => {
  it('says in the language of the request what is wrong with a booking', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, arrive } = await comes(issuers);
    const booking = await book(issuers, traveller, { port: 'HZMB', date: TODAY });
    await using app = await buildIssuerApp({
      issuer: await issuers.at('HK'),
      operatorToken: toBase64url(new Uint8Array(32)),
      now: () => NOON * 1000,
      limits: { maxEventLoopDelayMs: 0 },
    });
    for (const language of ['en', 'zh-Hant', 'zh-Hans', 'pt'] as const) {
      const answer = await app.inject({
        method: 'POST',
        url: `/conversions/arrivals?language=${language}`,
        payload: arrive(booking),
      });
      expect(answer.statusCode).to.equal(409);
      expect(answer.json()).to.deep.include({
        code: 'BOOKING_WRONG_PORT',
        detail: BOOKING_TEXTS.BOOKING_WRONG_PORT[language],
        texts: BOOKING_TEXTS.BOOKING_WRONG_PORT,
      });
    }
  });
});
