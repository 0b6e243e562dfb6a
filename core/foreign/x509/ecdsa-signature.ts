/** ECDSA signatures of certificates: `SEQUENCE { INTEGER r, INTEGER s }` (RFC 3279 §2.2.3) → r ‖ s. */
import { DER, DerReader, invalidDer, positiveInteger } from '../../bytes/der.ts';

/** Throws `DER_INVALID`. @param fieldBytes of each half: 32 for P-256 */
export function fromDerSignature(der: Uint8Array, fieldBytes: number): Uint8Array {
  const outer = new DerReader(der);
  const sequence = outer.within(DER.SEQUENCE);
  outer.end();
  const r = positiveInteger(sequence.next(DER.INTEGER).content);
  const s = positiveInteger(sequence.next(DER.INTEGER).content);
  sequence.end();
  if (r.length > fieldBytes || s.length > fieldBytes) throw invalidDer('a signature of another curve');
  const signature = new Uint8Array(2 * fieldBytes);
  signature.set(r, fieldBytes - r.length);
  signature.set(s, 2 * fieldBytes - s.length);
  return signature;
}
