/**
 * When a colour may be another one though nobody does anything: an order begins, a fact comes into its window. Kept as
 * rows that sort by time: Unix seconds u64 ‖ number of the person u64.
 */
import { concatBytes } from '../../core/bytes/concat.ts';
import type { DerivedColour } from '../../core/health/derive.ts';
import { toUint64 } from '../../service/big-endian.ts';

const DAY_SECONDS = 86_400;
/** All schemes count at UTC+8. */
const OFFSET_SECONDS = 8 * 3_600;

/** No edge at midnight: by then all codes have ended. */
export function edgeOf({ validUntilSeconds }: DerivedColour): number {
  const end = validUntilSeconds + 1;
  return (end + OFFSET_SECONDS) % DAY_SECONDS === 0 ? Infinity : end;
}

export function edgeKey(atSeconds: number, number: number): Uint8Array {
  return concatBytes(toUint64(atSeconds), toUint64(number));
}
