import { describe, it } from 'mocha';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { fromHex, toHex, type Hex } from '../../../core/bytes/hex.ts';
import { LedgerStateError } from '../../../core/trust/errors.ts';
import { RootIndex, type RootAnchor } from '../../../core/trust/root-index.ts';
import { Random } from '../../support/random.ts';
import { runs, testSeed } from '../../support/scale.ts';

const issuers: readonly Hex[] = ['0x01', '0x02', '0x03'];
const random = new Random(testSeed);

/** `count` anchors of random roots; now and then a second issuer anchors the same one. */
function makeAnchors(count: number): readonly RootAnchor[] {
  const sequences = new Map<Hex, number>();
  const anchors: RootAnchor[] = [];
  for (let i = 0; i < count; i++) {
    const last = anchors.at(-1);
    const isShared = last !== undefined && random.below(50) === 0;
    const issuer = isShared ? random.pick(issuers.filter((id) => id !== last.issuer)) : random.pick(issuers);
    const sequence = (sequences.get(issuer) ?? 0) + 1;
    sequences.set(issuer, sequence);
    anchors.push({
      root: isShared ? last.root : toHex(random.bytes(32)),
      issuer,
      account: `0x${issuer.slice(2)}${random.below(3)}0` as Hex,
      timeSeconds: 1_671_580_800 + i,
      log2Size: 6 + random.below(7),
      class: random.pick(['short', 'long'] as const),
      sequence,
    });
  }
  return anchors;
}

function indexOf(anchors: Iterable<RootAnchor>): RootIndex {
  const index = new RootIndex();
  for (const anchor of anchors) index.add(anchor);
  return index;
}

function codeOf(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof LedgerStateError ? error.code : 'another error';
  }
}

describe('the index of anchored roots', () => {
  it('gives every anchor back, by root and in ledger order, over page and table borders', () => {
    const anchors = makeAnchors(20_000);
    const index = indexOf(anchors);
    expect(index.size).to.equal(anchors.length);
    expect([...index.anchors()]).to.deep.equal(anchors);
    const byRoot = Map.groupBy(anchors, ({ root }) => root);
    for (const [root, expected] of byRoot) {
      expect(index.find(fromHex(root))).to.deep.equal(expected.map(({ root: _root, ...anchor }) => anchor));
    }
    for (const issuer of issuers) {
      expect(index.lastSequenceOf(issuer)).to.equal(
        anchors.filter((anchor) => anchor.issuer === issuer).length,
      );
    }
  });

  it('finds nothing that was not anchored, however close', () => {
    const anchors = makeAnchors(300);
    const index = indexOf(anchors);
    expect(index.find(new Uint8Array(32))).to.deep.equal([]);
    fc.assert(
      fc.property(fc.nat(299), fc.nat(255), (i, bit) => {
        const root = fromHex(anchors[i]?.root ?? '0x');
        const byte = bit >> 3;
        expect(index.find(root.with(byte, (root[byte] ?? 0) ^ (1 << (bit & 7))))).to.deep.equal([]);
      }),
      { numRuns: runs(300, 5000), seed: testSeed },
    );
  });

  it('holds roots that begin alike, which an issuer can make on purpose', () => {
    const alike = Array.from({ length: 500 }, (_, i) => {
      const root = new Uint8Array(32).fill(0xff, 0, 4);
      new DataView(root.buffer).setUint32(28, i);
      return { ...makeAnchors(1)[0], root: toHex(root), issuer: '0x01', sequence: i + 1 } as RootAnchor;
    });
    const index = indexOf(alike);
    for (const { root, sequence } of alike) expect(index.find(fromHex(root))[0]?.sequence).to.equal(sequence);
  });

  it('takes at most 48 bytes a root, and one more for a thousand issuers', () => {
    // 300,000 is just below a growth of the table, 370,000 just above one.
    for (const { count, issuers, bytes } of [
      { count: 300_000, issuers: 1, bytes: 48 },
      { count: 370_000, issuers: 1, bytes: 48 },
      { count: 370_000, issuers: 1000, bytes: 49 },
    ]) {
      const index = new RootIndex();
      const root = new Uint8Array(32);
      for (let i = 0; i < count; i++) {
        new DataView(root.buffer).setUint32(0, random.uint32());
        index.add({
          root: toHex(root),
          issuer: `0x${i % issuers}`,
          account: '0x02',
          timeSeconds: i,
          log2Size: 12,
          class: 'long',
          sequence: Math.floor(i / issuers) + 1,
        });
      }
      expect(index.byteLength / index.size).to.be.at.most(bytes);
      const last = { issuer: `0x${(count - 1) % issuers}`, sequence: Math.floor((count - 1) / issuers) + 1 };
      expect(index.anchorAt(count - 1)).to.include(last);
    }
  });

  it('refuses a gap in the batches of an issuer', () => {
    const [first] = makeAnchors(1);
    if (first === undefined) throw new Error('one anchor was asked for');
    const index = indexOf([first]);
    expect(codeOf(() => index.add(first))).to.equal('LEDGER_STATE_SEQUENCE_GAP');
    expect(codeOf(() => index.add({ ...first, sequence: 3 }))).to.equal('LEDGER_STATE_SEQUENCE_GAP');
    expect(index.size).to.equal(1);
  });

  it('refuses what the contract refuses', () => {
    const [first] = makeAnchors(1);
    if (first === undefined) throw new Error('one anchor was asked for');
    const bad: readonly Partial<RootAnchor>[] = [
      { log2Size: 5 },
      { log2Size: 13 },
      { root: '0x00' },
      { timeSeconds: -1 },
      { timeSeconds: 2 ** 32 },
    ];
    for (const change of bad) {
      expect(codeOf(() => new RootIndex().add({ ...first, ...change }))).to.equal(
        'LEDGER_STATE_INCONSISTENT',
      );
    }
  });
});
