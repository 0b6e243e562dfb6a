/** The contract's inclusion check against the tree of `core/commitment`, whose oracle is `naive-merkle.ts`. */
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { getBytes } from 'ethers';
import { describe, it } from 'mocha';
import { Random } from '../support/random.ts';
import { isGateRun, runs, testSeed } from '../support/scale.ts';
import { IDS, refused, START, useConsortium } from './support/consortium.ts';
import {
  CALLERS_TAMPERINGS,
  flip,
  randomProof,
  stepOf,
  TAMPERINGS,
  type Proof,
} from './support/inclusion-proof.ts';

const MIN_LOG2_SIZE = 6;
const MAX_LOG2_SIZE = 12;
const TREES = isGateRun ? 50 : runs(2_000, 100_000);
const TAMPERED = isGateRun ? 10 : runs(50, 5_000);
/** Of a hash's 256 bits, every so manieth is changed. */
const BIT_STEP = isGateRun ? 61 : runs(7, 1);

describe('BatchAnchor: inclusion proofs', () => {
  const world = useConsortium();
  const random = new Random(testSeed);
  const verify = async ({ leafHash, index, log2Size, path, root }: Proof): Promise<boolean> =>
    world.batchAnchor.getFunction('verifyInclusion').staticCall(leafHash, index, log2Size, path, root);
  /** Small trees mostly: a large one has no other kind of step. */
  const randomSize = (): number =>
    MIN_LOG2_SIZE + Math.min(random.below(7), random.below(7), random.below(7));

  it('hold on thousands of random trees, and no tampered one does', async () => {
    for (let n = 0; n < TREES; n++) {
      const proof = randomProof(random, randomSize());
      expect(await verify(proof), JSON.stringify(proof)).to.equal(true);
      const [what, tamper] = random.pick(Object.entries(CALLERS_TAMPERINGS));
      expect(await verify(tamper(proof, random)), `${what}: ${JSON.stringify(proof)}`).to.equal(false);
    }
  }).timeout(runs(60_000, 3_600_000));

  for (const [what, tamper] of Object.entries(CALLERS_TAMPERINGS)) {
    it(`are refused with ${what}`, async () => {
      for (let n = 0; n < TAMPERED; n++) {
        const proof = randomProof(random, randomSize());
        expect(await verify(tamper(proof, random)), JSON.stringify(proof)).to.equal(false);
      }
    }).timeout(runs(20_000, 600_000));
  }

  it('are refused with any one bit changed', async () => {
    const proof = randomProof(random, MAX_LOG2_SIZE);
    for (let bit = 0; bit < 256; bit += BIT_STEP) {
      expect(await verify({ ...proof, leafHash: flip(proof.leafHash, bit) }), `leaf, ${bit}`).to.equal(false);
      expect(await verify({ ...proof, root: flip(proof.root, bit) }), `root, ${bit}`).to.equal(false);
      for (let step = 0; step < MAX_LOG2_SIZE; step++) {
        const path = proof.path.with(step, flip(stepOf(proof, step), bit));
        expect(await verify({ ...proof, path }), `step ${step}, ${bit}`).to.equal(false);
      }
    }
  });

  it('are refused for every other place in the tree', async () => {
    const proof = randomProof(random, MIN_LOG2_SIZE);
    for (let index = 0; index < 2 ** MIN_LOG2_SIZE; index++) {
      expect(await verify({ ...proof, index }), `index ${index}`).to.equal(index === proof.index);
    }
  });

  it('do not exist for trees smaller or larger than a batch', async () => {
    for (const log2Size of [0, 1, 5, 13]) {
      expect(await verify(randomProof(random, log2Size)), `2^${log2Size} leaves`).to.equal(false);
    }
  });

  describe('against what is anchored', () => {
    const LOG2_SIZE = 7;
    const anchor = async (proof: Proof, log2Size = LOG2_SIZE): Promise<Proof> => {
      await world.send('account', world.batchAnchor, 'anchor', proof.root, log2Size, 0, 1);
      return proof;
    };
    const ask = async (
      { leafHash, index, path, root }: Proof,
      issuer: string = IDS.issuer,
    ): Promise<bigint> =>
      world.batchAnchor.getFunction('requireIncluded').staticCall(issuer, root, leafHash, index, path);
    const refusedAsForeign = ({ root, leafHash }: Proof, asked: Promise<bigint>) =>
      refused(asked, world.batchAnchor, 'BatchAnchorNotIncluded', IDS.issuer, root, leafHash);

    it('say when the root was anchored', async () => {
      const proof = await anchor(randomProof(random, LOG2_SIZE));
      await world.at(START + 99n);
      expect(await ask(proof)).to.equal(START);
    });

    it('count for nobody but the issuer that anchored the root', async () => {
      const proof = await anchor(randomProof(random, LOG2_SIZE));
      const other = ask(proof, IDS.otherIssuer);
      await refused(other, world.batchAnchor, 'BatchAnchorNotFound', IDS.otherIssuer, proof.root);
    });

    it('are refused for a root that nobody anchored', async () => {
      const proof = randomProof(random, LOG2_SIZE);
      await refused(ask(proof), world.batchAnchor, 'BatchAnchorNotFound', IDS.issuer, proof.root);
    });

    it('are refused when the root was anchored with another size', async () => {
      const proof = await anchor(randomProof(random, LOG2_SIZE), LOG2_SIZE + 1);
      await refusedAsForeign(proof, ask(proof));
    });

    it('do not take an inner node for a leaf, which a caller who names the size could', async () => {
      const proof = await anchor(randomProof(random, LOG2_SIZE));
      const { index, path, log2Size } = proof;
      const inner = {
        ...proof,
        leafHash: parentOf(proof),
        index: index >> 1,
        path: path.slice(1),
        log2Size: log2Size - 1,
      };
      expect(await verify(inner)).to.equal(true);
      await refusedAsForeign(inner, ask(inner));
    });

    for (const [what, tamper] of Object.entries(TAMPERINGS)) {
      it(`are refused with ${what}`, async () => {
        const tampered = tamper(await anchor(randomProof(random, LOG2_SIZE)), random);
        await refusedAsForeign(tampered, ask(tampered));
      });
    }
  });
});

function parentOf(proof: Proof): string {
  const [self, sibling] = [getBytes(proof.leafHash), getBytes(stepOf(proof, 0))];
  const pair = proof.index % 2 === 0 ? [self, sibling] : [sibling, self];
  const hash = createHash('sha256').update(Uint8Array.of(1));
  for (const part of pair) hash.update(part);
  return `0x${hash.digest('hex')}`;
}
