/**
 * Reading FHIR R4 JSON that nobody has validated: each reader gives what is there in the right shape, or nothing.
 * Only own members are looked at.
 */
import { isPlainObject, type PlainObject } from '../../core/record/structure.ts';

export interface Coding {
  readonly system: string;
  readonly code: string;
}

/** Before the name of each of our extensions. */
export const EXTENSION = 'urn:hcl:extension:';

/** The member `name` of `element`; `undefined` when `element` is no object. */
export function member(element: unknown, name: string): unknown {
  return isPlainObject(element) && Object.hasOwn(element, name) ? element[name] : undefined;
}

/** A text, not empty. */
export function textOf(element: unknown, name: string): string | undefined {
  const value = member(element, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function listOf(element: unknown, name: string): readonly unknown[] {
  const value = member(element, name);
  return Array.isArray(value) ? value : [];
}

export function objectOf(element: unknown, name: string): PlainObject | undefined {
  const value = member(element, name);
  return isPlainObject(value) ? value : undefined;
}

/** The codings of a CodeableConcept that have both system and code. */
export function codingsOf(concept: unknown): readonly Coding[] {
  return listOf(concept, 'coding').flatMap((coding) => {
    const system = textOf(coding, 'system');
    const code = textOf(coding, 'code');
    return system === undefined || code === undefined ? [] : [{ system, code }];
  });
}

/** The codings of our own extension `name`, which says what R4 has no element for. */
export function extensionCodings(resource: unknown, name: string): readonly Coding[] {
  const extensions = listOf(resource, 'extension').filter(
    (extension) => textOf(extension, 'url') === EXTENSION + name,
  );
  return codingsOf({ coding: extensions.map((extension) => objectOf(extension, 'valueCoding')) });
}

export function resourceTypeOf(resource: unknown): string | undefined {
  return textOf(resource, 'resourceType');
}
