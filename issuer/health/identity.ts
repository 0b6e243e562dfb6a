/** Whom a request names, checked as intake checks the person of a record: a wrong number would be nobody's, for ever. */
import type { FieldProblem } from '../../core/record/problem.ts';
import type { Subject } from '../../core/record/record.ts';
import {
  validateDocument,
  validateSubject,
  type IdentityResult,
} from '../../core/record/validate-identity.ts';
import type { ValidationOptions } from '../../core/record/validate.ts';
import { IssuerError } from '../errors.ts';
import type { Person } from './people.ts';

/** What a request says of a person before it is looked at. */
export type NamedPerson =
  { readonly recordId: string } | { readonly document: object } | { readonly subject: object };

/** Answered with its fields and codes, as any request that does not match. */
class IdentityError extends IssuerError {
  readonly validation: readonly { readonly instancePath: string; readonly keyword: string }[];

  constructor(problems: readonly FieldProblem[]) {
    super('HEALTH_IDENTITY_INVALID', problems.map(({ field, reason }) => `${field} ${reason}`).join('; '));
    this.validation = problems.map(({ field, code }) => ({ instancePath: field, keyword: code }));
  }
}

/** Throws `HEALTH_IDENTITY_INVALID`. */
export function checkedSubject(value: object, options: ValidationOptions): Subject {
  return identityIn(validateSubject(value, options));
}

/** As {@link checkedSubject}. */
export function checkedPerson(person: NamedPerson, options: ValidationOptions): Person {
  if ('recordId' in person) return person;
  return 'document' in person
    ? { document: identityIn(validateDocument(person.document, options)) }
    : { subject: checkedSubject(person.subject, options) };
}

function identityIn<Identity>(result: IdentityResult<Identity>): Identity {
  if ('problems' in result) throw new IdentityError(result.problems);
  return result.identity;
}
