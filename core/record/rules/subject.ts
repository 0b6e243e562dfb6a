/** The person: a birth date that can be, and documents that exist in their form. */
import { isPartialDate } from '../calendar.ts';
import { documentIssuer, parseDocumentNumber } from '../documents.ts';
import type { FieldProblem } from '../problem.ts';
import type { DocumentRef, Subject } from '../record.ts';
import { countryProblems, inFuture, noSuchDay, problem, type Now } from './problems.ts';

const MAX_AGE_YEARS = 130;

export function subjectProblems(subject: Partial<Subject>, now: Now): readonly FieldProblem[] {
  const { dob, linked = [] } = subject;
  return [
    ...documentProblems(subject, 'subject'),
    ...linked.flatMap((document, index) => documentProblems(document, `subject.linked.${index}`)),
    ...repeatProblems(subject, linked),
    ...birthProblems(dob, now),
  ];
}

function documentProblems(document: Partial<DocumentRef>, path: string): readonly FieldProblem[] {
  const { docType, docNumber, docIssuer } = document;
  return [
    ...(docType === undefined || docNumber === undefined ? [] : numberProblems({ docType, docNumber }, path)),
    ...issuerProblems(document, path),
    ...countryProblems(`${path}.docIssuer`, docIssuer),
  ];
}

function numberProblems(
  { docType, docNumber }: Omit<DocumentRef, 'docIssuer'>,
  path: string,
): readonly FieldProblem[] {
  const parsed = parseDocumentNumber(docType, docNumber);
  if ('number' in parsed) return [];
  const field = `${path}.docNumber`;
  return [
    parsed.fault === 'format'
      ? problem(field, 'RECORD_DOCUMENT_FORMAT', `is not written like a number of ${docType}`)
      : problem(field, 'RECORD_DOCUMENT_CHECK_DIGIT', `has a wrong check digit for ${docType}`),
  ];
}

function issuerProblems({ docType, docIssuer }: Partial<DocumentRef>, path: string): readonly FieldProblem[] {
  const issuer = docType === undefined ? undefined : documentIssuer(docType);
  return issuer !== undefined && docIssuer !== undefined && docIssuer !== issuer
    ? [problem(`${path}.docIssuer`, 'RECORD_DOCUMENT_ISSUER', `must be ${issuer} for ${docType}`)]
    : [];
}

/** A linked document is another document. */
function repeatProblems(main: Partial<DocumentRef>, linked: readonly DocumentRef[]): readonly FieldProblem[] {
  if (linked.length === 0) return [];
  const seen = new Set([nameOf(main)]);
  return linked.flatMap((document, index) => {
    const name = nameOf(document);
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [
      problem(`subject.linked.${index}`, 'RECORD_DOCUMENT_TWICE', 'is a document that is there already'),
    ];
  });
}

function nameOf({ docType, docNumber, docIssuer }: Partial<DocumentRef>): string {
  const parsed =
    docType === undefined || docNumber === undefined ? undefined : parseDocumentNumber(docType, docNumber);
  return [docType, docIssuer, parsed !== undefined && 'number' in parsed ? parsed.number : docNumber].join(
    '|',
  );
}

function birthProblems(dob: string | undefined, { today }: Now): readonly FieldProblem[] {
  if (dob === undefined) return [];
  if (!isPartialDate(dob)) return [noSuchDay('subject.dob')];
  if (dob > today) return [inFuture('subject.dob')];
  const oldest = Number(today.slice(0, 4)) - MAX_AGE_YEARS;
  return Number(dob.slice(0, 4)) < oldest
    ? [problem('subject.dob', 'RECORD_DATE_TOO_OLD', `lies more than ${MAX_AGE_YEARS} years back`)]
    : [];
}
