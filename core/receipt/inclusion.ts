/**
 * Whether the promise of a receipt was kept: every leaf in it has a path to a root that the issuer anchored in
 * time. The paths come from the issuer or from anybody; the roots from the ledger; nothing else is believed.
 */
import { toHex, type Hex } from '../bytes/hex.ts';
import { batchRootFromPath } from '../commitment/proof.ts';
import type { Crypto } from '../crypto.ts';
import type { Receipt } from './receipt.ts';
import { leafAfter, type SignedAgain } from './signed-again.ts';

/** A leaf's place in a batch. */
export interface LeafPath {
  readonly index: number;
  /** From the leaf up, 32 bytes a step. */
  readonly path: Uint8Array;
  /** The path begins at the leaf that took this one's place; the key must be one of the issuer. */
  readonly signedAgain?: SignedAgain;
}

export interface InclusionEvidence {
  /** The path of a leaf, `undefined` when nobody gave one. */
  readonly pathOf: (leafHash: Uint8Array) => LeafPath | undefined;
  /** When the receipt's issuer anchored this root, Unix seconds; `undefined` when the ledger does not show it. */
  readonly anchoredAt: (root: Uint8Array) => number | undefined;
  readonly nowSeconds: number;
}

/**
 * `kept`: all in time. `late`: all are anchored, some after the promised time. `pending`: not all, and the time is
 * not over. `broken`: not all, and it is over.
 */
export type ReceiptState = 'kept' | 'late' | 'pending' | 'broken';

export interface ReceiptFinding {
  readonly state: ReceiptState;
  /** Leaves that an anchored root holds. */
  readonly proven: number;
  /** Leaf hashes that nothing proves. */
  readonly missing: readonly Hex[];
}

/** Judges a receipt whose signature has been checked. Never throws: a path that leads nowhere proves nothing. */
export function checkReceipt(
  crypto: Crypto,
  receipt: Receipt,
  { pathOf, anchoredAt, nowSeconds }: InclusionEvidence,
): ReceiptFinding {
  const missing: Hex[] = [];
  let proven = 0;
  let isLate = false;
  for (const leafHash of receipt.records.flatMap(({ leaves }) => leaves)) {
    const root = rootOf(crypto, leafHash, pathOf(leafHash));
    const seconds = root === undefined ? undefined : anchoredAt(root);
    if (seconds === undefined) missing.push(toHex(leafHash));
    else {
      proven++;
      isLate ||= seconds > receipt.anchoredBySeconds;
    }
  }
  const isOver = nowSeconds > receipt.anchoredBySeconds;
  const state = missing.length > 0 ? (isOver ? 'broken' : 'pending') : isLate ? 'late' : 'kept';
  return { state, proven, missing };
}

function rootOf(crypto: Crypto, leafHash: Uint8Array, place: LeafPath | undefined): Uint8Array | undefined {
  if (place === undefined) return undefined;
  const { index, path, signedAgain } = place;
  const first = signedAgain === undefined ? leafHash : leafAfter(crypto, leafHash, signedAgain);
  if (first === undefined) return undefined;
  try {
    return batchRootFromPath(crypto, { leafHash: first, index, path });
  } catch {
    return undefined;
  }
}
