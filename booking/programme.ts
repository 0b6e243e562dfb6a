/**
 * Programmes are data: who may travel where and when, how many a day, and when one may book. `programmes.json` holds
 * those of 2020 to 2023 with their sources; an authority may read a file of its own in the same form:
 *
 *   [{ "id": "RETURN2HK", "name": "Return2HK", "allocation": "firstCome", "applicantAge": 18, "maxParty": 4,
 *      "holdSeconds": 600, "extensionSeconds": 600, "offerSeconds": 14400,
 *      "windows": [{ "from": "2020-11-18", "opens": { "weekday": 3, "time": "09:00" },
 *                    "closes": { "weekday": 5, "time": "18:00" }, "firstDay": 5, "days": 7, "source": "…" }],
 *      "quotas": [{ "port": "SZB", "from": "2020-11-23", "until"?: "…", "perDay": 3000, "source": "…" }] }]
 *
 * All days and hours are those of Hong Kong, Guangdong and Macao: UTC+8 all year.
 */
import { Value } from 'typebox/value';
import { isCalendarDate } from '../core/record/calendar.ts';
import { Closed, Type, type TSchema } from '../service/schema.ts';
import { BookingError } from './errors.ts';

export const ZONE_OFFSET_SECONDS = 28_800;

/** `ballot`: who wants a place says so while the window is open, and all are drawn when it closes. */
export type Allocation = 'firstCome' | 'ballot';

/** A moment of every week. */
export interface WeekTime {
  /** 1 = Monday … 7 = Sunday. */
  readonly weekday: number;
  /** `09:00` */
  readonly time: string;
}

/** Each week the days from `firstDay` on, `days` of them, may be booked. */
export interface WindowRow {
  /** Holds for who books on this date or later, until a later row does. */
  readonly from: string;
  readonly opens: WeekTime;
  /** The next such moment after it opened; absent: each date may be booked until it is over. */
  readonly closes?: WeekTime;
  /** Days from the one it opens on. */
  readonly firstDay: number;
  readonly days: number;
  readonly source: string;
}

export interface QuotaRow {
  readonly port: string;
  /** Dates of travel, both inclusive; a later row of the same port holds instead. */
  readonly from: string;
  readonly until?: string;
  /** People, not bookings. */
  readonly perDay: number;
  readonly source: string;
}

export interface Programme {
  readonly id: string;
  readonly name: string;
  readonly allocation: Allocation;
  /** Whole years that who books must have, on the day of the booking. */
  readonly applicantAge: number;
  /** People of one booking, who books included. */
  readonly maxParty: number;
  /** How long a place is kept for who has not confirmed it. */
  readonly holdSeconds: number;
  /** What is added when they ask for more time, once. */
  readonly extensionSeconds: number;
  /** How long a place that came back is kept for who waited for one. */
  readonly offerSeconds: number;
  readonly windows: readonly WindowRow[];
  readonly quotas: readonly QuotaRow[];
}

/** By their ids. */
export type Programmes = ReadonlyMap<string, Programme>;

const date = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });
const source = Type.String({ minLength: 1 });
const seconds = Type.Integer({ minimum: 1, maximum: 604_800 });
const weekTime = Closed({
  weekday: Type.Integer({ minimum: 1, maximum: 7 }),
  time: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
});
const ProgrammesForm: TSchema = Type.Array(
  Closed({
    id: Type.String({ pattern: '^[A-Z0-9]{2,16}$' }),
    name: Type.String({ minLength: 1 }),
    allocation: Type.Union([Type.Literal('firstCome'), Type.Literal('ballot')]),
    applicantAge: Type.Integer({ minimum: 0, maximum: 120 }),
    maxParty: Type.Integer({ minimum: 1, maximum: 8 }),
    holdSeconds: seconds,
    extensionSeconds: seconds,
    offerSeconds: seconds,
    windows: Type.Array(
      Closed({
        from: date,
        opens: weekTime,
        closes: Type.Optional(weekTime),
        firstDay: Type.Integer({ minimum: 0, maximum: 366 }),
        days: Type.Literal(7),
        source,
      }),
      { minItems: 1 },
    ),
    quotas: Type.Array(
      Closed({
        port: Type.String({ pattern: '^[A-Z]{2,8}$' }),
        from: date,
        until: Type.Optional(date),
        perDay: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
        source,
      }),
      { minItems: 1 },
    ),
  }),
);

/** Throws `BOOKING_PROGRAMMES_INVALID`, with the programme that is wrong where one is. */
export function parseProgrammes(text: string): Programmes {
  const value = parseJson(text);
  if (!Value.Check(ProgrammesForm, value)) throw invalid('the file of programmes is not in its form');
  // The schema says what Programme says.
  const programmes = value as readonly Programme[];
  for (const programme of programmes) check(programme);
  const byId = new Map(programmes.map((programme) => [programme.id, programme]));
  if (byId.size !== programmes.length) throw invalid('two programmes have one id');
  return byId;
}

function check({ id, allocation, windows, quotas }: Programme): void {
  const dates = [...windows, ...quotas].flatMap((row) => ['until' in row ? row.until : row.from, row.from]);
  if (!dates.every((one) => one !== undefined && isCalendarDate(one))) {
    throw invalid(`${id} names a day that does not exist`);
  }
  if (new Set(quotas.map(({ port, from }) => `${port} ${from}`)).size !== quotas.length) {
    throw invalid(`${id} has two quotas of one port from one day on`);
  }
  if (new Set(windows.map(({ from }) => from)).size !== windows.length) {
    throw invalid(`${id} has two windows from one day on`);
  }
  if (allocation === 'ballot' && windows.some(({ closes }) => closes === undefined)) {
    throw invalid(`${id} draws when its window closes, and it never does`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BookingError('BOOKING_PROGRAMMES_INVALID', 'the file of programmes is not JSON', { cause });
  }
}

function invalid(sentence: string): BookingError {
  return new BookingError('BOOKING_PROGRAMMES_INVALID', sentence);
}
