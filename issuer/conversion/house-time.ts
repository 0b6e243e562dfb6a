/** What time it is in a house that reads the ledger. Unix seconds. */
import { timeOf } from '../../core/verify/context.ts';
import type { ConversionHouse } from './house.ts';

type House = Pick<ConversionHouse<never>, 'ledger' | 'now'>;

export function ownSeconds({ now }: Pick<House, 'now'>): number {
  return Math.floor(now() / 1000);
}

/** Never before the last block that was read: what ended by then has ended, however slow our clock is. */
export function ledgerSeconds({ ledger, now }: House): number {
  return timeOf({ nowSeconds: ownSeconds({ now }), state: ledger.state });
}
