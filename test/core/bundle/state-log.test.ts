import { Buffer } from 'node:buffer';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { coverOf, hiddenHashes, rootFromCover, shownLeaves } from '../../../core/bundle/covered-leaves.ts';
import { memoryHashStore, StateLog, storedPlace } from '../../../core/bundle/state-log.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { leafHash } from '../../../core/commitment/leaf.ts';
import { verifyConsistency, verifyInclusion } from '../../../core/commitment/proof.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { naiveConsistency, naivePath, naiveRoot } from '../../support/naive-merkle.ts';
import { Random } from '../../support/random.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { codeThrownBy, expectThrows } from '../../support/throws-code.ts';

const MOST = 40;
const random = new Random(testSeed);
const data = Array.from({ length: MOST }, () => random.bytes(32));
const hashes = data.map((leaf) => leafHash(nodeCrypto, leaf));

describe('the checkpoint log', () => {
  it('has the roots and proofs of RFC 9162 at every size', () => {
    const log = new StateLog(nodeCrypto);
    for (let size = 0; size <= MOST; size++) {
      const leaves = hashes.slice(0, size);
      expect(log.size).to.equal(size);
      expect(toHex(log.rootAt())).to.equal(toHex(naiveRoot(leaves)));
      for (let i = 0; i < size; i++) {
        expect(log.inclusion(i)).to.deep.equal(concatBytes(...naivePath(i, leaves)));
        expect(log.consistency(i + 1)).to.deep.equal(concatBytes(...naiveConsistency(i + 1, leaves)));
      }
      if (size < MOST) log.append(data[size]!); // there are MOST
    }
  });

  it('still has those of every earlier size', () => {
    const log = grown(MOST);
    for (let size = 1; size <= MOST; size++) {
      const root = log.rootAt(size);
      expect(toHex(root)).to.equal(toHex(naiveRoot(hashes.slice(0, size))));
      const path = log.inclusion(size - 1, size);
      verifyInclusion(nodeCrypto, { leafHash: hashes[size - 1]!, index: size - 1, size, path, root }); // size <= MOST
      for (let size1 = 1; size1 <= size; size1++) {
        const proof = { size1, size2: size, root1: log.rootAt(size1), root2: root };
        verifyConsistency(nodeCrypto, { ...proof, path: log.consistency(size1, size) });
      }
    }
  });

  it('has proofs that hold as Node reads them from a file, too', () => {
    const log = grown(14);
    const path = Buffer.from(log.consistency(13));
    const [root1, root2] = [Buffer.from(log.rootAt(13)), Buffer.from(log.rootAt(14))];
    verifyConsistency(nodeCrypto, { size1: 13, size2: 14, root1, root2, path });
    const leaf = Buffer.from(hashes[2] ?? new Uint8Array(32));
    const before = toHex(leaf);
    verifyInclusion(nodeCrypto, {
      leafHash: leaf,
      index: 2,
      size: 14,
      path: Buffer.from(log.inclusion(2)),
      root: root2,
    });
    expect(toHex(leaf)).to.equal(before);
  });

  it('is what its hashes are: another log over them goes on', () => {
    const store = memoryHashStore();
    const log = grown(13, store);
    const again = new StateLog(nodeCrypto, store);
    expect(again.size).to.equal(13);
    again.append(data[13]!); // there are MOST
    expect(toHex(again.rootAt())).to.equal(toHex(naiveRoot(hashes.slice(0, 14))));
    expect(toHex(log.rootAt(13))).to.equal(toHex(naiveRoot(hashes.slice(0, 13))));
  });

  it('appends leaf and nodes to one list, each at the place that its number and height say', () => {
    expect([0, 1, 2, 3, 4].map((leaf) => storedPlace(leaf, 0))).to.deep.equal([0, 1, 3, 4, 7]);
    expect([storedPlace(0, 1), storedPlace(1, 1), storedPlace(0, 2)]).to.deep.equal([2, 5, 6]);
  });

  it('refuses a store that ends within a leaf', () => {
    const store = memoryHashStore();
    store.append([new Uint8Array(32), new Uint8Array(32)]);
    expectThrows(() => new StateLog(nodeCrypto, store), 'INVARIANT');
  });
});

describe('one proof for many leaves', () => {
  const rootOf = (from: number, to: number): Uint8Array => naiveRoot(hashes.slice(from, to));
  const trees = fc.integer({ min: 1, max: MOST }).chain((size) =>
    fc.record({
      size: fc.constant(size),
      shown: fc.array(fc.boolean(), { minLength: size, maxLength: size }),
    }),
  );

  it('leads to the root of RFC 9162, whichever leaves it shows', () => {
    const property = fc.property(trees, ({ size, shown }) => {
      const cover = coverOf(size, (index) => shown[index] === true);
      const indices = shownLeaves(cover);
      expect(indices).to.deep.equal(shown.flatMap((isShown, i) => (isShown ? [i] : [])));
      const leaves = indices.map((index) => hashes[index]!); // below MOST
      const hidden = hiddenHashes(cover, rootOf);
      const root = rootFromCover(nodeCrypto, cover, { leaves, hidden });
      expect(toHex(root)).to.equal(toHex(naiveRoot(hashes.slice(0, size))));
    });
    fc.assert(property, { numRuns: runs(200, 5000), seed: testSeed });
  });

  it('leads elsewhere, or nowhere, when anything in it is changed', () => {
    const property = fc.property(trees, fc.nat(), ({ size, shown }, n) => {
      const cover = coverOf(size, (index) => shown[index] === true);
      const leaves = shownLeaves(cover).map((index) => hashes[index]!); // below MOST
      const hidden = hiddenHashes(cover, rootOf);
      const root = toHex(naiveRoot(hashes.slice(0, size)));
      const isWrong = (
        change: Partial<{ cover: typeof cover; leaves: typeof leaves; hidden: Uint8Array }>,
      ): boolean => {
        const changed = { cover, leaves, hidden, ...change };
        let other: string | undefined;
        const code = codeThrownBy(() => (other = toHex(rootFromCover(nodeCrypto, changed.cover, changed))));
        return code === 'BUNDLE_PROOF_WRONG' || other !== root;
      };
      expect(isWrong({ hidden: concatBytes(hidden, new Uint8Array(32)) })).to.equal(true);
      if (hidden.length > 0) {
        expect(isWrong({ hidden: hidden.subarray(32) })).to.equal(true);
        const at = n % hidden.length;
        expect(isWrong({ hidden: hidden.with(at, (hidden[at] ?? 0) ^ 1) })).to.equal(true);
      }
      if (leaves.length > 0) {
        expect(isWrong({ leaves: leaves.slice(1) })).to.equal(true);
        expect(isWrong({ leaves: leaves.with(n % leaves.length, new Uint8Array(32)) })).to.equal(true);
        if (leaves.length > 1) expect(isWrong({ leaves: leaves.toReversed() })).to.equal(true);
        expect(isWrong({ cover: { ...cover, runs: [] } })).to.equal(true);
      }
    });
    fc.assert(property, { numRuns: runs(200, 5000), seed: testSeed });
  });
});

function grown(size: number, store = memoryHashStore()): StateLog {
  const log = new StateLog(nodeCrypto, store);
  for (const leaf of data.slice(0, size)) log.append(leaf);
  return log;
}
