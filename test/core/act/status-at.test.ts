import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { ACT_KINDS, mayEnd } from '../../../core/act/kinds.ts';
import { edgesOf, listAt, statusAt, type OrderedAct } from '../../../core/act/status-at.ts';
import type { StatusValue } from '../../../core/status/token-status-list.ts';
import { modelStatus } from '../../support/act-model.ts';
import { runs, testSeed } from '../../support/scale.ts';

const T = 1_671_580_800;

describe('status of a credential at an instant', () => {
  const stories: Readonly<Record<string, readonly [acts: readonly Partial<OrderedAct>[], ...StatusValue[]]>> =
    {
      'nothing happened': [[], 'valid', 'valid', 'valid'],
      'a revocation holds from its second on': [[{ kind: 'revoke' }], 'valid', 'revoked', 'revoked'],
      'a suspension lifts itself at its end': [
        [{ kind: 'suspend', until: T + 1 }],
        'valid',
        'suspended',
        'valid',
      ],
      'superseding holds': [[{ kind: 'supersede' }], 'valid', 'superseded', 'superseded'],
      'a caution changes nothing': [[{ kind: 'caution' }], 'valid', 'valid', 'valid'],
      'revoked is stronger than superseded, and superseded than suspended': [
        [
          { kind: 'suspend', effectiveFrom: T - 1 },
          { kind: 'supersede' },
          { kind: 'revoke', effectiveFrom: T + 1 },
        ],
        'suspended',
        'superseded',
        'revoked',
      ],
      'a weaker act does not weaken': [
        [{ kind: 'revoke', effectiveFrom: T - 1 }, { kind: 'supersede' }, { kind: 'suspend' }],
        'revoked',
        'revoked',
        'revoked',
      ],
      'a stay puts a revocation on hold, until its own end': [
        [
          { kind: 'revoke', effectiveFrom: T - 1 },
          { kind: 'stay', until: T + 1 },
        ],
        'revoked',
        'valid',
        'revoked',
      ],
      'a stay before the revocation begins holds it too': [
        [{ kind: 'revoke' }, { kind: 'stay', effectiveFrom: T - 1 }],
        'valid',
        'valid',
        'valid',
      ],
      'a stay does not reach acts after it': [
        [{ kind: 'stay', effectiveFrom: T - 1 }, { kind: 'revoke' }],
        'valid',
        'revoked',
        'revoked',
      ],
      'a reinstatement undoes a suspension': [
        [{ kind: 'suspend', effectiveFrom: T - 1 }, { kind: 'reinstate' }],
        'suspended',
        'valid',
        'valid',
      ],
      'a reinstatement does not undo a revocation that nobody stayed': [
        [{ kind: 'revoke', effectiveFrom: T - 1 }, { kind: 'reinstate' }],
        'revoked',
        'revoked',
        'revoked',
      ],
      'what was reinstated while it was stayed stays undone when the stay ends': [
        [
          { kind: 'revoke', effectiveFrom: T - 1 },
          { kind: 'stay', effectiveFrom: T - 1, until: T + 1 },
          { kind: 'reinstate' },
        ],
        'valid',
        'valid',
        'valid',
      ],
      'a stay that is over lets nothing be reinstated': [
        [
          { kind: 'revoke', effectiveFrom: T - 1 },
          { kind: 'stay', effectiveFrom: T - 1, until: T },
          { kind: 'reinstate' },
        ],
        'valid',
        'revoked',
        'revoked',
      ],
      'a reinstatement of one act leaves the others': [
        [
          { kind: 'suspend', effectiveFrom: T - 1 },
          { kind: 'suspend', effectiveFrom: T - 1 },
          { kind: 'reinstate', addresses: 1 },
          { kind: 'reinstate', addresses: 2, effectiveFrom: T + 1 },
        ],
        'suspended',
        'suspended',
        'valid',
      ],
      'nothing brings back what was erased or superseded': [
        [
          { kind: 'revoke', effectiveFrom: T - 1, isErasure: true },
          { kind: 'supersede', effectiveFrom: T - 1 },
          { kind: 'stay' },
          { kind: 'reinstate', effectiveFrom: T + 1 },
        ],
        'revoked',
        'revoked',
        'revoked',
      ],
      'the seven doctors: announced, stayed the day before, found unlawful, revoked anew': [
        [
          { kind: 'revoke' },
          { kind: 'stay', effectiveFrom: T - 1 },
          { kind: 'reinstate', effectiveFrom: T },
          { kind: 'revoke', effectiveFrom: T + 1 },
        ],
        'valid',
        'valid',
        'revoked',
      ],
    };
  for (const [what, [parts, ...expected]] of Object.entries(stories)) {
    it(what, () => {
      const acts = parts.map((part, i): OrderedAct => ({
        kind: 'revoke',
        order: i + 1,
        effectiveFrom: T,
        ...part,
      }));
      const seen = [T - 1, T, T + 1].map((at) => statusAt(acts, at).value);
      expect(seen).to.deep.equal(expected);
      expect(
        [T - 1, T, T + 1].map((at) => modelStatus(acts, at)),
        'the model',
      ).to.deep.equal(expected);
    });
  }

  it('tells the cautions in force, and only those', () => {
    const caution = (order: number, effectiveFrom: number): OrderedAct => ({
      order,
      kind: 'caution',
      effectiveFrom,
    });
    const acts = [caution(3, T), caution(1, T), caution(2, T + 1)];
    expect(statusAt(acts, T)).to.deep.equal({ value: 'valid', cautions: [1, 3] });
  });

  it('names the act that decides, also when it is the one that lifted', () => {
    const suspension: OrderedAct = { order: 1, kind: 'suspend', effectiveFrom: T, until: T + 5 };
    const revocation: OrderedAct = { order: 2, kind: 'revoke', effectiveFrom: T + 2 };
    const stay: OrderedAct = { order: 3, kind: 'stay', effectiveFrom: T + 3 };
    const acts = [suspension, revocation, stay];
    const deciding = [T - 1, T, T + 2, T + 3, T + 5].map((at) => statusAt(acts, at).decidedBy);
    expect(deciding).to.deep.equal([undefined, 1, 2, 3, 3]);
    expect(statusAt([suspension], T + 5)).to.deep.include({ value: 'valid', decidedBy: 1 });
  });
});

