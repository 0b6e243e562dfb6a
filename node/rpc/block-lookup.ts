/** Finds the blocks that callers name. A single sealer has no forks: whatever is stored is final at once. */
import type { SealedBlock } from '../block.ts';
import type { RpcContext } from './context.ts';
import { refused } from './errors.ts';
import type { BlockReference, BlockTag } from './parameters.ts';

/** The block, or `undefined` when there is none yet. */
export function findBlock(context: RpcContext, reference: BlockReference): SealedBlock | undefined {
  if (reference.by === 'hash') return context.store.blockByHash(reference.hash);
  return context.store.blockByNumber(
    reference.by === 'tag' ? numberOfTag(context, reference.tag) : reference.number,
  );
}

/** The block; throws in geth's words when there is none. */
export function requireBlock(context: RpcContext, reference: BlockReference): SealedBlock {
  const block = findBlock(context, reference);
  if (block === undefined) throw refused('header not found');
  return block;
}

/** `pending` is the latest block: what waits has no order before it is sealed. Calls at it have a time of their own (state.ts). */
export function numberOfTag(context: RpcContext, tag: BlockTag): bigint {
  return tag === 'earliest' ? 0n : context.head().header.number;
}
