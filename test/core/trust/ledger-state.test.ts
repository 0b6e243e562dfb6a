import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Hex, LedgerBlock, LedgerEvent } from '../../../core/trust/ledger-event.ts';
import { LedgerState } from '../../../core/trust/ledger-state.ts';

const issuer = '0xbb';
const word: Hex = `0x${'11'.repeat(32)}`;

function block(number: number, timeSeconds: number, ...events: readonly LedgerEvent[]): LedgerBlock {
  return { number, hash: `0x0${number}`, timeSeconds, events };
}

function status(version: number): LedgerEvent {
  return {
    event: 'StatusPublished',
    issuer,
    version,
    listsRoot: word,
    actsDigest: word,
    nextUpdate: 99,
    account: '0x01',
  };
}

function acts(sequence: number): LedgerEvent {
  const approvers = { firstApprover: '0x01', secondApprover: '0x02' } as const;
  return { event: 'ActsAnchored', issuer, root: word, log2Size: 6, sequence, ...approvers };
}

function batch(sequence: number, batchClass = 1): LedgerEvent {
  return {
    event: 'BatchAnchored',
    issuer,
    root: word,
    log2Size: 6,
    class: batchClass,
    sequence,
    account: '0x01',
  };
}

describe('the state of the ledger', () => {
  it('is nothing before the first block', () => {
    expect(new LedgerState().head).to.deep.equal({ number: -1, hash: '0x', timeSeconds: 0 });
    expect(new LedgerState().version).to.equal(0);
  });

  it('moves its head with every block, and its version with every event', () => {
    const state = new LedgerState();
    state.apply(block(0, 10));
    state.apply(block(3, 10, status(1), batch(1)));
    state.apply(block(9, 20));
    expect(state.head).to.deep.equal({ number: 9, hash: '0x09', timeSeconds: 20 });
    expect(state.version).to.equal(2);
    expect(state.lastChange).to.deep.equal({ number: 3, hash: '0x03', timeSeconds: 10 });
  });

  it('keeps the last status anchor with its time, and counts acts', () => {
    const state = new LedgerState();
    state.apply(block(1, 10, status(1), acts(1), acts(2)));
    state.apply(block(2, 20, status(2)));
    expect(state.statusAnchors.get(issuer)).to.deep.equal({
      issuer,
      version: 2,
      listsRoot: word,
      actsDigest: word,
      nextUpdate: 99,
      timeSeconds: 20,
    });
    expect(state.actSequences.get(issuer)).to.equal(2);
    expect(state.acts.map(({ sequence, timeSeconds }) => [sequence, timeSeconds])).to.deep.equal([
      [1, 10],
      [2, 10],
    ]);
  });

  const refused: readonly (readonly [rule: string, blocks: readonly LedgerBlock[], code: string])[] = [
    ['the same block twice', [block(1, 10), block(1, 10)], 'LEDGER_STATE_OUT_OF_ORDER'],
    ['an earlier block', [block(2, 10), block(1, 10)], 'LEDGER_STATE_OUT_OF_ORDER'],
    ['time that runs back', [block(1, 10), block(2, 9)], 'LEDGER_STATE_OUT_OF_ORDER'],
    ['a batch left out', [block(1, 10, batch(2))], 'LEDGER_STATE_SEQUENCE_GAP'],
    ['a status version left out', [block(1, 10, status(1), status(3))], 'LEDGER_STATE_SEQUENCE_GAP'],
    ['a batch of acts left out', [block(1, 10, acts(2))], 'LEDGER_STATE_SEQUENCE_GAP'],
    ['a batch class that does not exist', [block(1, 10, batch(1, 2))], 'LEDGER_STATE_INCONSISTENT'],
  ];
  for (const [rule, blocks, code] of refused) {
    it(`refuses ${rule}`, () => {
      const state = new LedgerState();
      expect(() => blocks.forEach((each) => state.apply(each)))
        .to.throw()
        .with.property('code', code);
    });
  }
});
