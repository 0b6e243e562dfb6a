/**
 * What the mapping of one resource gives: a record, unchecked, where FHIR said enough, and what FHIR said in a
 * way that gives no fact. The record's own rules then run over all of it (`fhir.ts`).
 */
import type { IntakeProblemCode } from './row.ts';

export interface FhirFact {
  /** Field of the record, `lot` or `subject.dob`. */
  readonly field: string;
  /** Where the fact stands in FHIR, `Immunization.lotNumber`. */
  readonly path: string;
  readonly value?: unknown;
  /** Why there is no value though FHIR says something, or must. */
  readonly problem?: { readonly code: IntakeProblemCode; readonly reason: string };
}

/** `undefined` values are absent facts: whether the record needs them its schema knows. */
export function fact(field: string, path: string, value: unknown): FhirFact {
  return { field, path, value };
}

export function noFact(field: string, path: string, code: IntakeProblemCode, reason: string): FhirFact {
  return { field, path, problem: { code, reason } };
}
