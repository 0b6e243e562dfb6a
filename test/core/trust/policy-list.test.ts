import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Hex } from '../../../core/trust/ledger-event.ts';
import { PolicyList, type PolicyEvent, type PolicyVersion } from '../../../core/trust/policy-list.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { expectThrows } from '../../support/throws-code.ts';

const authority: Hex = `0x${'11'.repeat(32)}`;
const other: Hex = `0x${'22'.repeat(32)}`;
const policy: Hex = `0x${'33'.repeat(32)}`;

function digestOf(version: number): Hex {
  return `0x${version.toString(16).padStart(64, '0')}`;
}

function published(version: number, effectiveFrom: number): PolicyEvent {
  return { event: 'PolicyPublished', authority, policy, version, digest: digestOf(version), effectiveFrom };
}

function withdrawn(version: number, effectiveFrom: number): PolicyEvent {
  return { event: 'PolicyWithdrawn', authority, policy, version, effectiveFrom };
}

function expedited(version: number): PolicyEvent {
  return { event: 'PolicyExpedited', authority, policy, version };
}

/** Events at second 10, 11, … */
function listOf(...events: readonly PolicyEvent[]): PolicyList {
  const list = new PolicyList();
  events.forEach((event, i) => list.apply(event, 10 + i));
  return list;
}

function versionAt(list: PolicyList, atSeconds: number): number | undefined {
  return list.policyAt(authority, policy, atSeconds)?.version;
}

/** As the contract would emit it; `undefined` for what it refuses. */
function eventOf(
  kind: string,
  versions: readonly PolicyVersion[],
  { now, from }: { readonly now: number; readonly from: number },
): PolicyEvent | undefined {
  const next = versions.length + 1;
  if (kind === 'publish') return published(next, from);
  const content = versions.findLast(({ digest }) => digest !== undefined);
  if (content === undefined) return undefined;
  const end = versions.slice(content.version).at(-1)?.effectiveFrom ?? Infinity;
  if (kind === 'withdraw') return from < end ? withdrawn(next, from) : undefined;
  const isPending = now < content.effectiveFrom && content.effectiveFrom < end;
  return isPending ? expedited(content.version) : undefined;
}

