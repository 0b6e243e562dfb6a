/**
 * Orders of a health authority on one person: with a period, a ground and a release. They are evidence, as a test
 * result is; what they do to a colour, the scheme's policy says.
 */
import type { Code } from '../record/record.ts';

export const ORDER_KINDS = ['isolation', 'quarantine', 'medical-surveillance', 'daily-tests'] as const;
export type OrderKind = (typeof ORDER_KINDS)[number];

/** Unix seconds throughout. */
export interface Order {
  readonly kind: OrderKind;
  /** Of `GROUND`. */
  readonly ground: Code;
  readonly fromSeconds: number;
  /** The first second at which it holds no more. */
  readonly untilSeconds: number;
  /** Lifted before its end. */
  readonly releasedAtSeconds?: number;
}

/** When it ends, released or run out. */
export function endOf({ untilSeconds, releasedAtSeconds = Infinity }: Order): number {
  return Math.min(untilSeconds, releasedAtSeconds);
}

export function isInForce(order: Order, atSeconds: number): boolean {
  return order.fromSeconds <= atSeconds && atSeconds < endOf(order);
}
