/** A booking desk on a folder that outlives it, with a clock that stands still, and requests to it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BookingDesk } from '../../../booking/desk.ts';
import type { Slot } from '../../../booking/booking.ts';
import type { UseRequest } from '../../../booking/judge-use.ts';
import { BookingKeys } from '../../../booking/keys.ts';
import { parseProgrammes, type Programme, type Programmes } from '../../../booking/programme.ts';
import type { BookingRequest, NewMember } from '../../../booking/request.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { Store } from '../../../service/store.ts';
import { Random } from '../../support/random.ts';

/** 2022-12-21T08:30:00Z, a Wednesday, 16:30 in Hong Kong. */
export const START_MS: number = Date.UTC(2022, 11, 21, 8, 30);
export const TODAY = '2022-12-21';
export const FRIDAY = '2022-12-23';
export const SATURDAY = '2022-12-24';
export const SLOT: Slot = { programme: 'TEST', port: 'SZB', date: FRIDAY };
export const AT_GATE: UseRequest = { port: 'SZB', date: FRIDAY, lane: 'SZB-07' };
export const DAY_MS = 86_400_000;

/** Each date can be booked from the Wednesday before it on; ten places a day at each of two ports. */
export const TEST_PROGRAMME: Programme = {
  id: 'TEST',
  name: 'Test',
  allocation: 'firstCome',
  applicantAge: 18,
  maxParty: 4,
  holdSeconds: 600,
  extensionSeconds: 300,
  offerSeconds: 3600,
  windows: [
    { from: '2020-01-01', opens: { weekday: 3, time: '00:00' }, firstDay: 0, days: 7, source: 'test' },
  ],
  quotas: ['SZB', 'HZMB'].map((port) => ({ port, from: '2020-01-01', perDay: 10, source: 'test' })),
};

/** The same, with places drawn when the window closes on Friday at 18:00, for the week after. */
export const TEST_BALLOT: Programme = {
  ...TEST_PROGRAMME,
  id: 'DRAWN',
  name: 'Drawn',
  allocation: 'ballot',
  windows: [
    {
      from: '2020-01-01',
      opens: { weekday: 3, time: '09:00' },
      closes: { weekday: 5, time: '18:00' },
      firstDay: 5,
      days: 7,
      source: 'test',
    },
  ],
};

export function programmesOf(...programmes: readonly Programme[]): Programmes {
  return parseProgrammes(JSON.stringify(programmes));
}

export class BookingHouse implements AsyncDisposable {
  readonly folder: string;
  nowMs: number = START_MS;
  #random = new Random(7);
  #opened: Store[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<BookingHouse> {
    return new BookingHouse(await mkdtemp(join(tmpdir(), 'hcl-booking-')));
  }

  /** Closes what was open before. */
  async open({
    programmes = [TEST_PROGRAMME, TEST_BALLOT],
    ...limits
  }: {
    programmes?: readonly Programme[];
    maxWaiting?: number;
    maxWaitMs?: number;
  } = {}): Promise<{
    readonly desk: BookingDesk;
    readonly store: Store;
  }> {
    await this.#close();
    const store = await Store.open(join(this.folder, 'store'));
    this.#opened.push(store);
    const desk = await BookingDesk.open({
      store,
      programmes: programmesOf(...programmes),
      keys: new BookingKeys(new Uint8Array(32).fill(5)),
      crypto: nodeCrypto,
      now: () => this.nowMs,
      randomBytes: (length) => this.#random.bytes(length),
      ...limits,
    });
    return { desk, store };
  }

  async desk(): Promise<BookingDesk> {
    return (await this.open()).desk;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #close(): Promise<void> {
    for (const store of this.#opened.splice(0)) await store.close();
  }
}

/** The `n`th person's subject. */
export function subject(n: number): string {
  return n.toString(16).padStart(32, '0');
}

/** People `first`, `first + 1` …, the first one books. */
export function party(first: number, people = 1): readonly NewMember[] {
  return Array.from({ length: people }, (_, i) => ({
    subject: subject(first + i),
    relation: i === 0 ? 'applicant' : 'child',
  }));
}

export function request(first: number, people = 1, changes: Partial<BookingRequest> = {}): BookingRequest {
  return { ...SLOT, party: party(first, people), ...changes };
}

/** A confirmed booking. */
export async function confirmed(
  desk: BookingDesk,
  first: number,
  people = 1,
  changes: Partial<BookingRequest> = {},
): Promise<string> {
  const { reference } = await desk.book(request(first, people, changes));
  await desk.confirm(reference);
  return reference;
}
