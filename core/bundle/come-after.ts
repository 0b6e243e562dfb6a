/** Whether what a bundle says can have come after what is held: in the log, by its blocks, and by its time. */
import { equalBytes } from '../bytes/equal.ts';
import { CommitmentError } from '../commitment/errors.ts';
import { verifyConsistency } from '../commitment/proof.ts';
import type { Crypto } from '../crypto.ts';
import type { BundleState } from './bundle-state.ts';
import { BundleError } from './errors.ts';
import type { SignedHead } from './signed-head.ts';

/**
 * Throws `BUNDLE_OLDER` or `BUNDLE_FORKED` where `next` cannot have come after what is held. A full bundle leaves it to its
 * signers that the log only grew; blocks only count up in any case.
 */
export function checkAfter(
  { checkpoint, leaf, timeSeconds }: Pick<BundleState, 'checkpoint' | 'leaf' | 'timeSeconds'>,
  held: BundleState,
): void {
  if (checkpoint.size > held.checkpoint.size) {
    if (leaf.block.number <= held.leaf.block.number) throw forked();
    return;
  }
  if (checkpoint.size < held.checkpoint.size) throw older('an older state than the one that is held');
  if (!equalBytes(checkpoint.root, held.checkpoint.root)) throw forked();
  if (timeSeconds < held.timeSeconds) throw older('the same state as of an earlier time');
}

/** That the log only grew since the base of a delta; throws `BUNDLE_FORKED`. */
export function checkGrowth({ head: { base }, checkpoint }: SignedHead, crypto: Crypto): void {
  if (base === undefined || base.size === checkpoint.size) return;
  try {
    const { size: size1, root: root1, consistency: path } = base;
    verifyConsistency(crypto, { size1, root1, size2: checkpoint.size, root2: checkpoint.root, path });
  } catch (cause) {
    if (cause instanceof CommitmentError) throw forked(cause);
    throw cause;
  }
}

function older(what: string): BundleError {
  return new BundleError('BUNDLE_OLDER', what);
}

function forked(cause?: unknown): BundleError {
  return new BundleError('BUNDLE_FORKED', 'a history that is not the one held', { cause });
}