const history = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...ACT_KINDS),
      effectiveFrom: fc.integer({ min: T, max: T + 12 }),
      lasts: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
      addresses: fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
      isErasure: fc.boolean(),
    }),
    { maxLength: 10 },
  )
  .map((acts) =>
    acts.map(({ kind, effectiveFrom, lasts, addresses, isErasure }, i): OrderedAct => {
      const lifts = kind === 'stay' || kind === 'reinstate';
      return {
        order: i + 1,
        kind,
        effectiveFrom,
        ...(lasts !== undefined && mayEnd(kind) ? { until: effectiveFrom + lasts } : {}),
        ...(addresses !== undefined && lifts ? { addresses } : {}),
        ...(kind === 'revoke' && isErasure ? { isErasure } : {}),
      };
    }),
  );

describe('V3: status is a fold over the whole history', () => {
  const options = { numRuns: runs(5_000, 100_000), seed: testSeed };

  it('agrees with the model at every instant, in any sequence the acts are given', () => {
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), (acts, numbers) => {
        const shuffled = acts
          .map((act) => ({ act, at: numbers.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ act }) => act);
        for (let at = T - 1; at <= T + 19; at++) {
          expect(statusAt(shuffled, at).value, `at T${at - T}`).to.equal(modelStatus(acts, at));
        }
      }),
      options,
    );
  });

  it('changes at an edge of an act and nowhere else, and names an act for every change', () => {
    fc.assert(
      fc.property(history, (acts) => {
        const edges = new Set(acts.flatMap(edgesOf));
        for (let at = T; at <= T + 19; at++) {
          const [before, after] = [statusAt(acts, at - 1), statusAt(acts, at)];
          if (before.value === after.value) continue;
          expect(edges.has(at), 'an edge').to.equal(true);
          expect(acts.map(({ order }) => order)).to.include(after.decidedBy);
        }
      }),
      { ...options, numRuns: runs(1_000, 20_000) },
    );
  });

  it('of a list is that of its entries', () => {
    fc.assert(
      fc.property(fc.array(history, { maxLength: 8 }), fc.integer({ min: T - 1, max: T + 19 }), (all, at) => {
        const expected = all
          .map((acts, index) => ({ index: index * 7, value: modelStatus(acts, at) }))
          .filter(({ value }) => value !== 'valid');
        const given = all.map((acts, i): [number, readonly OrderedAct[]] => [i * 7, acts]).reverse();
        expect(listAt(given, at)).to.deep.equal(expected);
      }),
      { ...options, numRuns: runs(500, 10_000) },
    );
  });
});

describe('V5: edges of time', () => {
  const leapDay = Date.UTC(2024, 1, 29, 23, 59, 59) / 1000;
  for (const at of [T, leapDay, leapDay + 1, 2 ** 31, 2 ** 32, 253_402_300_799]) {
    it(`a second before, at and after ${new Date(at * 1000).toISOString()}`, () => {
      const begins: OrderedAct = { order: 1, kind: 'suspend', effectiveFrom: at };
      const ends: OrderedAct = { order: 1, kind: 'suspend', effectiveFrom: at - 10, until: at };
      const seen = (act: OrderedAct): readonly StatusValue[] =>
        [at - 1, at, at + 1].map((second) => statusAt([act], second).value);
      expect(seen(begins)).to.deep.equal(['valid', 'suspended', 'suspended']);
      expect(seen(ends)).to.deep.equal(['suspended', 'valid', 'valid']);
    });
  }
});
