/** Roots of the ordered tries in a header (Yellow Paper §4.3.2): rlp(index) → item. */
import { createMPT } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { KECCAK256_RLP } from '@ethereumjs/util';
import type { ChainRules } from './chain-rules.ts';

/** Root over the items in their order: canonical transactions, or receipts in consensus form. */
export async function orderedRoot(items: readonly Uint8Array[], rules: ChainRules): Promise<Uint8Array> {
  if (items.length === 0) return KECCAK256_RLP;
  const trie = await createMPT({ common: rules.common });
  for (const [index, item] of items.entries()) await trie.put(RLP.encode(index), item);
  return trie.root();
}
