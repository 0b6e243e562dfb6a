/** One of many people at a booking service that may die at any time, who remembers what they were told. */
import type { BookingState } from '../../../booking/booking.ts';
import type { BookingView } from '../../../booking/view.ts';
import type { Random } from '../../support/random.ts';
import { FRIDAY, SATURDAY, TODAY } from './booking-house.ts';

/** A booking as its owner knows it. */
export interface Known {
  readonly reference: string;
  readonly people: number;
  /** As it was told last. */
  state: BookingState;
  /** What it may have become: the answer has not come. */
  maybe: readonly BookingState[];
}

export interface ClientOptions {
  readonly url: string;
  readonly token: string;
  readonly random: Random;
  /** A number that nobody else has. */
  readonly nextPerson: () => number;
  readonly onAnswer: () => void;
}

const PORTS = ['SZB', 'HZMB'];
const DATES = [TODAY, FRIDAY, SATURDAY];

/** Refusals that everybody may meet who is one of many. */
const EXPECTED = new Set(['BOOKING_FULL', 'BOOKING_EXPIRED']);

export class BookingClient {
  readonly #options: ClientOptions;
  readonly bookings: Known[] = [];
  /** Two lanes that both let the same party through. */
  admittedTwice = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Until the service is gone. */
  async goOn(): Promise<void> {
    try {
      for (;;) await this.#step();
    } catch (error) {
      // fetch reports a connection that broke as a TypeError.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  async #step(): Promise<void> {
    const { random } = this.#options;
    const known = this.bookings.at(-1);
    if (known?.state === 'held')
      return await this.#move(known, random.below(5) === 0 ? 'cancellation' : 'confirmation');
    if (known?.state === 'confirmed' && random.below(3) > 0) {
      const choice = random.below(3);
      if (choice === 0) return await this.#move(known, 'cancellation');
      return choice === 1 ? await this.#change(known) : await this.#use(known);
    }
    await this.#book();
  }

  async #book(): Promise<void> {
    const { random, nextPerson } = this.#options;
    const party = Array.from({ length: 1 + random.below(4) }, (_, i) => ({
      document: { docType: 'PASSPORT', docIssuer: 'HK', docNumber: `K${10_000_000 + nextPerson()}` },
      relation: i === 0 ? 'applicant' : 'child',
      ...(i === 0 ? { birthDate: '1980' } : {}),
    }));
    const slot = { programme: 'TEST', port: random.pick(PORTS), date: random.pick(DATES) };
    const view = await this.#post('/bookings', { ...slot, party });
    if (view !== undefined) this.#learn(view);
  }

  async #move(known: Known, action: 'confirmation' | 'cancellation'): Promise<void> {
    known.maybe = [action === 'confirmation' ? 'confirmed' : 'cancelled'];
    const view = await this.#post(`/bookings/${known.reference}/${action}`);
    known.state = view?.state ?? 'expired';
    known.maybe = [];
  }

  async #change(known: Known): Promise<void> {
    const { random } = this.#options;
    known.maybe = ['changed'];
    const to = { port: random.pick(PORTS), date: random.pick(DATES) };
    const view = await this.#post(`/bookings/${known.reference}/change`, to);
    known.maybe = [];
    if (view === undefined || view.reference === known.reference) return;
    known.state = 'changed';
    this.#learn(view);
  }

  /** Two lanes at once. */
  async #use(known: Known): Promise<void> {
    known.maybe = ['used'];
    const lanes = PORTS.flatMap((port) => [1, 2].map((n) => ({ port, lane: `${port}-${n}` })));
    const answers = await Promise.all(
      lanes.map((lane) => this.#post('/bookings/uses', { reference: known.reference, ...lane })),
    );
    const admitted = answers.filter((answer) => answer?.outcome === 'admitted').length;
    if (admitted > 1) this.admittedTwice++;
    if (admitted > 0) known.state = 'used';
    known.maybe = [];
  }

  #learn({ reference, state, party }: BookingView): void {
    this.bookings.push({ reference, state, people: party.length, maybe: [] });
  }

  /** The answer; `undefined` for a refusal that may be. Throws on any other. */
  async #post(path: string, body?: object): Promise<(BookingView & { outcome?: string }) | undefined> {
    const { url, token, onAnswer } = this.#options;
    const answer = await fetch(url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // The route's response schema, or a problem.
    const content = (await answer.json()) as BookingView & { outcome?: string; code?: string };
    onAnswer();
    if (answer.status === 200) return content;
    if (EXPECTED.has(content.code ?? '')) return undefined;
    throw new Error(`${path} answered ${answer.status} ${content.code}`);
  }
}
