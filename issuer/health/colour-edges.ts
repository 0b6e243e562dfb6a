/**
 * When a colour may be another one though nobody does anything: an order begins, a fact comes into its window. Kept as
 * rows that sort by time: Unix seconds u64 ‖ number of the person u64.
 */
import { concatBytes } from '../../core/bytes/concat.ts';
import type { DerivedColour } from '../../core/health/derive.ts';
import { toUint64 } from '../../service/big-endian.ts';
import type { HealthFile } from './health-file.ts';

const DAY_SECONDS = 86_400;
/** All schemes count at UTC+8. */
const OFFSET_SECONDS = 8 * 3_600;

/**
 * None at midnight, since all codes end by then, but for an order that begins or a ruling that ends: verifiers forgive
 * clocks a few minutes, in which the code of the day before must be on the list.
 */
export function edgeOf(
  { validUntilSeconds }: DerivedColour,
  { orders, rulings }: Pick<HealthFile, 'orders' | 'rulings'>,
): number {
  const end = validUntilSeconds + 1;
  const isMidnight = (end + OFFSET_SECONDS) % DAY_SECONDS === 0;
  const turns = [
    ...orders.map(({ fromSeconds }) => fromSeconds),
    ...rulings.map(({ untilSeconds }) => untilSeconds),
  ];
  return isMidnight && !turns.includes(end) ? Infinity : end;
}

export function edgeKey(atSeconds: number, number: number): Uint8Array {
  return concatBytes(toUint64(atSeconds), toUint64(number));
}
