/**
 * What the mapping of a resource says about the fields of a record: a value, or why FHIR gives none. The record's
 * own rules then run over all values (`fhir-record.ts`).
 */
import type { IntakeProblem, IntakeProblemCode } from './row.ts';

export type FhirFact =
  | {
      /** Field of the record, `lot` or `subject.dob`. */
      readonly field: string;
      /** Where the fact stands in FHIR, `Immunization.lotNumber`. */
      readonly path: string;
      /** `undefined` is an absent fact: whether the record needs it, its schema knows. */
      readonly value: unknown;
    }
  | {
      /** The fields that stay without value, and are not reported once more as missing. */
      readonly fields: readonly string[];
      readonly problem: IntakeProblem;
    };

export function fact(field: string, path: string, value: unknown): FhirFact {
  return { field, path, value };
}

export function noFact(
  fields: readonly string[],
  path: string,
  code: IntakeProblemCode,
  reason: string,
): FhirFact {
  return { fields, problem: { field: path, code, reason } };
}
