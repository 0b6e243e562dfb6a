/**
 * A person or a document that is named without a record, checked as those of a record are: the same texts are taken, the
 * same problems found, under the same codes (`validate.ts`).
 */
import Type, { type TObject } from 'typebox';
import type { FieldProblem } from './problem.ts';
import type { DocumentRef, Subject } from './record.ts';
import { identityProblems } from './rules.ts';
import { CLOSED, document, subject } from './schema-parts.ts';
import {
  hasTooManyMembers,
  isPlainObject,
  MAX_MEMBERS,
  normaliseTexts,
  structureProblems,
  type PlainObject,
} from './structure.ts';
import {
  nameProblems,
  soundFacts,
  withNormalDocuments,
  withNormalNumber,
  type ValidationOptions,
} from './validate.ts';

export type IdentityResult<Identity> =
  { readonly identity: Identity } | { readonly problems: readonly FieldProblem[] };

const PERSON = Type.Object({ subject: subject() }, { ...CLOSED, title: 'a person' });
const DOCUMENT = Type.Object({ subject: document() }, { ...CLOSED, title: 'a document' });

/** Fields are named as in a record: `subject.docNumber`. Never throws. */
export function validateSubject(value: unknown, options: ValidationOptions): IdentityResult<Subject> {
  const result = validate<Subject>(value, { schema: PERSON, also: nameProblems, ...options });
  return 'problems' in result ? result : { identity: withNormalDocuments(result.identity) };
}

/** As {@link validateSubject}, of a document alone. */
export function validateDocument(value: unknown, options: ValidationOptions): IdentityResult<DocumentRef> {
  const result = validate<DocumentRef>(value, { schema: DOCUMENT, also: () => [], ...options });
  return 'problems' in result ? result : { identity: withNormalNumber(result.identity) };
}

interface Validating extends ValidationOptions {
  readonly schema: TObject;
  readonly also: (candidate: PlainObject) => readonly FieldProblem[];
}

function validate<Identity>(
  value: unknown,
  { schema, also, nowSeconds }: Validating,
): IdentityResult<Identity> {
  const read = readIdentity(value);
  if ('problems' in read) return read;
  const { candidate } = read;
  const structure = [...structureProblems(schema, candidate), ...also(candidate)];
  const refused = structure.map(({ field }) => field);
  const sound = soundFacts(candidate, refused).subject ?? {};
  const problems = [...structure, ...identityProblems(sound, nowSeconds)];
  // Without a problem it is what its schema says.
  return problems.length > 0 ? { problems } : { identity: candidate['subject'] as Identity };
}

/** In the place that it has in a record. */
function readIdentity(
  value: unknown,
): { readonly candidate: PlainObject } | { readonly problems: readonly FieldProblem[] } {
  if (!isPlainObject(value)) {
    return { problems: [{ field: 'subject', code: 'RECORD_FIELD_TYPE', reason: 'is not an object' }] };
  }
  if (hasTooManyMembers({ subject: value })) {
    const reason = `has more than ${MAX_MEMBERS} fields in one object`;
    return { problems: [{ field: '', code: 'RECORD_FIELD_UNKNOWN', reason }] };
  }
  return { candidate: normaliseTexts({ subject: value }) };
}
