/**
 * A batch of acts as two people approve it and the ledger anchors it: leaves of acts, shuffled and padded to a power
 * of two as batches of credentials are (`core/commitment/batch.ts`). Whoever approves derives the root again from
 * the acts that are shown: what is not an act shown to them must be padding.
 */
import { fromBase64url } from '../bytes/base64url.ts';
import { concatBytes } from '../bytes/concat.ts';
import { equalBytes } from '../bytes/equal.ts';
import { paddingLeafHash } from '../commitment/hmac.ts';
import { merkleRoot } from '../commitment/merkle.ts';
import type { Crypto } from '../crypto.ts';
import { actLeaf, parseAct, type Act } from './act.ts';
import { ActError } from './errors.ts';

/** Who reviews a batch is shown this. */
export interface ShownActBatch {
  /** 32 bytes. */
  readonly root: Uint8Array;
  readonly log2Size: number;
  /** 32 bytes, base64url: tells padding from acts. */
  readonly seed: string;
  readonly acts: readonly {
    /** base64url of the act's bytes. */
    readonly bytes: string;
    /** Its place in the tree. */
    readonly position: number;
  }[];
}

/**
 * The acts of a batch, once it is sure that there are no others in it and that they lead to its root. Throws
 * `ACT_BATCH_INVALID`, `ACT_INVALID`.
 */
export function readActBatch(crypto: Crypto, batch: ShownActBatch): readonly Act[] {
  const size = 2 ** batch.log2Size;
  const bytes = batch.acts.map((act) => fromBase64url(act.bytes));
  const places = new Map(batch.acts.map(({ position }, i) => [position, bytes[i]]));
  const isInside = batch.acts.every(({ position }) => position >= 0 && position < size);
  if (places.size !== batch.acts.length || !isInside || places.size === 0)
    throw invalid('places are taken twice');
  const seed = fromBase64url(batch.seed);
  const leaves = Array.from({ length: size }, (_, place) => {
    const act = places.get(place);
    return act === undefined ? paddingLeafHash(crypto, seed, place) : actLeaf(crypto, act);
  });
  if (!equalBytes(merkleRoot(crypto, concatBytes(...leaves)), batch.root)) {
    throw invalid('the acts shown do not lead to its root');
  }
  return bytes.map((act) => parseAct(act));
}

function invalid(what: string): ActError {
  return new ActError('ACT_BATCH_INVALID', what);
}
