/**
 * CBOR content as JSON, to be shown and judged by rules. Date-times (tag 0) stay the texts that they are, bytes become
 * base64url, wide integers their digits; a map with keys other than texts writes these as texts.
 */
import type { JsonValue } from '../bytes/canonical-json.ts';
import { toBase64url } from '../bytes/base64url.ts';
import { CborTag, type CborValue } from '../bytes/cbor.ts';
import { ForeignError } from './errors.ts';

export function cborToJson(value: CborValue): JsonValue {
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? String(value) : value;
  if (value instanceof Uint8Array) return toBase64url(value);
  if (value instanceof CborTag) return cborToJson(value.value);
  if (isArray(value)) return value.map(cborToJson);
  const members: [string, JsonValue][] = [];
  const names = new Set<string>();
  for (const [key, member] of value) {
    const name = String(key);
    if (names.has(name)) throw new ForeignError('CONTENT_INVALID', 'a number and a text that name the same');
    names.add(name);
    members.push([name, cborToJson(member)]);
  }
  return Object.fromEntries(members);
}

/** `Array.isArray` does not know readonly arrays. */
function isArray(value: object): value is readonly CborValue[] {
  return Array.isArray(value);
}
