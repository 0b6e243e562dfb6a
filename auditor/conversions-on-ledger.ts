/** Both sides of every pair of issuers, as the ledger holds them. */
import type { Hex } from '../core/bytes/hex.ts';
import type { Side } from '../core/conversion/padding.ts';
import type { LedgerBlock } from '../core/trust/ledger-event.ts';
import { isConversion } from './writer-of.ts';

export interface WrittenBatch {
  readonly block: number;
  readonly timeSeconds: number;
  readonly sequence: number;
  /** Padding included. */
  readonly values: readonly Hex[];
}

export interface WrittenPair extends Readonly<Record<Side, readonly WrittenBatch[]>> {
  readonly source: Hex;
  readonly target: Hex;
}

/** Oldest first. */
export function writtenPairs(blocks: readonly LedgerBlock[]): readonly WrittenPair[] {
  const writings = blocks.flatMap(({ number: block, timeSeconds, events }) =>
    events.filter(isConversion).map((event) => ({ event, block, timeSeconds })),
  );
  const pairs = Map.groupBy(writings, ({ event: { source, target } }) => `${source} ${target}`);
  return Array.from(pairs.values(), (all) => {
    // A group has a first.
    const { source, target } = all[0]!.event;
    const spent: WrittenBatch[] = [];
    const acknowledged: WrittenBatch[] = [];
    for (const { event, ...place } of all) {
      const { sequence } = event;
      if (event.event === 'NullifiersSpent') spent.push({ ...place, sequence, values: event.nullifiers });
      else acknowledged.push({ ...place, sequence, values: event.acknowledgements });
    }
    return { source, target, spent, acknowledged };
  });
}
