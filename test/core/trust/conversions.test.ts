import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { fromHex, toHex, type Hex } from '../../../core/bytes/hex.ts';
import { Conversions } from '../../../core/trust/conversions.ts';
import { expectThrows } from '../../support/throws-code.ts';

const DAY = 86_400;
/** The first second of a day. */
const MIDNIGHT = 19_347 * DAY;
const source: Hex = `0x${'11'.repeat(32)}`;
const target: Hex = `0x${'22'.repeat(32)}`;
const account: Hex = `0x${'33'.repeat(20)}`;

function values(name: string): readonly Hex[] {
  return Array.from({ length: 8 }, (_, i) => toHex(createHash('sha256').update(`${name} ${i}`).digest()));
}

function spend(conversions: Conversions, sequence: number, name: string, timeSeconds = MIDNIGHT): void {
  const event = { event: 'NullifiersSpent', source, target, sequence, account } as const;
  expect(conversions.apply({ ...event, nullifiers: values(name) }, timeSeconds)).to.equal(true);
}

function acknowledge(conversions: Conversions, sequence: number, name: string): void {
  const event = { event: 'ConversionsAcknowledged', source, target, sequence, account } as const;
  conversions.apply({ ...event, acknowledgements: values(name) }, MIDNIGHT);
}

function isSpent(conversions: Conversions, name: string, pair = { source, target }): boolean {
  const [first = '0x'] = values(name);
  return conversions.isSpent(pair.source, pair.target, fromHex(first));
}

describe('conversions', () => {
  it('know a nullifier of this pair, and no other', () => {
    const conversions = new Conversions();
    expect(isSpent(conversions, 'a')).to.equal(false);
    spend(conversions, 1, 'a');
    expect(isSpent(conversions, 'a')).to.equal(true);
    expect(isSpent(conversions, 'b')).to.equal(false);
    expect(isSpent(conversions, 'a', { source: target, target: source })).to.equal(false);
  });

  it('know a nullifier for eight days after its own, by the time of the ledger', () => {
    const conversions = new Conversions();
    spend(conversions, 1, 'first', MIDNIGHT - 1);
    spend(conversions, 2, 'second', MIDNIGHT);
    conversions.forgetBefore(MIDNIGHT + 8 * DAY - 1);
    expect([isSpent(conversions, 'first'), isSpent(conversions, 'second')]).to.deep.equal([true, true]);
    conversions.forgetBefore(MIDNIGHT + 8 * DAY);
    expect([isSpent(conversions, 'first'), isSpent(conversions, 'second')]).to.deep.equal([false, true]);
    conversions.forgetBefore(MIDNIGHT + 9 * DAY);
    expect(isSpent(conversions, 'second')).to.equal(false);
    // How far the pair has come is not forgotten.
    expect(conversions.pair(source, target)?.spent).to.include({ sequence: 2, count: 16 });
  });

  it('take no acknowledgement for a nullifier', () => {
    const conversions = new Conversions();
    spend(conversions, 1, 'a');
    acknowledge(conversions, 1, 'b');
    expect(isSpent(conversions, 'b')).to.equal(false);
    const pair = conversions.pair(source, target);
    expect(pair?.spent).to.include({ sequence: 1, count: 8 });
    expect(pair?.acknowledged).to.include({ sequence: 1, count: 8 });
  });

  it('chain the batches of each side by one digest', () => {
    const conversions = new Conversions();
    spend(conversions, 1, 'a');
    spend(conversions, 2, 'b', MIDNIGHT + 1);
    let digest = Buffer.alloc(32);
    for (const [i, name] of ['a', 'b'].entries()) {
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(BigInt(MIDNIGHT + i));
      const batch = createHash('sha256').update(time).update(fromHex(account));
      for (const value of values(name)) batch.update(fromHex(value));
      digest = createHash('sha256').update(digest).update(batch.digest()).digest();
    }
    expect(conversions.pair(source, target)?.spent.digest).to.equal(toHex(digest));
  });

  it('refuse a gap on either side, and an acknowledgement of nothing', () => {
    expectThrows(() => spend(new Conversions(), 2, 'a'), 'LEDGER_STATE_SEQUENCE_GAP');
    expectThrows(() => acknowledge(new Conversions(), 1, 'a'), 'LEDGER_STATE_INCONSISTENT');
    const conversions = new Conversions();
    spend(conversions, 1, 'a');
    expectThrows(() => spend(conversions, 1, 'b'), 'LEDGER_STATE_SEQUENCE_GAP');
    expectThrows(() => acknowledge(conversions, 2, 'a'), 'LEDGER_STATE_SEQUENCE_GAP');
  });

  it('leave every other event alone', () => {
    const conversions = new Conversions();
    expect(conversions.apply({ event: 'IssuerAccepted', issuer: source }, MIDNIGHT)).to.equal(false);
    expect([...conversions.pairs()]).to.deep.equal([]);
  });
});
