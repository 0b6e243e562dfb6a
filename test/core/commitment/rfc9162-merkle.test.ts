import { Buffer } from 'node:buffer';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { leafHash } from '../../../core/commitment/leaf.ts';
import { buildTree, merkleRoot } from '../../../core/commitment/merkle.ts';
import {
  batchRootFromPath,
  rootFromPath,
  verifyConsistency,
  verifyInclusion,
} from '../../../core/commitment/proof.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { naiveConsistency, naivePath, naiveRoot } from '../../support/naive-merkle.ts';
import { Random } from '../../support/random.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { codeThrownBy, expectThrows } from '../../support/throws-code.ts';

const MAX_LEAVES = 70;
const random = new Random(testSeed);
const allLeaves = Array.from({ length: MAX_LEAVES }, () => random.bytes(32));

/** The first `size` leaves. */
function leavesOf(size: number): readonly Uint8Array[] {
  return allLeaves.slice(0, size);
}

/** A tree size and a leaf in it. */
const place = fc
  .integer({ min: 1, max: MAX_LEAVES })
  .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));

describe('Merkle trees (RFC 9162)', () => {
  it('§2.1.1: the root of no leaves is SHA-256 of nothing', () => {
    expect(toHex(merkleRoot(nodeCrypto, new Uint8Array(0)))).to.equal(
      '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it('gives the root of the eight leaves of certificate transparency’s reference tests', () => {
    // The same tree as `inclusion/1` of the corpus below.
    const inputs = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ];
    const leaves = inputs.map((hex) => leafHash(nodeCrypto, new Uint8Array(Buffer.from(hex, 'hex'))));
    expect(toHex(merkleRoot(nodeCrypto, concatBytes(...leaves)))).to.equal(
      '0x5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    );
  });

  it('a leaf hash and a node hash of the same bytes differ', () => {
    const [left, right] = [random.bytes(32), random.bytes(32)];
    const node = merkleRoot(nodeCrypto, concatBytes(left, right));
    expect(leafHash(nodeCrypto, concatBytes(left, right))).to.not.deep.equal(node);
  });

  it('roots are those of the definition, for every size', () => {
    for (let size = 1; size <= MAX_LEAVES; size++) {
      const leaves = leavesOf(size);
      expect(merkleRoot(nodeCrypto, concatBytes(...leaves)), String(size)).to.deep.equal(naiveRoot(leaves));
    }
  });

  it('paths are those of the definition, and lead to the root', () => {
    fc.assert(
      fc.property(place, ([size, index]) => {
        const leaves = leavesOf(size);
        const tree = buildTree(nodeCrypto, concatBytes(...leaves));
        const path = tree.path(index);
        expect(path).to.deep.equal(concatBytes(...naivePath(index, leaves)));
        verifyInclusion(nodeCrypto, { leafHash: leaves[index]!, index, size, path, root: tree.root });
      }),
      { numRuns: runs(150, 3000) },
    );
  });

  it('the form for batches gives the same root as the general one', () => {
    fc.assert(
      fc.property(fc.nat(12), fc.nat(), (steps, position) => {
        const index = position % 2 ** steps;
        const path = random.bytes(32 * steps);
        const leaf = random.bytes(32);
        const expected = rootFromPath(nodeCrypto, { leafHash: leaf, index, size: 2 ** steps, path });
        expect(batchRootFromPath(nodeCrypto, { leafHash: leaf, index, path })).to.deep.equal(expected);
      }),
    );
  });

  it('a path proves no other leaf, no other place and no other size', () => {
    fc.assert(
      fc.property(place, fc.nat(MAX_LEAVES), fc.nat(MAX_LEAVES), ([size, index], otherIndex, otherSize) => {
        const leaves = leavesOf(size);
        const tree = buildTree(nodeCrypto, concatBytes(...leaves));
        const proof = { leafHash: leaves[index]!, index, size, path: tree.path(index), root: tree.root };
        const codeOf = (change: Partial<typeof proof>): string | undefined =>
          codeThrownBy(() => verifyInclusion(nodeCrypto, { ...proof, ...change }));
        const refusals = ['PROOF_INDEX_OUT_OF_RANGE', 'PROOF_LENGTH_WRONG', 'PROOF_ROOT_MISMATCH'];
        if (otherIndex !== index) expect(codeOf({ index: otherIndex })).to.be.oneOf(refusals);
        if (otherIndex !== index && otherIndex < size) {
          expect(codeOf({ leafHash: leaves[otherIndex]! })).to.equal('PROOF_ROOT_MISMATCH');
        }
        expect(codeOf({ path: concatBytes(proof.path, tree.root) })).to.equal('PROOF_LENGTH_WRONG');
        if (size > 1) expect(codeOf({ path: proof.path.slice(32) })).to.equal('PROOF_LENGTH_WRONG');
        // Another size may need the same hashes for this leaf; what it may not do is prove another tree's root.
        const other = naiveRoot(leavesOf(otherSize));
        if (otherSize !== size) expect(codeOf({ size: otherSize, root: other })).to.be.oneOf(refusals);
      }),
      { numRuns: runs(150, 3000) },
    );
  });

  it('a tree that grew is consistent with what it was, and with nothing else', () => {
    fc.assert(
      fc.property(place, ([size2, before]) => {
        const size1 = before + 1;
        const leaves = leavesOf(size2);
        const proof = {
          size1,
          size2,
          root1: naiveRoot(leaves.slice(0, size1)),
          root2: naiveRoot(leaves),
          path: concatBytes(...naiveConsistency(size1, leaves)),
        };
        verifyConsistency(nodeCrypto, proof);
        const codeOf = (change: Partial<typeof proof>): string | undefined =>
          codeThrownBy(() => verifyConsistency(nodeCrypto, { ...proof, ...change }));
        expect(codeOf({ root1: allLeaves[0]!.map((byte) => byte ^ 1) })).to.equal('PROOF_ROOT_MISMATCH');
        expect(codeOf({ root2: allLeaves[0]!.map((byte) => byte ^ 1) })).to.equal('PROOF_ROOT_MISMATCH');
        expect(codeOf({ path: concatBytes(proof.path, proof.root1) })).to.equal('PROOF_LENGTH_WRONG');
        if (size1 < size2) expect(codeOf({ path: proof.path.slice(32) })).to.equal('PROOF_LENGTH_WRONG');
        expect(codeOf({ size1: 0 })).to.equal('PROOF_INDEX_OUT_OF_RANGE');
        expect(codeOf({ size1: size2 + 1 })).to.equal('PROOF_INDEX_OUT_OF_RANGE');
      }),
      { numRuns: runs(150, 3000) },
    );
  });

  const leaf = allLeaves[0]!;
  const refused: readonly (readonly [why: string, run: () => unknown, code: string])[] = [
    ['a tree of no leaves', () => buildTree(nodeCrypto, new Uint8Array(0)), 'MERKLE_INPUT_INVALID'],
    ['a broken leaf hash', () => buildTree(nodeCrypto, new Uint8Array(33)), 'MERKLE_INPUT_INVALID'],
    [
      'the path of a leaf past the end',
      () => buildTree(nodeCrypto, leaf).path(1),
      'PROOF_INDEX_OUT_OF_RANGE',
    ],
    ['the path of leaf -1', () => buildTree(nodeCrypto, leaf).path(-1), 'PROOF_INDEX_OUT_OF_RANGE'],
    ['the path of leaf 0.5', () => buildTree(nodeCrypto, leaf).path(0.5), 'PROOF_INDEX_OUT_OF_RANGE'],
    [
      'an index that the path of a batch cannot have',
      () => batchRootFromPath(nodeCrypto, { leafHash: leaf, index: 2, path: leaf }),
      'PROOF_INDEX_OUT_OF_RANGE',
    ],
    [
      'a broken hash in the path of a batch',
      () => batchRootFromPath(nodeCrypto, { leafHash: leaf, index: 0, path: leaf.slice(1) }),
      'PROOF_LENGTH_WRONG',
    ],
    [
      'a leaf hash that is too short',
      () => batchRootFromPath(nodeCrypto, { leafHash: leaf.slice(1), index: 0, path: leaf }),
      'PROOF_LENGTH_WRONG',
    ],
  ];
  for (const [why, run, code] of refused) it(`refuses ${why}`, () => expectThrows(run, code));

  describeCorpus('merkle-rfc6962', (folder) => {
    const testdata = join(folder, 'testdata');
    for (const file of jsonFiles(join(testdata, 'inclusion'))) {
      const { leafIdx, treeSize, leafHash: leaf, root, proof, wantErr, desc } = read(file);
      it(`inclusion: ${wantErr ? 'refuses' : 'accepts'} ${desc}`, () => {
        const run = (): void =>
          verifyInclusion(nodeCrypto, {
            leafHash: fromBase64(leaf),
            index: BigInt(leafIdx),
            size: BigInt(treeSize),
            path: flatPath(proof),
            root: fromBase64(root),
          });
        expect(codeThrownBy(run) !== undefined).to.equal(wantErr);
      });
    }
    for (const file of jsonFiles(join(testdata, 'consistency'))) {
      const { size1, size2, root1, root2, proof, wantErr, desc } = read(file);
      it(`consistency: ${wantErr ? 'refuses' : 'accepts'} ${desc}`, () => {
        const run = (): void =>
          verifyConsistency(nodeCrypto, {
            size1: BigInt(size1),
            size2: BigInt(size2),
            root1: fromBase64(root1),
            root2: fromBase64(root2),
            path: flatPath(proof),
          });
        expect(codeThrownBy(run) !== undefined).to.equal(wantErr);
      });
    }
  });
});

describe('leaf hash', () => {
  it('is SHA-256 of a zero byte and the data', () => {
    const data = toUtf8('leaf');
    expect(leafHash(nodeCrypto, data)).to.deep.equal(nodeCrypto.sha256(concatBytes(Uint8Array.of(0), data)));
  });
});

interface Vector {
  readonly desc: string;
  readonly wantErr: boolean;
  readonly proof: readonly string[] | null;
  readonly leafIdx: string;
  readonly treeSize: string;
  readonly leafHash: string;
  readonly root: string;
  readonly size1: string;
  readonly size2: string;
  readonly root1: string;
  readonly root2: string;
}

/** Numbers go up to 2^64: they are quoted before JSON.parse can round them. */
function read(file: string): Vector {
  const text = readFileSync(file, 'utf8').replace(/(": )(\d+)/g, '$1"$2"');
  return JSON.parse(text) as Vector;
}

function jsonFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name));
}

/** A flat path cannot hold a hash that is not 32 bytes; a vector with one becomes a path that is broken likewise. */
function flatPath(proof: Vector['proof']): Uint8Array {
  const hashes = (proof ?? []).map(fromBase64);
  return hashes.every((hash) => hash.length === 32) ? concatBytes(...hashes) : new Uint8Array(31);
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
