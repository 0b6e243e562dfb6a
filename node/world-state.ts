/** A view of accounts, code and storage at a state root, over the nodes of the store. */
import { createMPT } from '@ethereumjs/mpt';
import { Caches, MerkleStateManager } from '@ethereumjs/statemanager';
import { ValueEncoding, type DB } from '@ethereumjs/util';
import type { ChainRules } from './chain-rules.ts';

/** Above this many cached accounts or slots the caches are emptied; EthereumJS' own bound would drop unwritten ones. */
const CACHED_ENTRIES = 50_000;

/** Opens the state at `root`, or the empty state. The view is changed by who holds it, and writes to `nodes`. */
export async function openWorldState(
  nodes: DB<string, string | Uint8Array>,
  rules: ChainRules,
  root?: Uint8Array,
): Promise<MerkleStateManager> {
  const trie = await createMPT({
    db: nodes,
    useKeyHashing: true,
    valueEncoding: ValueEncoding.Bytes,
    common: rules.common,
    ...(root === undefined ? {} : { root }),
  });
  return new MerkleStateManager({ trie, common: rules.common, caches: new Caches() });
}

/** Keeps a long-lived view from growing without bound; call it between blocks, when everything is written. */
export function trimCaches(state: MerkleStateManager): void {
  const caches = state['_caches'];
  const entries = Math.max(caches?.account?.size() ?? 0, caches?.storage?.size() ?? 0);
  if (entries > CACHED_ENTRIES) state.clearCaches();
}
