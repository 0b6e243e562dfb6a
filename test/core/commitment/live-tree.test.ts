import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { toHex } from '../../../core/bytes/hex.ts';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { LiveTree } from '../../../core/commitment/live-tree.ts';
import { verifyInclusion } from '../../../core/commitment/proof.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { naivePath, naiveRoot } from '../../support/naive-merkle.ts';
import { Random } from '../../support/random.ts';
import { runs, testSeed } from '../../support/scale.ts';

describe('a Merkle tree whose leaves change', () => {
  it('has the roots and paths of RFC 9162 after any changes', () => {
    const property = fc.property(fc.nat(), fc.integer({ min: 1, max: 12 }), (seed, changes) => {
      const random = new Random(seed);
      const tree = new LiveTree(nodeCrypto);
      let leaves: readonly Uint8Array[] = [];
      for (let change = 0; change < changes; change++) {
        if (leaves.length > 0 && random.below(2) === 0) {
          const index = random.below(leaves.length);
          leaves = leaves.with(index, random.bytes(32));
          tree.set(index, leaves[index] ?? new Uint8Array(0));
        } else {
          const index = random.below(leaves.length + 1);
          const added = Array.from({ length: random.below(20) }, () => random.bytes(32));
          leaves = [...leaves.slice(0, index), ...added];
          tree.replaceFrom(index, added);
        }
        expect(toHex(tree.root)).to.equal(toHex(naiveRoot(leaves)));
        expect(tree.size).to.equal(leaves.length);
      }
      leaves.forEach((leaf, index) => {
        const path = tree.path(index);
        expect(toHex(path)).to.equal(toHex(concatBytes(...naivePath(index, leaves))));
        verifyInclusion(nodeCrypto, { leafHash: leaf, index, size: leaves.length, path, root: tree.root });
      });
    });
    fc.assert(property, { numRuns: runs(200, 5000), seed: testSeed });
  });

  it('has no leaves but its own', () => {
    const tree = new LiveTree(nodeCrypto);
    tree.replaceFrom(0, [new Uint8Array(32)]);
    for (const index of [-1, 1]) {
      expect(() => tree.path(index)).to.throw('the tree has this leaf');
      expect(() => tree.set(index, new Uint8Array(32))).to.throw('the tree has this leaf');
    }
    expect(() => tree.replaceFrom(2, [])).to.throw('leaves follow each other');
  });
});
