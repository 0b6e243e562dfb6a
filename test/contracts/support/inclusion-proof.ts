/** Random inclusion proofs by the tree of `core/commitment`, and everything that one can do to them. */
import { hexlify } from 'ethers';
import { buildTree } from '../../../core/commitment/merkle.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import type { Random } from '../../support/random.ts';

export interface Proof {
  readonly leafHash: string;
  readonly index: number;
  readonly log2Size: number;
  readonly path: readonly string[];
  readonly root: string;
}

/** A proof for some leaf of a tree over 2^log2Size random leaves. */
export function randomProof(random: Random, log2Size: number): Proof {
  const leaves = random.bytes(32 * 2 ** log2Size);
  const tree = buildTree(nodeCrypto, leaves);
  const index = random.below(2 ** log2Size);
  const path = tree.path(index);
  return {
    leafHash: hexlify(leaves.subarray(32 * index, 32 * index + 32)),
    index,
    log2Size,
    path: Array.from({ length: log2Size }, (_, step) => hexlify(path.subarray(32 * step, 32 * step + 32))),
    root: hexlify(tree.root),
  };
}

/** `hash` with one of its 256 bits the other way. */
export function flip(hash: string, bit: number): string {
  return `0x${(BigInt(hash) ^ (1n << BigInt(bit))).toString(16).padStart(64, '0')}`;
}

type Tampering = (proof: Proof, random: Random) => Proof;

/** What a contract sees that knows the size and the root from the ledger. */
export const TAMPERINGS: Readonly<Record<string, Tampering>> = {
  'a bit of the leaf changed': (proof, random) => ({
    ...proof,
    leafHash: flip(proof.leafHash, random.below(256)),
  }),
  'a bit of the path changed': (proof, random) => {
    const step = random.below(proof.log2Size);
    return { ...proof, path: proof.path.with(step, flip(stepOf(proof, step), random.below(256))) };
  },
  'another index': (proof, random) => ({
    ...proof,
    index: proof.index ^ (1 + random.below(2 ** proof.log2Size - 1)),
  }),
  'an index past the tree': (proof, random) => ({
    ...proof,
    index: proof.index + 2 ** proof.log2Size * (1 + random.below(2 ** 20)),
  }),
  'two steps swapped': (proof, random) => {
    const a = random.below(proof.log2Size);
    const b = (a + 1 + random.below(proof.log2Size - 1)) % proof.log2Size;
    return { ...proof, path: proof.path.with(a, stepOf(proof, b)).with(b, stepOf(proof, a)) };
  },
  'the first step left out': (proof) => ({ ...proof, path: proof.path.slice(1) }),
  'the last step left out': (proof) => ({ ...proof, path: proof.path.slice(0, -1) }),
  'a step too many': (proof, random) => ({ ...proof, path: [...proof.path, hexlify(random.bytes(32))] }),
  'no path': (proof) => ({ ...proof, path: [] }),
  'a neighbour for the leaf': (proof) => ({ ...proof, leafHash: stepOf(proof, 0) }),
  'the root for the leaf and no path': (proof) => ({ ...proof, leafHash: proof.root, path: [] }),
};

/** What a caller can also do where it names size and root itself. */
export const CALLERS_TAMPERINGS: Readonly<Record<string, Tampering>> = {
  ...TAMPERINGS,
  'a bit of the root changed': (proof, random) => ({ ...proof, root: flip(proof.root, random.below(256)) }),
  'a larger size': (proof) => ({ ...proof, log2Size: proof.log2Size + 1 }),
  'a smaller size': (proof) => ({ ...proof, log2Size: proof.log2Size - 1 }),
};

export function stepOf({ path }: Proof, step: number): string {
  const hash = path[step];
  if (hash === undefined) throw new RangeError('the path has no such step');
  return hash;
}