describe('policies', () => {
  it('hold from their beginning on, to the second', () => {
    const list = listOf(published(1, 100));
    expect(versionAt(list, 99)).to.equal(undefined);
    expect(list.policyAt(authority, policy, 100)).to.deep.equal({
      version: 1,
      digest: digestOf(1),
      effectiveFrom: 100,
      timeSeconds: 10,
      isExpedited: false,
    });
  });

  it('give way to the next version when that begins', () => {
    const list = listOf(published(1, 100), published(2, 200));
    expect([199, 200].map((at) => versionAt(list, at))).to.deep.equal([1, 2]);
  });

  it('never come to hold when a later version began before them', () => {
    const list = listOf(published(1, 100), published(2, 300), published(3, 200));
    expect([199, 200, 299, 300].map((at) => versionAt(list, at))).to.deep.equal([1, 3, 3, 3]);
  });

  it('end with a withdrawal, those included that had yet to begin', () => {
    const list = listOf(published(1, 100), published(2, 300), withdrawn(3, 200));
    expect([199, 200, 300].map((at) => versionAt(list, at))).to.deep.equal([1, undefined, undefined]);
  });

  it('end earlier when a withdrawal moves, and hold again with a later version', () => {
    const list = listOf(published(1, 100), withdrawn(2, 300), withdrawn(3, 200), published(4, 400));
    const expected = [1, undefined, undefined, undefined, 4];
    expect([199, 200, 300, 399, 400].map((at) => versionAt(list, at))).to.deep.equal(expected);
  });

  it('hold at once in an emergency, and say so; the past stays as it was', () => {
    const list = listOf(published(1, 100), expedited(1));
    expect(versionAt(list, 10)).to.equal(undefined);
    expect(list.policyAt(authority, policy, 11)).to.include({ version: 1, isExpedited: true });
  });

  it('hold at once in an emergency until a withdrawal that lies ahead, which stays what it is', () => {
    const list = listOf(published(1, 100), withdrawn(2, 200), expedited(1), withdrawn(3, 150));
    expect([11, 12, 149, 150, 200].map((at) => versionAt(list, at))).to.deep.equal([
      undefined,
      1,
      1,
      undefined,
      undefined,
    ]);
    expect(list.policyVersions(authority, policy)).to.deep.include.members([
      { version: 2, effectiveFrom: 200, timeSeconds: 11, isExpedited: false },
      { version: 3, effectiveFrom: 150, timeSeconds: 13, isExpedited: false },
    ]);
  });

  it('are kept for each authority and id by themselves', () => {
    const list = listOf(published(1, 100));
    expect(list.policyAt(other, policy, 100)).to.equal(undefined);
    expect(list.policyAt(authority, other, 100)).to.equal(undefined);
    expect(list.mappingAt(authority, policy, 100)).to.equal(undefined);
  });

  it('are what the rule says, whatever was decided in whatever order', () => {
    const times = fc.array(fc.record({ isEnd: fc.boolean(), from: fc.nat(30) }), { maxLength: 12 });
    const property = fc.property(times, (decisions) => {
      const events = decisions.map(({ isEnd, from }, i) =>
        isEnd ? withdrawn(i + 1, from) : published(i + 1, from),
      );
      const list = listOf(...events);
      for (let at = 0; at <= 31; at++) {
        const begun = decisions.map(({ from }, i) => (from <= at ? i + 1 : 0));
        const highest = Math.max(0, ...begun);
        const expected = decisions[highest - 1]?.isEnd === false ? highest : undefined;
        expect(versionAt(list, at)).to.equal(expected);
      }
    });
    fc.assert(property, { numRuns: runs(100, 2000), seed: testSeed });
  });

  it('never change what held before the block that takes them', () => {
    const act = fc.record({
      kind: fc.constantFrom('publish', 'withdraw', 'expedite'),
      wait: fc.nat(3),
      ahead: fc.nat(9),
    });
    const property = fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
      const list = new PolicyList();
      const held: (number | undefined)[] = [];
      let now = 0;
      for (const { kind, wait, ahead } of acts) {
        for (const end = now + wait; now < end; now++) held.push(versionAt(list, now));
        const event = eventOf(kind, list.policyVersions(authority, policy), { now, from: now + ahead });
        if (event !== undefined) list.apply(event, now);
      }
      expect(held.map((_, at) => versionAt(list, at))).to.deep.equal(held);
    });
    fc.assert(property, { numRuns: runs(200, 5000), seed: testSeed });
  });

  it('are refused with a gap, and an emergency of anything but the last with content', () => {
    expectThrows(() => listOf(published(2, 100)), 'LEDGER_STATE_SEQUENCE_GAP');
    expectThrows(() => listOf(withdrawn(2, 100)), 'LEDGER_STATE_SEQUENCE_GAP');
    expectThrows(() => listOf(published(1, 9), published(2, 9), expedited(1)), 'LEDGER_STATE_INCONSISTENT');
    expectThrows(() => listOf(published(1, 9), withdrawn(2, 9), expedited(2)), 'LEDGER_STATE_INCONSISTENT');
    expectThrows(() => listOf(expedited(1)), 'LEDGER_STATE_INCONSISTENT');
  });

  it('show every version that there ever was', () => {
    const list = listOf(published(1, 100), withdrawn(2, 200));
    expect(list.policyVersions(authority, policy)).to.deep.equal([
      { version: 1, digest: digestOf(1), effectiveFrom: 100, timeSeconds: 10, isExpedited: false },
      { version: 2, effectiveFrom: 200, timeSeconds: 11, isExpedited: false },
    ]);
    expect(list.history.map(({ timeSeconds }) => timeSeconds)).to.deep.equal([10, 11]);
  });
});

describe('mappings', () => {
  const digest = digestOf(7);

  it('lead one way, and follow the same rule', () => {
    const list = listOf(
      { event: 'MappingPublished', source: authority, target: other, version: 1, digest, effectiveFrom: 100 },
      { event: 'MappingExpedited', source: authority, target: other, version: 1 },
      {
        event: 'MappingWithdrawn',
        source: authority,
        target: other,
        version: 2,
        effectiveFrom: 50,
        by: '0x01',
      },
    );
    expect(list.mappingAt(authority, other, 10)).to.equal(undefined);
    expect(list.mappingAt(authority, other, 11)).to.include({ version: 1, digest, isExpedited: true });
    expect(list.mappingAt(authority, other, 50)).to.equal(undefined);
    expect(list.mappingAt(other, authority, 11)).to.equal(undefined);
    expect(list.mappingVersions(authority, other)).to.have.lengthOf(2);
    expect(list.policyVersions(authority, other)).to.deep.equal([]);
  });
});
