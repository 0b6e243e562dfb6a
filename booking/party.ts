/**
 * The people of a booking, from what a form says of them. Their documents are checked, hashed under the desk's key and
 * forgotten; the applicant's birth date is looked at and forgotten.
 */
import { ageOn } from '../core/policy/civil-day.ts';
import { endDays } from '../core/policy/ends.ts';
import { documentIssuer, isDocumentType, parseDocumentNumber } from '../core/record/documents.ts';
import type { Relation } from './booking.ts';
import { BookingError } from './errors.ts';
import type { BookingKeys, TravelDocument } from './keys.ts';
import type { NewMember } from './request.ts';
import { today } from './window.ts';

export interface Traveller {
  readonly document: TravelDocument;
  readonly relation: Relation;
  /** `1980`, `1980-05` or `1980-05-17`; needed of the applicant. */
  readonly birthDate?: string;
}

export interface PartyRules {
  readonly keys: BookingKeys;
  /** Whole years that the applicant must have today. */
  readonly applicantAge: number;
  readonly nowSeconds: number;
}

/** Throws `BOOKING_DOCUMENT_INVALID`, `BOOKING_NOT_ADULT`. */
export function toParty(travellers: readonly Traveller[], rules: PartyRules): readonly NewMember[] {
  for (const traveller of travellers) {
    if (traveller.relation === 'applicant') checkAge(traveller, rules);
  }
  return travellers.map(({ document, relation }) => ({ subject: subjectOf(document, rules.keys), relation }));
}

/** The keyed hash under which a desk knows somebody, from any spelling of their document's number. */
export function subjectOf({ docType, docIssuer, docNumber }: TravelDocument, keys: BookingKeys): string {
  if (!isDocumentType(docType)) throw invalid();
  const parsed = parseDocumentNumber(docType, docNumber);
  if ('fault' in parsed || (documentIssuer(docType) ?? docIssuer) !== docIssuer) throw invalid();
  return keys.ofDocument({ docType, docIssuer, docNumber: parsed.number });
}

/** An imprecise birth date counts as its last day: who may be too young is not let book. */
function checkAge({ birthDate = '' }: Traveller, { applicantAge, nowSeconds }: PartyRules): void {
  const born = endDays(birthDate);
  if (born === undefined || ageOn(today(nowSeconds), born.last, '03-01') < applicantAge) {
    throw new BookingError('BOOKING_NOT_ADULT', `who books is ${applicantAge} or older`);
  }
}

function invalid(): BookingError {
  return new BookingError('BOOKING_DOCUMENT_INVALID', 'kind, issuer and number of a document do not fit');
}
