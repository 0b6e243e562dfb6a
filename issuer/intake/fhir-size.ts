/**
 * How large a FHIR resource may be. A Patient is read once for every record that points to it, so that without a
 * limit a file of 32 MB could ask for a million times as much work.
 */
import type { PlainObject } from '../../core/record/structure.ts';

/** Members and elements, at every depth; a Patient of a hospital system has a few hundred. */
const MAX_ELEMENTS = 4096;
/** In all texts together, a narrative or a small picture included. */
const MAX_CHARACTERS = 256 * 1024;

/** Stops counting at the limit. @param resource no deeper than `maxDepth` */
export function isTooLargeResource(resource: PlainObject): boolean {
  let elements = 0;
  let characters = 0;
  const exceeds = (value: unknown): boolean => {
    if (typeof value === 'string') characters += value.length;
    if (++elements > MAX_ELEMENTS || characters > MAX_CHARACTERS) return true;
    return typeof value === 'object' && value !== null && Object.values(value).some(exceeds);
  };
  return exceeds(resource);
}
