import { expect } from 'chai';
import { describe, it } from 'mocha';
import { actLeaf, encodeAct } from '../../../core/act/act.ts';
import { readActBatch, type ShownActBatch } from '../../../core/act/batch.ts';
import { toBase64url } from '../../../core/bytes/base64url.ts';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { assembleBatch, MAX_BATCH_LEAVES } from '../../../core/commitment/batch.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { Random } from '../../support/random.ts';
import { specimenAct } from '../../support/specimen-act.ts';
import { expectThrows } from '../../support/throws-code.ts';

const ACTS = [specimenAct(), specimenAct({ legalBasis: 'Another', salt: 'BAECAwQFBgcICQoLDA0ODw' })];

describe('a batch of acts as it is shown to whoever approves it', () => {
  it('gives the acts when they lead to its root', () => {
    expect(readActBatch(nodeCrypto, batchOf())).to.deep.equal(ACTS);
  });

  const changes: Readonly<Record<string, (batch: ShownActBatch) => ShownActBatch>> = {
    'an act is not shown': (batch) => ({ ...batch, acts: batch.acts.slice(1) }),
    'an act is altered': (batch) => ({
      ...batch,
      acts: batch.acts.map((act) => ({
        ...act,
        bytes: toBase64url(encodeAct(specimenAct({ legalBasis: 'X' }))),
      })),
    }),
    'an act stands elsewhere': (batch) => ({
      ...batch,
      acts: batch.acts.map((act) => ({ ...act, position: (act.position + 1) % 64 })),
    }),
    'two acts stand at one place': (batch) => ({
      ...batch,
      acts: batch.acts.map((act) => ({ ...act, position: batch.acts[0]?.position ?? 0 })),
    }),
    'a place lies outside': (batch) => ({
      ...batch,
      acts: batch.acts.map((act) => ({ ...act, position: 64 })),
    }),
    'another seed is said': (batch) => ({ ...batch, seed: toBase64url(new Uint8Array(32)) }),
    'another size is said': (batch) => ({ ...batch, log2Size: 7 }),
    'another root is said': (batch) => ({ ...batch, root: new Uint8Array(32) }),
    'no act is shown': (batch) => ({ ...batch, acts: [] }),
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`is refused when ${what}`, () => {
      expectThrows(() => readActBatch(nodeCrypto, change(batchOf())), 'ACT_BATCH_INVALID');
    });
  }
});

function batchOf(): ShownActBatch {
  const bytes = ACTS.map((act) => encodeAct(act));
  const random = new Random(7);
  const seed = random.bytes(32);
  const { tree, log2Size, positions } = assembleBatch(nodeCrypto, {
    leafHashes: concatBytes(...bytes.map((act) => actLeaf(nodeCrypto, act))),
    seed,
    randomNumbers: Uint32Array.from({ length: MAX_BATCH_LEAVES }, () => random.uint32()),
  });
  const acts = bytes.map((act, i) => ({ bytes: toBase64url(act), position: positions[i] ?? -1 }));
  return { root: tree.root, log2Size, seed: toBase64url(seed), acts };
}
