/**
 * Two hundred people book, confirm, change, cancel and use places at once while the service is killed with SIGKILL, again
 * and again. After each restart no slot is oversold, the log explains every count, and whatever was answered holds.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import type { BookingAudit } from '../../booking/audit.ts';
import type { BookingView } from '../../booking/view.ts';
import { printFindings } from '../support/findings.ts';
import { Random } from '../support/random.ts';
import { runs, testSeed } from '../support/scale.ts';
import { WaitingProcess } from '../support/waiting-process.ts';
import { BookingClient, type Known } from './support/booking-client.ts';
import { START_MS, TEST_PROGRAMME } from './support/booking-house.ts';
import type { DeskProcessOptions } from './support/killed-desk.ts';

const PROGRAM = fileURLToPath(new URL('support/killed-desk.ts', import.meta.url));
const KILLS = runs(2, 500);
const CLIENTS = 200;
const MOST_ANSWERS = 300;
/** After each restart so many bookings are looked at, the newest; after the last one all. */
const RECENT = 1_000;
const HOLD_SECONDS = 10;
const QUOTA = runs(30, 400);
const TOKEN = 'a-token-of-the-tests-long-enough-for-one';
const programme = {
  ...TEST_PROGRAMME,
  holdSeconds: HOLD_SECONDS,
  quotas: TEST_PROGRAMME.quotas.map((quota) => ({ ...quota, perDay: QUOTA })),
};

describe('booking: kill -9 while 200 people book', function () {
  this.timeout(60_000 + KILLS * 30_000);
  let folder: string;
  let people = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-booking-kill-'));
  });
  after(async () => rm(folder, { recursive: true, force: true }));

  it(`never oversells, and holds what it answered, in ${KILLS} kills`, async () => {
    const random = new Random(testSeed);
    const known: Known[] = [];
    let answers = 0;
    let next = start(0);
    let audit: BookingAudit | undefined;
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        const victim = next;
        const url = await victim.open();
        audit = await expectSound(url, known.slice(-RECENT));
        next = start(kill + 1);
        const clients = await loadUntilKilled(victim, url, random);
        answers += clients.answers;
        known.push(...clients.bookings);
      }
      audit = await expectSound(await next.open(), known);
    } finally {
      await next.kill();
    }
    expect(answers, 'the load was real').to.be.greaterThan(KILLS * CLIENTS);
    expect(Math.max(...audit.slots.map(({ peak }) => peak)), 'a slot was full').to.be.at.least(QUOTA - 3);
    printFindings(
      `${KILLS} kills, ${answers} answers, ${known.length} bookings, none lost, none oversold`,
      audit.slots.map(({ port, date, quota, peak }) => ({ port, date, quota, peak })),
    );
  });

  /** Each is so much later than the one before that what was held then has ended. */
  function start(restarts: number): WaitingProcess {
    const nowMs = START_MS + restarts * HOLD_SECONDS * 1_000;
    const options: DeskProcessOptions = { folder: join(folder, 'store'), programme, nowMs, token: TOKEN };
    return new WaitingProcess(PROGRAM, options);
  }

  async function loadUntilKilled(
    victim: WaitingProcess,
    url: string,
    random: Random,
  ): Promise<{ readonly answers: number; readonly bookings: readonly Known[] }> {
    const wanted = CLIENTS + 1 + random.below(MOST_ANSWERS);
    let answers = 0;
    const onAnswer = (): void => {
      if (++answers === wanted) victim.signal('SIGKILL');
    };
    const clients = Array.from(
      { length: CLIENTS },
      () =>
        new BookingClient({
          url,
          token: TOKEN,
          random: new Random(random.uint32()),
          nextPerson: () => people++,
          onAnswer,
        }),
    );
    await Promise.all(clients.map((client) => client.goOn()));
    expect(await victim.exited).to.deep.equal([null, 'SIGKILL']);
    expect(
      clients.reduce((sum, client) => sum + client.admittedTwice, 0),
      'let through twice',
    ).to.equal(0);
    return { answers, bookings: clients.flatMap(({ bookings }) => bookings) };
  }

  async function expectSound(url: string, known: readonly Known[]): Promise<BookingAudit> {
    const audit = await get<BookingAudit>(url, '/bookings/audit');
    expect(audit.problems).to.deep.equal([]);
    for (const { peak, quota, port, date } of audit.slots) {
      expect(peak, `${port} ${date}`).to.be.at.most(quota);
      expect(quota).to.equal(QUOTA);
    }
    const { slots } = await get<{ slots: { port: string; date: string; free: number }[] }>(
      url,
      '/quotas/TEST',
    );
    for (const { port, date, free } of slots) {
      const derived = audit.slots.find((slot) => slot.port === port && slot.date === date);
      const { held = 0, confirmed = 0, used = 0, noShow = 0 } = derived?.people ?? {};
      expect(QUOTA - free, `counted in memory and from the log: ${port} ${date}`).to.equal(
        held + confirmed + used + noShow,
      );
    }
    for (let first = 0; first < known.length; first += RECENT) {
      const part = known.slice(first, first + RECENT);
      await Promise.all(part.map((booking) => expectHeld(url, booking)));
    }
    return audit;
  }

  /** As it was told, or as it may have become; and a hold has ended with its time. */
  async function expectHeld(url: string, { reference, state, maybe, people: count }: Known): Promise<void> {
    const { state: now, party } = await get<BookingView>(url, `/bookings/${reference}`);
    expect(party).to.have.length(count);
    expect(now).to.be.oneOf([state === 'held' ? 'expired' : state, ...maybe]);
  }

  async function get<Content>(url: string, path: string): Promise<Content> {
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(answer.status, path).to.equal(200);
    // By the schema of the route.
    return (await answer.json()) as Content;
  }
});
