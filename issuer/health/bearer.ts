/**
 * Whom a code names: the person of the newest record, or, where there is none, the one who came with their document. What
 * somebody typed with an order names nobody.
 */
import { MAX_LINKED_DOCUMENTS } from '../../core/record/schema-parts.ts';
import type { Subject } from '../../core/record/record.ts';
import { IssuerError } from '../errors.ts';
import { documentsOf, type HealthFile } from './health-file.ts';
import { subjectIn, type KnownRecord } from './known-facts.ts';
import { withDocuments } from './merge.ts';
import { textOf } from './same-person.ts';

/** The file under the name of who presents themselves, where it had none but a typed one. */
export function named(file: HealthFile, { presented }: { readonly presented?: Subject }): HealthFile {
  if (file.isTyped !== true || presented === undefined) return file;
  const { isTyped: _, ...rest } = file;
  return { ...rest, subject: withDocuments(presented, documentsOf(file.subject)) };
}

/** Throws `HEALTH_PERSON_UNKNOWN`. */
export function bearerOf({
  file,
  records,
}: {
  readonly file: HealthFile;
  readonly records: readonly KnownRecord[];
}): Subject {
  const { subject, isTyped = false } = file;
  const own = records.filter(({ record }) => textOf(record.subject) === textOf(subject));
  const bearer = subjectIn(own) ?? subjectIn(records) ?? (isTyped ? undefined : subject);
  if (bearer === undefined)
    throw new IssuerError(
      'HEALTH_PERSON_UNKNOWN',
      'no record is of this person, and nobody presented themselves',
    );
  return withFewLinked(bearer);
}

/** A code has room for so many documents as a record. */
function withFewLinked({ linked, ...own }: Subject): Subject {
  return linked === undefined ? own : { ...own, linked: linked.slice(0, MAX_LINKED_DOCUMENTS) };
}
