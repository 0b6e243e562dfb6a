import { createHash } from 'node:crypto';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { toHex, type Hex } from '../../../core/bytes/hex.ts';
import type { Crypto } from '../../../core/crypto.ts';
import { checkpointLeaf } from '../../../core/trust/checkpoint-leaf.ts';
import type { LedgerBlock, LedgerEvent } from '../../../core/trust/ledger-event.ts';
import { LedgerState, type Head } from '../../../core/trust/ledger-state.ts';
import { verifySection } from '../../../core/trust/sections.ts';
import { sectionsOf, StateRoot } from '../../../core/trust/state-root.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { EVERY_EVENT } from '../../support/every-event.ts';
import { naiveSections, naiveStateRoot } from '../../support/naive-state-root.ts';
import { Random } from '../../support/random.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { expectThrows } from '../../support/throws-code.ts';

const START = 1_671_580_800;
const ISSUERS: readonly Hex[] = ['a', 'b', 'c'].map((digit): Hex => `0x${digit.repeat(64)}`);

function stateOf(blocks: readonly LedgerBlock[]): LedgerState {
  const state = new LedgerState();
  for (const block of blocks) state.apply(block);
  return state;
}

function rootOf(blocks: readonly LedgerBlock[]): Hex {
  return toHex(new StateRoot(nodeCrypto, stateOf(blocks)).root());
}

function block(number: number, timeSeconds: number, events: readonly LedgerEvent[]): LedgerBlock {
  return { number, hash: `0x${number.toString(16).padStart(64, '0')}`, timeSeconds, events };
}

/** Every event, each in a block of its own. */
function everyBlock(): readonly LedgerBlock[] {
  return EVERY_EVENT.map((event, i) => block(i + 1, START + i, [event]));
}

/** Blocks of anchors, status versions, acts, policies and conversions of three issuers over several days. */
function randomBlocks(seed: number, count: number): readonly LedgerBlock[] {
  const random = new Random(seed);
  const counted = new Map<string, number>();
  const next = (key: string): number => {
    const number = (counted.get(key) ?? 0) + 1;
    counted.set(key, number);
    return number;
  };
  const word = (): Hex => toHex(random.bytes(32));
  const address = (): Hex => toHex(random.bytes(20));
  const makers: readonly ((issuer: Hex) => LedgerEvent)[] = [
    (issuer) => ({
      event: 'BatchAnchored',
      issuer,
      root: word(),
      log2Size: 6 + random.below(7),
      class: random.below(2),
      sequence: next(`batch ${issuer}`),
      account: `0x${issuer.slice(2, 4).repeat(20)}`,
    }),
    (issuer) => ({
      event: 'StatusPublished',
      issuer,
      version: next(`status ${issuer}`),
      listsRoot: word(),
      actsDigest: word(),
      nextUpdate: START + random.below(1_000_000),
      account: address(),
    }),
    (issuer) => ({
      event: 'ActsAnchored',
      issuer,
      root: word(),
      log2Size: 6,
      sequence: next(`acts ${issuer}`),
      firstApprover: address(),
      secondApprover: address(),
    }),
    () => ({ event: 'Predecessor', chainId: 5n, genesis: word(), finalCheckpoint: word() }),
    (authority) => ({
      event: 'PolicyPublished',
      authority,
      policy: authority,
      version: next(`policy ${authority}`),
      digest: word(),
      effectiveFrom: START + random.below(1_000_000),
    }),
    (source) => ({
      event: 'NullifiersSpent',
      source,
      target: ISSUERS[0] ?? '0x',
      sequence: next(`spent ${source}`),
      nullifiers: Array.from({ length: 8 }, word),
      account: address(),
    }),
    (source) => {
      const isSpent = counted.has(`spent ${source}`);
      const pair = { source, target: ISSUERS[0] ?? '0x', account: address() } as const;
      const values = Array.from({ length: 16 }, word);
      return isSpent
        ? {
            event: 'ConversionsAcknowledged',
            ...pair,
            sequence: next(`acknowledged ${source}`),
            acknowledgements: values,
          }
        : { event: 'NullifiersSpent', ...pair, sequence: next(`spent ${source}`), nullifiers: values };
    },
  ];
  return Array.from({ length: count }, (_, i) => {
    const events = Array.from({ length: random.below(4) }, () => random.pick(makers)(random.pick(ISSUERS)));
    return block(i + 1, START + i * 9_000, events);
  });
}

