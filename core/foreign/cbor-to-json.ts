/**
 * CBOR content as JSON, to be shown and judged by rules. Date-times (tag 0) stay the texts that they are, bytes become
 * base64url, wide integers their digits; a map with keys other than texts writes these as texts.
 */
import type { JsonValue } from '../bytes/canonical-json.ts';
import { toBase64url } from '../bytes/base64url.ts';
import { CborTag, type CborValue } from '../bytes/cbor.ts';
import { ForeignError } from './errors.ts';

const OWN = { configurable: true, enumerable: true, writable: true };

export function cborToJson(value: CborValue): JsonValue {
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? String(value) : value;
  if (value instanceof Uint8Array) return toBase64url(value);
  if (value instanceof CborTag) return cborToJson(value.value);
  if (isArray(value)) return value.map(cborToJson);
  const object: { [member: string]: JsonValue } = {};
  for (const [key, member] of value) {
    const name = String(key);
    if (Object.hasOwn(object, name))
      throw new ForeignError('CONTENT_INVALID', 'a number and a text that name the same');
    // Not the prototype, whatever the name.
    if (name === '__proto__') Object.defineProperty(object, name, { ...OWN, value: cborToJson(member) });
    else object[name] = cborToJson(member);
  }
  return object;
}

/** `Array.isArray` does not know readonly arrays. */
function isArray(value: object): value is readonly CborValue[] {
  return Array.isArray(value);
}
