/** What time it is in a house that reads the ledger. Unix seconds. */
import { timeOf } from '../../core/verify/context.ts';
import type { ConversionHouse } from './house.ts';

type House = Pick<ConversionHouse<never>, 'ledger' | 'now'>;

export function ownSeconds({ now }: Pick<House, 'now'>): number {
  return Math.floor(now() / 1000);
}

/**
 * Never after the last block that was read: what is destroyed for its age is destroyed for good, and a clock that is ahead
 * must not do it. Nothing is old before the ledger was read.
 */
export function surelyPastSeconds({ ledger, now }: House): number {
  return Math.min(ownSeconds({ now }), ledger.state.head.timeSeconds);
}

/** Never before the last block that was read: what ended by then has ended, however slow our clock is. */
export function ledgerSeconds({ ledger, now }: House): number {
  return timeOf({ nowSeconds: ownSeconds({ now }), state: ledger.state });
}
