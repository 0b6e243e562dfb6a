/**
 * One side of a pair: which of its values on the ledger are real. The padding is derived again from the key that its
 * writer shows; what is left must be as many values as the writer accounts for, batch by batch.
 */
import { fromHex, toHex, type Hex } from '../core/bytes/hex.ts';
import { paddingOf } from '../core/conversion/padding.ts';
import type { Crypto } from '../core/crypto.ts';
import type { WrittenBatch } from './conversions-on-ledger.ts';
import type { PairAccount } from './published-conversions.ts';
import type { Finding } from './report.ts';

export type Problem = Pick<Finding, 'code' | 'root' | 'detail'> & { readonly block?: number };

export interface RederivedSide {
  /** Real values, and the batch that each is in. */
  readonly real: ReadonlyMap<Hex, WrittenBatch>;
  /** All values of batches too new to be accounted for. */
  readonly tooNew: ReadonlySet<Hex>;
  readonly problems: readonly Problem[];
}

export const NONE: Hex = `0x${'00'.repeat(32)}`;

/** @param account `undefined`: the writer shows nothing of this side @param dueBefore when what must be in it was written */
export function rederiveSide(
  crypto: Crypto,
  batches: readonly WrittenBatch[],
  { account, dueBefore }: { readonly account: PairAccount | undefined; readonly dueBefore: number },
): RederivedSide {
  const claimed = new Map(account?.batches.map(({ sequence, values }) => [sequence, values]));
  const real = new Map<Hex, WrittenBatch>();
  const tooNew = new Set<Hex>();
  const problems: Problem[] = [];
  for (const batch of batches) {
    const told = claimed.get(batch.sequence);
    claimed.delete(batch.sequence);
    if (told === undefined && batch.timeSeconds >= dueBefore) {
      for (const value of batch.values) tooNew.add(value);
      continue;
    }
    const found = account === undefined ? batch.values : withoutPadding(crypto, account.paddingKey, batch);
    for (const value of found) real.set(value, batch);
    problems.push(...compare(batch, found, told ?? 0));
  }
  for (const sequence of claimed.keys()) {
    const detail = `batch ${sequence}, which the service accounts for, is not on the ledger`;
    problems.push({ code: 'CONVERSION_MISSING', root: NONE, detail });
  }
  return { real, tooNew, problems };
}

function compare(batch: WrittenBatch, found: readonly Hex[], told: number): readonly Problem[] {
  const { sequence, block } = batch;
  const place = { root: batch.values[0] ?? NONE, block };
  const difference = found.length - told;
  if (difference > 0) {
    const detail = `batch ${sequence}: ${difference} values are neither padding nor accounted for`;
    return [{ ...place, code: 'CONVERSION_UNEXPLAINED', detail }];
  }
  if (difference < 0) {
    const detail = `batch ${sequence}: the service accounts for ${-difference} values more than there are`;
    return [{ ...place, code: 'CONVERSION_MISSING', detail }];
  }
  return [];
}

function withoutPadding(crypto: Crypto, paddingKey: Hex, { sequence, values }: WrittenBatch): readonly Hex[] {
  const key = fromHex(paddingKey);
  const padding = new Set(values.map((_, index) => toHex(paddingOf(crypto, key, { sequence, index }))));
  return values.filter((value) => !padding.has(value));
}
