/** The tree of a batch of acts: drawn once, kept as seed and places, and shown to approvers and auditors. */
import type { ShownActBatch } from '../../core/act/batch.ts';
import { fromBase64url, toBase64url } from '../../core/bytes/base64url.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts';
import { assembleBatch, MAX_BATCH_LEAVES } from '../../core/commitment/batch.ts';
import { paddingLeafHash, SEED_BYTES } from '../../core/commitment/hmac.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { RandomBytes } from '../../service/clock.ts';
import type { ActBatchEntry } from './act-batch-entry.ts';
import type { Proposals } from './proposals.ts';

type Drawn = Pick<ActBatchEntry, 'root' | 'log2Size' | 'seed' | 'positions'>;

/** Shuffled and padded as batches of credentials are. */
export function drawTree(
  leaves: readonly Uint8Array[],
  { crypto, randomBytes }: { readonly crypto: Crypto; readonly randomBytes: RandomBytes },
): Drawn {
  const seed = randomBytes(SEED_BYTES);
  // Copied: what the port gives may be a view into something larger.
  const randomNumbers = new Uint32Array(new Uint8Array(randomBytes(MAX_BATCH_LEAVES * 4)).buffer);
  const { tree, log2Size, positions } = assembleBatch(crypto, {
    leafHashes: concatBytes(...leaves),
    seed,
    randomNumbers,
  });
  return { root: toHex(tree.root), log2Size, seed: toBase64url(seed), positions: [...positions] };
}

/** What whoever approves has to see. */
export async function showTree(
  { acts, positions, root, log2Size, seed }: ActBatchEntry,
  proposals: Proposals,
): Promise<ShownActBatch> {
  const found = await Promise.all(acts.map((act) => proposals.load(act)));
  const shown = found.map(({ actBytes }, i) => {
    // A place for each act.
    return { bytes: toBase64url(actBytes), position: positions[i]! };
  });
  return { root: fromHex(root), log2Size, seed, acts: shown };
}

/** All leaves in tree order, padding included. */
export async function treeLeaves(
  { acts, positions, log2Size, seed }: ActBatchEntry,
  { crypto, proposals }: { readonly crypto: Crypto; readonly proposals: Proposals },
): Promise<readonly Hex[]> {
  const found = await Promise.all(acts.map((act) => proposals.load(act)));
  const placed = new Map(positions.map((position, i) => [position, found[i]?.leaf]));
  const seedBytes = fromBase64url(seed);
  return Array.from({ length: 2 ** log2Size }, (_, place) =>
    toHex(placed.get(place) ?? paddingLeafHash(crypto, seedBytes, place)),
  );
}