describe('the state root', () => {
  it('of nothing is the root of no leaves', () => {
    expect(rootOf([])).to.equal('0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('of a history with every event is what its definition says, and stays so', () => {
    const root = rootOf(everyBlock());
    expect(root).to.equal(toHex(naiveStateRoot(everyBlock())));
    // The bytes are public: whatever changes this number breaks every checkpoint that was ever signed.
    expect(root).to.equal('0xb49fd07e2da275950a1ad968ce7cc37e6349578395232af69581bac9278e74e1');
  });

  it('of a ledger without policies and conversions is what it was before there were any', () => {
    const first = EVERY_EVENT.findIndex(({ event }) => event === 'PolicyPublished');
    expect(rootOf(everyBlock().slice(0, first))).to.equal(
      '0xb97d1161079c2de6287a87105e1d50e62fc6a504e54a7ca2c1b3f68129d9b8cb',
    );
  });

  it('is the same as its definition at every block, however rarely it is asked for', () => {
    const property = fc.property(fc.nat(), fc.integer({ min: 1, max: 30 }), (seed, step) => {
      const blocks = randomBlocks(seed, 30);
      const state = new LedgerState();
      const live = new StateRoot(nodeCrypto, state);
      blocks.forEach((each, i) => {
        state.apply(each);
        if (i % step === 0) expect(live.root()).to.deep.equal(naiveStateRoot(blocks.slice(0, i + 1)));
      });
      expect(live.root()).to.deep.equal(naiveStateRoot(blocks));
    });
    fc.assert(property, { numRuns: runs(30, 1000), seed: testSeed });
  });

  it('catches up step by step, as many roots at a time as it is told', () => {
    const anchors = manyAnchors(2500);
    const live = new StateRoot(nodeCrypto, stateOf(anchors));
    const steps = [1, 1023, 1025, 400, 400].map((most) => live.advance(most));
    expect(steps).to.deep.equal([false, false, false, false, true]);
    expect(live.root()).to.deep.equal(naiveStateRoot(anchors));
    expect(live.advance(1)).to.equal(true);
  });

  it('has the sections that its definition says, over the borders of parts and days', () => {
    const anchors = manyAnchors(3500);
    const expected = naiveSections(anchors);
    // Four of whole roots, and the same of roots cut for devices.
    expect(expected.size).to.equal(8);
    const sections = sectionsOf(stateOf(anchors));
    expect([...sections.keys()]).to.deep.equal([...expected.keys()].toSorted());
    for (const [name, bytes] of sections) expect(toHex(bytes)).to.equal(toHex(expected.get(name) ?? bytes));
    expect(rootOf(anchors)).to.equal(toHex(naiveStateRoot(anchors)));
  });

  it('depends on every event and on its time', () => {
    const whole = rootOf(everyBlock());
    const seen = new Set([whole]);
    EVERY_EVENT.forEach((_, i) => {
      const later = everyBlock().map((each, j) =>
        j < i ? each : { ...each, timeSeconds: each.timeSeconds + 1 },
      );
      seen.add(rootOf(later));
      seen.add(rootOf(everyBlock().slice(0, i)));
    });
    expect(seen.size).to.equal(1 + 2 * EVERY_EVENT.length);
  });

  it('does not depend on the numbers and hashes of blocks, nor on blocks without events', () => {
    const elsewhere = everyBlock().flatMap(({ timeSeconds, events }, i) => [
      block(1000 + 3 * i, timeSeconds, []),
      block(1001 + 3 * i, timeSeconds, events),
    ]);
    expect(rootOf(elsewhere)).to.equal(rootOf(everyBlock()));
  });

  it('does not depend on the order in which issuers came first', () => {
    const own = ISSUERS.map((issuer) => anchorOf(issuer, 1));
    const forwards = [block(1, START, own)];
    const backwards = [block(1, START, own.toReversed())];
    expect(rootOf(backwards)).to.equal(rootOf(forwards));
  });

  it('hashes only what has changed', () => {
    const state = stateOf(manyAnchors(20_000));
    let hashed = 0;
    const counting: Crypto = {
      ...nodeCrypto,
      sha256: (data) => (hashed++, nodeCrypto.sha256(data)),
      sha256Into: (data, target, offset) => (hashed++, nodeCrypto.sha256Into(data, target, offset)),
    };
    const live = new StateRoot(counting, state);
    live.root();
    const sections = live.names().length;
    expect(sections).to.be.at.least(20);
    hashed = 0;
    live.root();
    expect(hashed).to.equal(0);
    state.apply(block(99_999, state.head.timeSeconds, [anchorOf(ISSUERS[0] ?? '0x', 20_001)]));
    live.root();
    // The section of whole roots, and the one of cut roots.
    expect(hashed).to.be.at.most(2 * (2 + Math.ceil(Math.log2(sections))));
  });

  describe('proves a section', () => {
    const blocks = randomBlocks(testSeed, 60);
    const state = stateOf(blocks);
    const live = new StateRoot(nodeCrypto, state);
    const root = live.root();
    const sections = sectionsOf(state);

    it('each of them, with its own bytes and under its own name only', () => {
      expect(live.names()).to.deep.equal([...sections.keys()]);
      const names = live.names();
      names.forEach((name, i) => {
        const proof = live.prove(name);
        const bytes = sections.get(name);
        if (proof === undefined || bytes === undefined) throw new Error('every section is there');
        verifySection(nodeCrypto, proof, { bytes, root });
        const other = names[(i + 1) % names.length] ?? '';
        const wrong = [
          () => verifySection(nodeCrypto, { ...proof, name: other }, { bytes, root }),
          () => verifySection(nodeCrypto, proof, { bytes: bytes.subarray(1), root }),
          () => verifySection(nodeCrypto, proof, { bytes: sections.get(other) ?? bytes, root }),
          () => verifySection(nodeCrypto, proof, { bytes, root: root.with(0, (root[0] ?? 0) ^ 1) }),
        ];
        for (const attempt of wrong) expectThrows(attempt, 'PROOF_ROOT_MISMATCH');
        if (proof.size === 1) throw new Error('there are several sections');
        expectThrows(
          () => verifySection(nodeCrypto, { ...proof, path: proof.path.subarray(32) }, { bytes, root }),
          'PROOF_LENGTH_WRONG',
        );
      });
    });

    it('and none that is not there', () => {
      for (const name of [
        '',
        'policies',
        'policies/00000001',
        'conversions',
        'trust',
        'trust/00000001',
        'zzz',
      ]) {
        expect(live.prove(name)).to.equal(undefined);
      }
    });
  });

  it('leaves the sections that are there as they are when another one is added', () => {
    const before = new StateRoot(nodeCrypto, stateOf(everyBlock()));
    const more = [...everyBlock(), block(999, START + 999, [anchorOf(ISSUERS[1] ?? '0x', 1)])];
    const after = new StateRoot(nodeCrypto, stateOf(more));
    expect(after.names().length).to.equal(before.names().length + 2); // whole and cut roots
    for (const name of before.names()) expect(after.digestOf(name)).to.deep.equal(before.digestOf(name));
  });
});

describe('a leaf of the checkpoint log', () => {
  const head: Head = { number: 258, hash: `0x${'11'.repeat(32)}`, timeSeconds: START };
  const stateRoot = new Uint8Array(32).fill(0x22);

  it('is the hash of domain, number, block hash, time and state root', () => {
    const bytes = `${Buffer.from('hcl/state/1\0').toString('hex')}0000000000000102${'11'.repeat(32)}0000000063a24c80${'22'.repeat(32)}`;
    const expected = createHash('sha256').update(Buffer.from(bytes, 'hex')).digest('hex');
    expect(toHex(checkpointLeaf(nodeCrypto, head, stateRoot))).to.equal(`0x${expected}`);
    expect(expected).to.equal('60899b36460cfe384a63ed04b29f39972436ef0cafdf65980cdf1dcb53a815f8');
  });

  it('depends on each of them', () => {
    const leaves = [
      checkpointLeaf(nodeCrypto, head, stateRoot),
      checkpointLeaf(nodeCrypto, { ...head, number: 259 }, stateRoot),
      checkpointLeaf(nodeCrypto, { ...head, hash: `0x${'12'.repeat(32)}` }, stateRoot),
      checkpointLeaf(nodeCrypto, { ...head, timeSeconds: START + 1 }, stateRoot),
      checkpointLeaf(nodeCrypto, head, stateRoot.with(31, 0)),
    ];
    expect(new Set(leaves.map(toHex)).size).to.equal(leaves.length);
  });
});

function anchorOf(issuer: Hex, sequence: number): LedgerEvent {
  const root: Hex = `0x${issuer.slice(2, 4)}${sequence.toString(16).padStart(62, '0')}`;
  const account: Hex = `0x${'77'.repeat(20)}`;
  return { event: 'BatchAnchored', issuer, root, log2Size: 12, class: 0, sequence, account };
}

/** Anchors of one issuer, a thousand a block, a block every eight hours from noon on. */
function manyAnchors(count: number): readonly LedgerBlock[] {
  const issuer = ISSUERS[0] ?? '0x';
  return Array.from({ length: Math.ceil(count / 1000) }, (_, i) => {
    const size = Math.min(1000, count - 1000 * i);
    const events = Array.from({ length: size }, (_, j) => anchorOf(issuer, 1000 * i + j + 1));
    return block(i + 1, START + 86_400 / 2 + i * 28_800, events);
  });
}
