/** The 2,048-bit log filter of receipts and headers (Yellow Paper §4.3.1, M3:2048). */
import type { LedgerCrypto } from './native-crypto.ts';
import type { Log } from './receipt.ts';

export const BLOOM_BYTES = 256;

/** The filter of some logs: every address and every topic sets three bits. */
export function bloomOf(logs: Iterable<Log>, crypto: LedgerCrypto): Uint8Array {
  const bloom = new Uint8Array(BLOOM_BYTES);
  for (const log of logs) {
    for (const item of [log.address, ...log.topics]) {
      // A bit index is below 2,048, so its byte lies in the filter.
      for (const bit of bloomBits(item, crypto)) bloom[bit >> 3]! |= 1 << (bit & 7);
    }
  }
  return bloom;
}

/** Positions of the three bits of an item, counted so that bit `b` is in byte `b >> 3`. */
export function bloomBits(item: Uint8Array, crypto: LedgerCrypto): number[] {
  const hash = crypto.keccak256(item);
  return [0, 2, 4].map((at) => {
    // A Keccak-256 hash has 32 bytes.
    const bit = ((hash[at]! << 8) | hash[at + 1]!) & 2047;
    return ((BLOOM_BYTES - 1 - (bit >> 3)) << 3) | (bit & 7);
  });
}

/** False when the filter proves that the item is absent. */
export function mayContain(bloom: Uint8Array, bits: readonly number[]): boolean {
  return bits.every((bit) => (((bloom[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1);
}
