/**
 * A booking: who travels, where, on which date, and how far it has come. Stored as JSON under its number:
 *
 *   { "number": 17, "step": 2, "reference": "7K3M9QXTRP", "programme": "RETURN2HK", "port": "SZB",
 *     "date": "2022-12-23", "state": "confirmed", "party": [{ "subject": "<32 hex>", "relation": "applicant" }, …] }
 *
 * Of the people it knows a keyed hash of their document and how they belong together, nothing else.
 *
 *   (new) → waiting → held → confirmed → used
 *             │        │        ├→ changed    another booking took its place
 *             │        │        ├→ cancelled
 *             │        │        └→ noShow     its date is over
 *             └────────┴→ cancelled, expired
 */

export const BOOKING_STATES = [
  'waiting',
  'held',
  'confirmed',
  'changed',
  'cancelled',
  'used',
  'noShow',
  'expired',
] as const;
export type BookingState = (typeof BOOKING_STATES)[number];

export const COMPANIONS = ['spouse', 'child', 'parent', 'other'] as const;
/** The applicant is the first of every party, and only the first. */
export type Relation = 'applicant' | (typeof COMPANIONS)[number];

/** When and where a place was used; by which conversion, if it was one. */
export interface Use {
  readonly atSeconds: number;
  readonly lane: string;
  /** The lane's own name of the scan: the same again is the same use. */
  readonly scan?: string;
  readonly conversion?: string;
}

export interface Member {
  /** Keyed hash of the document, 32 hex digits; see `keys.ts`. */
  readonly subject: string;
  readonly relation: Relation;
  readonly use?: Use;
  /** The others went without them, so their place is gone. */
  readonly absent?: true;
}

export interface Booking {
  /** From 1 on, without gaps, in the order they were made. */
  readonly number: number;
  /** How often it changed. */
  readonly step: number;
  readonly reference: string;
  readonly programme: string;
  readonly port: string;
  /** `2022-12-23` */
  readonly date: string;
  readonly state: BookingState;
  readonly party: readonly Member[];
  /** Of a held one, Unix seconds. */
  readonly heldUntil?: number;
  readonly extended?: true;
  /** The request that made it, in keyed hashes. */
  readonly request?: RequestName;
  /** The number of the booking that took its place. */
  readonly changedTo?: number;
}

/** An idempotency key and what was asked under it, both as keyed hashes in hex. */
export interface RequestName {
  readonly key: string;
  readonly digest: string;
}

/** Where it counts. */
export interface Slot {
  readonly programme: string;
  readonly port: string;
  readonly date: string;
}

export function slotKeyOf({ programme, port, date }: Slot): string {
  return `${programme} ${port} ${date}`;
}

/** States from which a booking may come to something. */
export function isLive(state: BookingState): boolean {
  return state === 'waiting' || state === 'held' || state === 'confirmed';
}

/** Whether the quota is less by its people: what was used or let lapse on the day is not given back. */
export function takesPlaces(state: BookingState): boolean {
  return state === 'held' || state === 'confirmed' || state === 'used' || state === 'noShow';
}

const NEXT: Readonly<Record<BookingState | 'new', readonly BookingState[]>> = {
  new: ['waiting', 'held', 'confirmed'],
  waiting: ['held', 'confirmed', 'cancelled', 'expired'],
  held: ['held', 'confirmed', 'cancelled', 'expired'],
  confirmed: ['confirmed', 'changed', 'cancelled', 'used', 'noShow'],
  changed: [],
  cancelled: [],
  used: [],
  noShow: [],
  expired: [],
};

/** Whether a booking may go from one state to another; from `undefined` it is made. */
export function mayFollow(from: BookingState | undefined, to: BookingState): boolean {
  return NEXT[from ?? 'new'].includes(to);
}
