/**
 * zlib (RFC 1950): `cmf flg` ‖ raw deflate ‖ Adler-32 big endian, without preset dictionary. Reading is strict and
 * bounded, as in `inflate.ts`; writing is fflate's, which does well on long, repetitive data.
 */
import { zlibSync } from 'fflate';
import { BytesError } from './errors.ts';
import { inflateBounded } from './inflate.ts';

const HEADER_BYTES = 2;
const CHECKSUM_BYTES = 4;
const ADLER_MODULUS = 65_521;
/** Sums of this many bytes stay below 2^32 (RFC 1950 §9, zlib's NMAX). */
const ADLER_RUN = 5552;

export function toZlib(data: Uint8Array): Uint8Array {
  return zlibSync(data, { level: 9 });
}

/** Inverse of {@link toZlib}; throws `INFLATE_TOO_LARGE` above `maxBytes`, else `INFLATE_INVALID`. */
export function fromZlib(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.length < HEADER_BYTES + CHECKSUM_BYTES) throw invalid('cut short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = view.getUint16(0);
  // RFC 1950 §2.2: method 8, window up to 32 KiB, no preset dictionary, check bits.
  const isDeflate = (header & 0x0f00) === 0x0800 && header >> 12 <= 7;
  if (!isDeflate || (header & 0x20) !== 0 || header % 31 !== 0) throw invalid('not a zlib header');
  const end = bytes.length - CHECKSUM_BYTES;
  const data = inflateBounded(bytes.subarray(HEADER_BYTES, end), { maxBytes });
  if (adler32(data) !== view.getUint32(end)) throw invalid('the checksum differs');
  return data;
}

function adler32(data: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let start = 0; start < data.length; start += ADLER_RUN) {
    const end = Math.min(start + ADLER_RUN, data.length);
    // `end` is within data.
    for (let i = start; i < end; i++) b += a += data[i]!;
    a %= ADLER_MODULUS;
    b %= ADLER_MODULUS;
  }
  return b * 65_536 + a;
}

function invalid(what: string): BytesError {
  return new BytesError('INFLATE_INVALID', `not zlib: ${what}`);
}
