/** Whether what is known under documents is of one person: by the documents themselves, or by name and birth date. */
import { withNormalDocuments } from '../../core/record/validate.ts';
import type { Subject } from '../../core/record/record.ts';
import { onePersonProblems } from '../../core/verify/one-person.ts';
import type { ReasonCode } from '../../core/verify/reasons.ts';
import type { DocumentReference } from '../privacy/key-ring.ts';
import { documentsOf } from './health-file.ts';

/** The same name and birth date, whatever the documents; alike is not enough. */
export function isSamePerson(a: Subject, b: Subject): boolean {
  return differences(a, b).length === 0;
}

/** Born on another day. Another name alone may be another spelling of the same. */
export function isOtherPerson(a: Subject, b: Subject): boolean {
  return differences(a, b).includes('IDENTITY_MISMATCH');
}

/** As {@link isSamePerson}, and what is held of `known` is held under the document that `person` is named by. */
export function isOnePerson(person: Subject, known: Subject): boolean {
  return isUnderDocumentOf(person, known) && isSamePerson(person, known);
}

/** Each once. */
export function distinct(documents: readonly DocumentReference[]): readonly DocumentReference[] {
  return [...new Map(documents.map((document) => [textOf(document), document])).values()];
}

export function textOf({ docType, docIssuer, docNumber }: DocumentReference): string {
  return [docType, docIssuer, docNumber].join(' ');
}

function differences(a: Subject, b: Subject): readonly ReasonCode[] {
  const { docNumber: doc, docType } = a;
  return onePersonProblems([a, b].map((one) => ({ ...one, doc, docType })));
}

function isUnderDocumentOf(person: Subject, known: Subject): boolean {
  const own = textOf(withNormalDocuments(person));
  return documentsOf(withNormalDocuments(known)).some((one) => textOf(one) === own);
}
