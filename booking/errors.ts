/** Errors of the booking and how HTTP answers them; what people are told: `texts.ts`. */
import { HclError } from '../core/errors.ts';
import type { ProblemSpec } from '../service/problems.ts';
import { BOOKING_TEXTS, type BookingProblemCode, type Texts } from './texts.ts';

const STATUSES: Readonly<Record<BookingProblemCode, number>> = {
  BOOKING_PROGRAMME_UNKNOWN: 404,
  BOOKING_PORT_UNKNOWN: 422,
  BOOKING_DATE_INVALID: 422,
  BOOKING_NO_QUOTA: 409,
  BOOKING_WINDOW_CLOSED: 409,
  BOOKING_FULL: 409,
  BOOKING_QUEUE_FULL: 503,
  BOOKING_IN_USE: 503,
  BOOKING_BALLOT_ONLY: 409,
  BOOKING_PARTY_TOO_LARGE: 422,
  BOOKING_PARTY_INVALID: 422,
  BOOKING_DOCUMENT_INVALID: 422,
  BOOKING_NOT_ADULT: 422,
  BOOKING_PERSON_HAS_PLACE: 409,
  BOOKING_REQUEST_REUSED: 409,
  BOOKING_REFERENCE_INVALID: 400,
  BOOKING_NOT_FOUND: 404,
  BOOKING_WAITING: 409,
  BOOKING_HELD: 409,
  BOOKING_ALREADY_EXTENDED: 409,
  BOOKING_CONFIRMED: 409,
  BOOKING_CHANGED: 409,
  BOOKING_CANCELLED: 409,
  BOOKING_EXPIRED: 409,
  BOOKING_NO_SHOW: 409,
  BOOKING_USED: 409,
  BOOKING_WRONG_PORT: 409,
  BOOKING_WRONG_DATE: 409,
  BOOKING_NOT_IN_PARTY: 409,
  BOOKING_COMPANION_MISSING: 409,
  BOOKING_BALLOT_UNKNOWN: 404,
};

/** Of the file of programmes: told to who starts the service. */
type SetupCode = 'BOOKING_PROGRAMMES_INVALID';

/** Codes that requests can meet. */
export const BOOKING_PROBLEMS: Readonly<Record<BookingProblemCode, ProblemSpec & { readonly texts: Texts }>> =
  // One entry for each name of STATUSES.
  Object.fromEntries(
    Object.entries(STATUSES).map(([code, status]) => {
      const texts = BOOKING_TEXTS[code as BookingProblemCode];
      return [code, { status, title: texts.en, texts }];
    }),
  ) as Record<BookingProblemCode, ProblemSpec & { readonly texts: Texts }>;

export class BookingError extends HclError<BookingProblemCode | SetupCode> {}
