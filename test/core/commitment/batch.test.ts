import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import { assembleBatch, log2SizeFor, type BatchInput } from '../../../core/commitment/batch.ts';
import { paddingLeafHash } from '../../../core/commitment/hmac.ts';
import { batchRootFromPath } from '../../../core/commitment/proof.ts';
import type { Crypto } from '../../../core/crypto.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { naiveRoot } from '../../support/naive-merkle.ts';
import { Random } from '../../support/random.ts';
import { runs } from '../../support/scale.ts';
import { expectThrows } from '../../support/throws-code.ts';

function input(count: number, seed = 1): BatchInput {
  const random = new Random(seed);
  return {
    leafHashes: random.bytes(32 * count),
    seed: random.bytes(32),
    randomNumbers: Uint32Array.from({ length: 4096 }, () => random.uint32()),
  };
}

function hashAt(hashes: Uint8Array, index: number): Uint8Array {
  return hashes.slice(32 * index, 32 * index + 32);
}

describe('batch', () => {
  const sizes: readonly (readonly [count: number, log2Size: number])[] = [
    [1, 6],
    [64, 6],
    [65, 7],
    [128, 7],
    [1000, 10],
    [2049, 12],
    [4096, 12],
  ];
  for (const [count, log2Size] of sizes) {
    it(`${count} leaves make a tree of 2^${log2Size}`, () => expect(log2SizeFor(count)).to.equal(log2Size));
  }

  it('holds each leaf once, at its place, and padding at every other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), (count, seed) => {
        const given = input(count, seed);
        const { log2Size, leafHashes, positions } = assembleBatch(nodeCrypto, given);
        expect(leafHashes).to.have.length(32 * 2 ** log2Size);
        expect(new Set(positions)).to.have.property('size', count);
        positions.forEach((position, i) =>
          expect(hashAt(leafHashes, position)).to.deep.equal(hashAt(given.leafHashes, i)),
        );
        const taken = new Set(positions);
        for (let place = 0; place < 2 ** log2Size; place++) {
          if (taken.has(place)) continue;
          expect(hashAt(leafHashes, place)).to.deep.equal(paddingLeafHash(nodeCrypto, given.seed, place));
        }
      }),
      { numRuns: runs(20, 300) },
    );
  });

  it('every leaf is proved by its own path, of log2Size steps, to the root of the published leaves', () => {
    const given = input(100);
    const { log2Size, tree, leafHashes, positions } = assembleBatch(nodeCrypto, given);
    const all = Array.from({ length: 2 ** log2Size }, (_, i) => hashAt(leafHashes, i));
    expect(tree.root).to.deep.equal(naiveRoot(all));
    positions.forEach((index, i) => {
      const path = tree.path(index);
      expect(path).to.have.length(32 * log2Size);
      const root = batchRootFromPath(nodeCrypto, { leafHash: hashAt(given.leafHashes, i), index, path });
      expect(root).to.deep.equal(tree.root);
    });
  });

  it('depends on nothing but its input', () => {
    const batches = [assembleBatch(nodeCrypto, input(70)), assembleBatch(nodeCrypto, input(70))];
    expect(new Set(batches.map(({ tree }) => toHex(tree.root)))).to.have.property('size', 1);
  });

  it('another seed and another shuffle give another root', () => {
    const given = input(70);
    const roots = [
      given,
      { ...given, seed: given.seed.map((byte) => byte ^ 1) },
      { ...given, randomNumbers: given.randomNumbers.toReversed() },
    ].map((each) => toHex(assembleBatch(nodeCrypto, each).tree.root));
    expect(new Set(roots)).to.have.property('size', 3);
  });

  it('sends a leaf to every place alike', () => {
    // 6,400 draws of 64 places: 100 each, standard deviation 10; the numbers are seeded, so this cannot flake.
    const random = new Random(3);
    const counts = new Uint32Array(64);
    const { leafHashes, seed } = input(64);
    const noHashing: Crypto = { ...nodeCrypto, sha256Into: () => undefined };
    for (let i = 0; i < 6400; i++) {
      const randomNumbers = Uint32Array.from({ length: 64 }, () => random.uint32());
      // There are 64 positions, all below 64.
      counts[assembleBatch(noHashing, { leafHashes, seed, randomNumbers }).positions[0]!]!++;
    }
    expect(Math.min(...counts)).to.be.above(60);
    expect(Math.max(...counts)).to.be.below(140);
  });

  const good = input(70);
  const refused: readonly (readonly [why: string, input: BatchInput, code: string])[] = [
    ['no leaves', { ...good, leafHashes: new Uint8Array(0) }, 'BATCH_EMPTY'],
    ['4,097 leaves', { ...good, leafHashes: new Uint8Array(32 * 4097) }, 'BATCH_TOO_LARGE'],
    [
      'a broken leaf hash',
      { ...good, leafHashes: concatBytes(good.leafHashes, good.seed.slice(1)) },
      'BATCH_INPUT_INVALID',
    ],
    ['a short seed', { ...good, seed: good.seed.slice(1) }, 'BATCH_INPUT_INVALID'],
    [
      'too few random numbers',
      { ...good, randomNumbers: good.randomNumbers.slice(0, 127) },
      'BATCH_INPUT_INVALID',
    ],
  ];
  for (const [why, given, code] of refused) {
    it(`refuses ${why}`, () => expectThrows(() => assembleBatch(nodeCrypto, given), code));
  }
});
