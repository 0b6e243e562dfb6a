/** UTF-8 both ways; decoding is strict: `undefined` for anything that is not UTF-8, a BOM stays a character. */
import { allocate } from './allocate.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function toUtf8(text: string): Uint8Array {
  const bytes = allocate(text.length);
  const { read } = encoder.encodeInto(text, bytes);
  // Most of our texts are ASCII: a byte for each character.
  return read === text.length ? bytes : encoder.encode(text);
}

export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
