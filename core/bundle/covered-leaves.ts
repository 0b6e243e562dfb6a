/**
 * One proof for many leaves of an RFC 9162 tree: which leaves are shown, and the roots of the largest subtrees that
 * hold none of them, from left to right. From all that the root follows:
 *
 *           root                shown: leaf 2
 *         /      \              hidden: a = (0, 1), leaf 3, c = (4 … 6)
 *        +        c
 *       / \
 *      a   +
 *         / \
 *        2   3
 *
 * Leaves that are shown stand in runs, so what is shown is told by lengths: hide 2, show 1, hide 4. A device shows
 * nearly all of its leaves and hides two runs, which costs some twenty hashes, whatever changed.
 */
import { concatBytes } from '../bytes/concat.ts';
import { HASH_BYTES, hashPlaced, LEFT, placeNode, RIGHT } from '../commitment/node-hash.ts';
import type { Crypto } from '../crypto.ts';
import { BundleError } from './errors.ts';

/** Leaves that are hidden, then leaves that are shown. */
export interface Run {
  readonly hide: number;
  readonly show: number;
}

export interface Cover {
  /** Number of leaves of the tree. */
  readonly size: number;
  /** From leaf 0 on; what comes after the last run is hidden. */
  readonly runs: readonly Run[];
}

/** Root of the leaves from `from` to before `to`, where the tree has such a subtree. */
export type SubtreeRoot = (from: number, to: number) => Uint8Array;

/** The indices of the leaves that are shown, ascending. */
export function shownLeaves({ runs }: Cover): readonly number[] {
  let at = 0;
  return runs.flatMap(({ hide, show }) => {
    const from = at + hide;
    at = from + show;
    return Array.from({ length: show }, (_, i) => from + i);
  });
}

/** The cover that shows the leaves for which `isShown` holds. */
export function coverOf(size: number, isShown: (index: number) => boolean): Cover {
  const runs: { hide: number; show: number }[] = [];
  let isInRun = false;
  let hide = 0;
  for (let index = 0; index < size; index++) {
    const show = isShown(index);
    if (!show) hide++;
    else if (isInRun)
      runs.at(-1)!.show++; // a run has begun
    else {
      runs.push({ hide, show: 1 });
      hide = 0;
    }
    isInRun = show;
  }
  return { size, runs };
}

/** The roots of what the cover hides, 32 bytes each. */
export function hiddenHashes(cover: Cover, rootOf: SubtreeRoot): Uint8Array {
  const shown = new Shown(cover);
  const hidden: Uint8Array[] = [];
  walk(0, cover.size, (from, to) => {
    const isHidden = !shown.isAnyIn(from, to);
    if (isHidden) hidden.push(rootOf(from, to));
    return isHidden || to - from === 1;
  });
  return concatBytes(...hidden);
}

/**
 * The root that leaves and hidden hashes lead to.
 *
 * Throws `BUNDLE_PROOF_WRONG` unless there are exactly as many of both as the cover says.
 */
export function rootFromCover(
  crypto: Crypto,
  cover: Cover,
  { leaves, hidden }: { readonly leaves: readonly Uint8Array[]; readonly hidden: Uint8Array },
): Uint8Array {
  const shown = new Shown(cover);
  if (cover.size < 1 || shown.count !== leaves.length || shown.end > cover.size) throw wrong();
  let nextLeaf = 0;
  let at = 0;
  const rootOf = (from: number, to: number): Uint8Array => {
    if (!shown.isAnyIn(from, to)) {
      at += HASH_BYTES;
      if (at > hidden.length) throw wrong();
      return hidden.subarray(at - HASH_BYTES, at);
    }
    if (to - from === 1) return leaves[nextLeaf++]!; // as many as are shown, in their order
    const middle = from + splitOf(to - from);
    const left = rootOf(from, middle);
    const right = rootOf(middle, to);
    placeNode(left, 0, LEFT);
    placeNode(right, 0, RIGHT);
    const node = new Uint8Array(HASH_BYTES);
    hashPlaced(crypto, node, 0);
    return node;
  };
  const root = rootOf(0, cover.size);
  if (at !== hidden.length) throw wrong();
  return root;
}

/** Visits subtrees from the root down and from left to right, as long as `visit` does not say that it is done. */
function walk(from: number, to: number, visit: (from: number, to: number) => boolean): void {
  if (visit(from, to)) return;
  const middle = from + splitOf(to - from);
  walk(from, middle, visit);
  walk(middle, to, visit);
}

/** The runs as ranges of indices. */
class Shown {
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly count: number;

  constructor({ runs }: Cover) {
    let at = 0;
    let count = 0;
    for (const { hide, show } of runs) {
      this.#from.push(at + hide);
      this.#to.push(at + hide + show);
      at += hide + show;
      count += show;
    }
    this.count = count;
  }

  /** Of the last run. */
  get end(): number {
    return this.#to.at(-1) ?? 0;
  }

  /** There are few runs. */
  isAnyIn(from: number, to: number): boolean {
    // Both lists have an entry for each run.
    return this.#from.some((start, run) => start < to && this.#to[run]! > from);
  }
}

/** The largest power of two below `count` > 1. */
function splitOf(count: number): number {
  return 2 ** (31 - Math.clz32(count - 1));
}

function wrong(): BundleError {
  return new BundleError('BUNDLE_PROOF_WRONG', 'not a proof for these sections');
}
