/** Draws: bound before the first entry, open after the last, the same for everybody who does them again. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { expect } from 'chai';
import fc from 'fast-check';
import { isSeedCommitted, winnersOf, type Draw } from '../../booking/ballot.ts';
import type { BookingDesk } from '../../booking/desk.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { runs, testSeed } from '../support/scale.ts';
import { expectRejects } from '../support/throws-code.ts';
import { BookingHouse, DAY_MS, request } from './support/booking-house.ts';

const SLOT = { programme: 'DRAWN', port: 'SZB', date: '2022-12-27' };
const CLOSES_MS = Date.parse('2022-12-23T18:00:00+08:00');

describe('booking ballot', () => {
  let house: BookingHouse;
  let desk: BookingDesk;

  beforeEach(async () => {
    house = await BookingHouse.create();
    desk = await house.desk();
  });
  afterEach(async () => house[Symbol.asyncDispose]());

  const enter = (first: number, people = 1) => desk.book(request(first, people, SLOT));

  it('tells each entry what the draw is bound to, and nothing of the seed', async () => {
    await expectRejects(desk.ballot(SLOT), 'BOOKING_BALLOT_UNKNOWN');
    const first = await enter(1);
    const { commitment } = await desk.ballot(SLOT);
    expect(first).to.include({ state: 'waiting' });
    expect(first.ballot).to.include({ entry: 1, commitment });
    expect((await enter(2)).ballot).to.include({ entry: 2, commitment });
    expect(await desk.ballot(SLOT)).not.to.have.property('draw');
    expect(await desk.ballot(SLOT)).to.include({ closesAt: CLOSES_MS / 1000 });
  });

  it('draws when the window closes, not before, and gives away what there is', async () => {
    const entries = [];
    for (let n = 0; n < 15; n++) entries.push(await enter(10 * n, 1 + (n % 3)));
    house.nowMs = CLOSES_MS - 1_000;
    await desk.sweep();
    expect((await desk.show(entries[0]?.reference ?? '')).state).to.equal('waiting');
    expect(desk.nextDueMs()).to.equal(CLOSES_MS);
    house.nowMs = CLOSES_MS;
    await desk.sweep();
    const ballot = await desk.ballot(SLOT);
    const winners = naiveWinners(ballot);
    expect(winners.people).to.equal(10);
    for (const [index, { reference }] of entries.entries()) {
      const expected = winners.numbers.includes(index + 1) ? 'confirmed' : 'expired';
      expect((await desk.show(reference)).state, `entry ${index + 1}`).to.equal(expected);
    }
    expect((await desk.audit()).problems).to.deep.equal([]);
    await expectRejects(enter(500), 'BOOKING_WINDOW_CLOSED');
  });

  it('comes out as it was bound, whoever starts again before it', async () => {
    const { ballot } = await enter(1);
    desk = await house.desk();
    house.nowMs = CLOSES_MS;
    await desk.sweep();
    const { commitment, draw } = await desk.ballot(SLOT);
    expect(commitment).to.equal(ballot?.commitment);
    expect(isSeedCommitted(commitment, draw?.seed ?? '0x', nodeCrypto)).to.equal(true);
    const other = `0x${'00'.repeat(32)}` as const;
    expect(isSeedCommitted(commitment, other, nodeCrypto)).to.equal(false);
    await desk.sweep();
    expect((await desk.ballot(SLOT)).draw).to.deep.equal(draw);
  });

  it('has a seed of its own for each port and date', async () => {
    await enter(1);
    await desk.book(request(2, 1, { ...SLOT, port: 'HZMB' }));
    const other = await desk.ballot({ ...SLOT, port: 'HZMB' });
    expect(other.commitment).not.to.equal((await desk.ballot(SLOT)).commitment);
  });

  it('draws nobody who has left', async () => {
    const leaving = await enter(1);
    const staying = await enter(2);
    await desk.cancel(leaving.reference);
    house.nowMs = CLOSES_MS;
    await desk.sweep();
    expect((await desk.ballot(SLOT)).draw?.entries).to.deep.equal([
      { number: 2, people: 1, ticket: staying.ballot?.ticket },
    ]);
    expect((await desk.show(leaving.reference)).state).to.equal('cancelled');
  });

  it('draws a person by the same ticket, however often they enter and with whom', async () => {
    const others = [await enter(10), await enter(20)];
    const tickets = new Set<string | undefined>();
    for (let people = 1; people <= 4; people++) {
      const { reference, ballot } = await enter(1, people);
      tickets.add(ballot?.ticket);
      await desk.cancel(reference);
    }
    expect(tickets.size).to.equal(1);
    const elsewhere = await desk.book(request(1, 1, { ...SLOT, port: 'HZMB' }));
    for (const { ballot } of [...others, elsewhere]) tickets.add(ballot?.ticket);
    expect(tickets.size, 'another one for each person and slot').to.equal(4);
  });

  it('is forgotten with its bookings', async () => {
    await enter(1);
    house.nowMs = Date.parse(`${SLOT.date}T12:00:00+08:00`) + 31 * DAY_MS;
    await desk.sweep();
    expect(await desk.ballot(SLOT)).to.have.property('draw');
    house.nowMs += DAY_MS;
    await desk.sweep();
    for (const one of [desk, await house.desk()]) {
      await expectRejects(one.ballot(SLOT), 'BOOKING_BALLOT_UNKNOWN');
    }
  });

  it('lets nobody move into a draw', async () => {
    const { reference } = await desk.book(request(1, 1, { ...SLOT, date: '2022-12-30' }));
    house.nowMs = CLOSES_MS;
    await desk.sweep();
    house.nowMs = Date.parse('2022-12-28T10:00:00+08:00');
    const winner = desk.change(reference, { port: 'SZB', date: '2023-01-03' });
    await expectRejects(winner, 'BOOKING_BALLOT_ONLY');
  });

  it('is the same draw for a second implementation, and never gives more than there is', () => {
    const draw = fc.record({
      seed: fc
        .uint8Array({ minLength: 32, maxLength: 32 })
        .map((bytes) => `0x${Buffer.from(bytes).toString('hex')}` as const),
      places: fc.nat(40),
      entries: fc
        .array(fc.integer({ min: 1, max: 4 }), { maxLength: 30 })
        .map((sizes) => sizes.map((people, index) => ({ number: index + 1, people, ticket: ticket(index) }))),
    });
    fc.assert(
      fc.property(draw, (one) => {
        const winners = winnersOf(one, nodeCrypto);
        const naive = naiveWinners({ draw: one });
        expect(winners).to.deep.equal(naive.numbers);
        expect(naive.people).to.be.at.most(one.places);
        const left = one.places - naive.people;
        for (const { number, people } of one.entries) {
          if (!winners.includes(number)) expect(people, 'fits and was passed over').to.be.greaterThan(left);
        }
      }),
      { numRuns: runs(100, 5_000), seed: testSeed },
    );
  });

  it('gives every entry about the same chance', () => {
    const wins = Array.from({ length: 10 }, () => 0);
    for (let n = 0; n < 500; n++) {
      const seed = `0x${n.toString(16).padStart(64, '0')}` as const;
      const entries = wins.map((_, i) => ({ number: i + 1, people: 1, ticket: ticket(i) }));
      for (const number of winnersOf({ seed, places: 3, entries }, nodeCrypto)) {
        wins[number - 1] = (wins[number - 1] ?? 0) + 1;
      }
    }
    // 150 expected of each; the draws are fixed.
    expect(Math.min(...wins)).to.be.greaterThan(120);
    expect(Math.max(...wins)).to.be.lessThan(180);
  });
});

/** Of the `n`th of them. */
function ticket(n: number): string {
  return n.toString(16).padStart(32, '0');
}

/** As an auditor would do it from the page that describes it. */
function naiveWinners({ draw }: { readonly draw?: Draw }): {
  readonly numbers: readonly number[];
  readonly people: number;
} {
  if (draw === undefined) throw new Error('not drawn');
  const ranks = draw.entries.map((entry) => {
    const hash = createHash('sha256')
      .update('hcl/ballot/2\0')
      .update(Buffer.from(draw.seed.slice(2), 'hex'));
    return { ...entry, rank: hash.update(Buffer.from(entry.ticket, 'hex')).digest('hex') };
  });
  ranks.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const numbers: number[] = [];
  let given = 0;
  for (const { number, people } of ranks) {
    if (given + people > draw.places) continue;
    numbers.push(number);
    given += people;
  }
  return { numbers, people: given };
}
