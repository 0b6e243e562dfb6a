/** The text in a QR code's byte segment. */
import { fromUtf8 } from '../bytes/utf8.ts';

/** Bytes that are no UTF-8 become one character each, so that a code that holds a file is not lost. */
export function textOfBytes(bytes: Uint8Array): string {
  return fromUtf8(bytes) ?? Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
