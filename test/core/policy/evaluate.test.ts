/** From facts to a decision: what is imprecise is decided only when it does not matter. */
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { evaluatePolicy, together, type Decision, type PolicyReport } from '../../../core/policy/evaluate.ts';
import type { Facts } from '../../../core/policy/facts.ts';
import type { Policy } from '../../../core/policy/policy.ts';
import { ruleJson, testPolicy } from '../../support/policies.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { oracleAge, oracleDay, oracleMonthsLater, oracleNumber, oracleText } from './calendar-oracle.ts';

const seconds = (text: string): number => Date.parse(text) / 1000;
const NOON = seconds('2022-12-21T12:00:00+08:00');
const MIDNIGHT_UTC8 = 16 * 3600;

const over11: JsonObject = { logic: { '>=': [{ var: 'payload.person.ageYears' }, 12] } };
const fresh: JsonObject = {
  of: 'tests',
  basis: 'collectedAt',
  against: 'now',
  opens: { amount: 0, unit: 'hours' },
  closes: { amount: 48, unit: 'hours', limit: 'inclusive' },
};
const anyFresh: JsonObject = {
  logic: {
    reduce: [
      { var: 'payload.tests' },
      { if: [{ var: 'accumulator' }, true, { var: 'current.in.fresh' }] },
      false,
    ],
  },
};

const aged = testPolicy({ rules: [ruleJson(over11)] });
const tested = testPolicy({ windows: { fresh }, rules: [ruleJson(anyFresh)] });

const facts = (changes: Partial<Facts> = {}): Facts => ({ person: {}, records: [], trip: {}, ...changes });
const born = (dob: string): Facts => facts({ person: { dob } });
const sampled = (...moments: readonly string[]): Facts =>
  facts({ records: moments.map((collectedAt) => ({ type: 'test', facts: { collectedAt } })) });

const kindOf = (policy: Policy, given: Facts, at = NOON): string => evaluatePolicy(policy, given, at).kind;

describe('imprecise facts', () => {
  const births: Readonly<Record<string, string>> = {
    '2009': 'accepted',
    '2010': 'undecided',
    '2011': 'refused',
    '2010-11': 'accepted',
    '2010-12': 'undecided',
    '2011-01': 'refused',
    '2010-12-21': 'accepted',
    '2010-12-22': 'refused',
    'not a date': 'undecided',
    '2010-02-30': 'undecided',
    '2030-01-01': 'refused',
  };
  for (const [dob, kind] of Object.entries(births)) {
    it(`birth ${dob}: from 12 years on is ${kind}`, () => expect(kindOf(aged, born(dob))).to.equal(kind));
  }

  it('no birth date at all is every age', () => {
    expect(kindOf(aged, facts())).to.equal('undecided');
    const noChild = testPolicy({
      rules: [ruleJson({ logic: { '<': [{ var: 'payload.person.ageYears' }, 200] } })],
    });
    expect(kindOf(noChild, facts())).to.equal('accepted');
    // Neither end shows it: only children between 5 and 11 are asked.
    const child = {
      if: [
        { '<': [{ var: 'payload.person.ageYears' }, 5] },
        true,
        { '>': [{ var: 'payload.person.ageYears' }, 11] },
      ],
    };
    expect(kindOf(testPolicy({ rules: [ruleJson({ logic: child })] }), facts())).to.equal('undecided');
  });

  const samples: Readonly<Record<string, string>> = {
    '2022-12-19T12:00:00+08:00': 'accepted',
    '2022-12-19T11:59:59+08:00': 'refused',
    '2022-12-19T12:00+08:00': 'accepted',
    '2022-12-19T11:59+08:00': 'refused',
    '2022-12-19': 'undecided',
    '2022-12-20': 'accepted',
    '2022-12-18': 'refused',
    '2022-12-21': 'undecided',
    '2022-12': 'undecided',
    soon: 'undecided',
  };
  for (const [text, kind] of Object.entries(samples)) {
    it(`a sample of ${text}: 48 hours is ${kind}`, () =>
      expect(kindOf(tested, sampled(text))).to.equal(kind));
  }

  it('a minute that straddles the limit is not decided', () => {
    const at = seconds('2022-12-21T12:00:30+08:00');
    expect(kindOf(tested, sampled('2022-12-19T12:00+08:00'), at)).to.equal('undecided');
  });

  it('one precise test is enough beside an imprecise one', () => {
    expect(kindOf(tested, sampled('2022-12-19', '2022-12-20T12:00:00+08:00'))).to.equal('accepted');
  });

  it('a time that nobody wrote is inside and outside', () => {
    const given = facts({ records: [{ type: 'test', facts: {} }] });
    expect(kindOf(tested, given)).to.equal('undecided');
  });

  it('a record that calls itself inside is not believed', () => {
    const given = facts({
      records: [{ type: 'test', facts: { collectedAt: '2020-01-01T00:00:00Z', in: { fresh: true } } }],
    });
    expect(kindOf(tested, given)).to.equal('refused');
  });

  it('too many of them are not decided, and not waited for', () => {
    const vague = sampled(...Array.from({ length: 30 }, () => '2022-12-19'));
    expect(kindOf(tested, vague)).to.equal('undecided');
    expect(
      kindOf(tested, sampled(...Array.from({ length: 65 }, () => '2022-12-20T12:00:00+08:00'))),
    ).to.equal('undecided');
  });
});

describe('a decision', () => {
  const rule = (id: string, otherwise: string, logic: JsonObject[string] = { '!': [true] }): JsonObject =>
    ruleJson({ id, otherwise, logic });
  const decide = (...rules: readonly JsonObject[]): PolicyReport =>
    evaluatePolicy(testPolicy({ rules }), facts(), NOON);

  it('is the worst of what the rules say', () => {
    expect(decide(rule('a', 'condition'), rule('b', 'refer'))).to.include({
      kind: 'refused',
      outcome: 'refer',
    });
    expect(decide(rule('a', 'condition'), rule('b', 'stop', true))).to.include({
      kind: 'refused',
      outcome: 'condition',
    });
    expect(decide()).to.include({ kind: 'accepted', outcome: 'pass' });
  });

  it('waits for an open question only when its answer could make it worse', () => {
    expect(decide(rule('a', 'stop'), rule('b', 'stop', 1))).to.include({ kind: 'refused', outcome: 'stop' });
    expect(decide(rule('a', 'condition'), rule('b', 'stop', 1))).to.include({
      kind: 'undecided',
      outcome: 'refer',
    });
    expect(decide(rule('a', 'condition', 1))).to.include({ kind: 'undecided', outcome: 'refer' });
  });

  it('tells a missing fact, an imprecise one and a rule without an answer apart', () => {
    const doubts = (policy: Policy, given: Facts): readonly (string | undefined)[] =>
      evaluatePolicy(policy, given, NOON).rules.map(({ doubt }) => doubt);
    expect(
      doubts(testPolicy({ rules: [ruleJson({ needs: ['external.trip.booked'] })] }), facts()),
    ).to.deep.equal(['fact-missing']);
    expect(doubts(aged, born('2010'))).to.deep.equal(['fact-imprecise']);
    expect(doubts(testPolicy({ rules: [ruleJson({ logic: 1 })] }), facts())).to.deep.equal(['no-answer']);
    expect(doubts(aged, born('1980'))).to.deep.equal([undefined]);
  });

  it('of several policies is the worst of them, and open only if that could be worse', () => {
    const accepted: Decision = { kind: 'accepted', outcome: 'pass' };
    const open: Decision = { kind: 'undecided', outcome: 'refer' };
    const stop: Decision = { kind: 'refused', outcome: 'stop' };
    const condition: Decision = { kind: 'refused', outcome: 'condition' };
    expect(together([])).to.deep.equal(accepted);
    expect(together([accepted, condition])).to.deep.equal(condition);
    expect(together([condition, open])).to.deep.equal(open);
    expect(together([stop, open, accepted])).to.deep.equal(stop);
  });
});

describe('a report against an oracle that counts by hand (V5)', () => {
  const parameters = { numRuns: runs(600, 100_000), seed: testSeed };

  it('knows ages at every second of every day in UTC+8', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: 19_000, max: 24_000 }),
        fc.constantFrom(0, 1, 43_200, 86_399),
        (birth, today, secondOfDay) => {
          const at = today * 86_400 - 28_800 + secondOfDay;
          const age = oracleAge(oracleDay(birth), oracleDay(today), '03-01');
          const isPassed = kindOf(aged, born(oracleText(oracleDay(birth))), at) === 'accepted';
          expect(isPassed).to.equal(age >= 12);
        },
      ),
      parameters,
    );
  });

  it('counts six months from a dose to the last second of the clamped day', () => {
    const grace: JsonObject = {
      of: 'vaccinations',
      basis: 'date',
      against: 'now',
      opens: { amount: 0, unit: 'calendarDays' },
      closes: { amount: 6, unit: 'months', limit: 'inclusive' },
    };
    const policy = testPolicy({
      windows: { grace },
      rules: [ruleJson({ logic: { var: 'payload.vaccinations.0.in.grace' } })],
    });
    fc.assert(
      fc.property(fc.integer({ min: 18_000, max: 21_000 }), (day) => {
        const given = facts({
          records: [{ type: 'vaccination', facts: { date: oracleText(oracleDay(day)) } }],
        });
        const last = oracleNumber(oracleMonthsLater(oracleDay(day), 6));
        const end = (last + 1) * 86_400 - 28_800;
        expect(kindOf(policy, given, end - 1)).to.equal('accepted');
        expect(kindOf(policy, given, end)).to.equal('refused');
        const start = day * 86_400 - 28_800;
        expect(kindOf(policy, given, start)).to.equal('accepted');
        expect(kindOf(policy, given, start - 1)).to.equal('refused');
      }),
      parameters,
    );
  });

  it('an imprecise birth date is decided just when every day that it can be decides alike', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2009, max: 2012 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 18_900, max: 19_400 }),
        (year, month, today) => {
          const at = today * 86_400 + MIDNIGHT_UTC8 / 2;
          const dob = `${year}-${String(month).padStart(2, '0')}`;
          const answers = new Set<string>();
          for (let dayOfMonth = 1; dayOfMonth <= 28; dayOfMonth++) {
            answers.add(kindOf(aged, born(`${dob}-${String(dayOfMonth).padStart(2, '0')}`), at));
          }
          for (const dayOfMonth of [29, 30, 31]) {
            const kind = kindOf(aged, born(`${dob}-${dayOfMonth}`), at);
            if (kind !== 'undecided') answers.add(kind);
          }
          const [only] = answers;
          expect(kindOf(aged, born(dob), at)).to.equal(answers.size === 1 ? only : 'undecided');
        },
      ),
      { ...parameters, numRuns: runs(200, 10_000) },
    );
  });

  it('an imprecise date is decided just when every day that it can be decides alike', () => {
    const unit = fc.constantFrom('calendarDays', 'months');
    const edge = fc.record({ amount: fc.integer({ min: 0, max: 40 }), unit });
    const limit = fc.constantFrom('inclusive', 'exclusive');
    fc.assert(
      fc.property(
        edge,
        edge,
        limit,
        fc.integer({ min: 17_000, max: 19_400 }),
        fc.boolean(),
        (opens, to, kind, day, isYear) => {
          const window: JsonObject = {
            of: 'tests',
            basis: 'collectedAt',
            against: 'now',
            opens,
            closes: { ...to, limit: kind },
          };
          const policy = testPolicy({ windows: { fresh: window }, rules: [ruleJson(anyFresh)] });
          const { month, year } = oracleDay(day);
          const text = isYear ? String(year) : `${year}-${String(month).padStart(2, '0')}`;
          const answers = new Set<string>();
          for (let other = day - 400; other < day + 400; other++) {
            const date = oracleText(oracleDay(other));
            if (date.startsWith(text)) answers.add(kindOf(policy, sampled(date)));
          }
          const [only] = answers;
          expect(kindOf(policy, sampled(text))).to.equal(answers.size === 1 ? only : 'undecided');
        },
      ),
      { ...parameters, numRuns: runs(150, 20_000) },
    );
  });

  it('two windows over one imprecise date are told in every way that some day gives', () => {
    const edge = fc.record({
      amount: fc.integer({ min: 0, max: 12 }),
      unit: fc.constantFrom('calendarDays', 'months'),
    });
    const windowOf = (opens: JsonObject, closes: JsonObject): JsonObject => ({
      of: 'tests',
      basis: 'collectedAt',
      against: 'now',
      opens,
      closes: { ...closes, limit: 'inclusive' },
    });
    const [inA, inB] = [{ var: 'payload.tests.0.in.a' }, { var: 'payload.tests.0.in.b' }];
    const neither = { and: [{ '!': [inA] }, { '!': [inB] }] };
    const questions: readonly JsonObject[] = [{ '===': [inA, inB] }, { and: [inA, { '!': [inB] }] }, neither];
    fc.assert(
      fc.property(
        fc.tuple(edge, edge, edge, edge),
        fc.constantFrom(...questions),
        fc.integer({ min: 18_800, max: 19_360 }),
        ([o1, c1, o2, c2], logic, day) => {
          const windows = { a: windowOf(o1, c1), b: windowOf(o2, c2) };
          const policy = testPolicy({ windows, rules: [ruleJson({ logic })] });
          const { month, year } = oracleDay(day);
          const text = `${year}-${String(month).padStart(2, '0')}`;
          const answers = new Set<string>();
          for (let other = day - 31; other <= day + 31; other++) {
            const date = oracleText(oracleDay(other));
            if (date.startsWith(text)) answers.add(kindOf(policy, sampled(date)));
          }
          const [only] = answers;
          expect(kindOf(policy, sampled(text))).to.equal(answers.size === 1 ? only : 'undecided');
        },
      ),
      { ...parameters, numRuns: runs(300, 50_000) },
    );
  });

  it('the one day between two windows is not overlooked', () => {
    const base = { of: 'tests', basis: 'collectedAt', against: 'now' };
    const months = (amount: number): JsonObject => ({ amount, unit: 'months' });
    const days = (amount: number): JsonObject => ({ amount, unit: 'calendarDays', limit: 'inclusive' });
    // To 21 November, and from 23 November on.
    const windows = { a: { ...base, opens: months(1) }, b: { ...base, closes: days(28) } };
    const logic = { '===': [{ var: 'payload.tests.0.in.a' }, { var: 'payload.tests.0.in.b' }] };
    const policy = testPolicy({ windows, rules: [ruleJson({ logic })] });
    expect(kindOf(policy, sampled('2022-11-21'))).to.equal('refused');
    expect(kindOf(policy, sampled('2022-11-22'))).to.equal('accepted');
    expect(kindOf(policy, sampled('2022-11-23'))).to.equal('refused');
    expect(kindOf(policy, sampled('2022-11'))).to.equal('undecided');
  });

  it('a missing birth date is decided just when every age decides alike', () => {
    const age = { var: 'payload.person.ageYears' };
    const comparison = fc
      .tuple(fc.constantFrom('<', '>', '<=', '>=', '==='), fc.integer({ min: 1, max: 20 }))
      .map(([operator, limit]) => ({ [operator]: [age, limit] }));
    fc.assert(
      fc.property(comparison, comparison, fc.boolean(), (a, b, isEither) => {
        const policy = testPolicy({
          rules: [ruleJson({ logic: isEither ? { if: [a, true, b] } : { and: [a, b] } })],
        });
        const answers = new Set<string>();
        for (let years = 0; years <= 130; years++) answers.add(kindOf(policy, born(`${2022 - years}-01-01`)));
        const [only] = answers;
        expect(kindOf(policy, facts())).to.equal(answers.size === 1 ? only : 'undecided');
      }),
      { ...parameters, numRuns: runs(60, 10_000) },
    );
    const added = { '===': [{ '+': [age, 1] }, 20] };
    expect(kindOf(testPolicy({ rules: [ruleJson({ logic: added })] }), facts())).to.equal('undecided');
  });

  it('never decides at a time that is none', () => {
    for (const at of [Number.NaN, Infinity, 1e300])
      expect(kindOf(aged, born('1980'), at)).to.equal('undecided');
  });

  it('holds until it says so, and not a second less', () => {
    const policy = testPolicy({
      windows: { fresh },
      rules: [ruleJson(anyFresh), ruleJson({ ...over11, id: 'aged' })],
    });
    fc.assert(
      fc.property(
        fc.integer({ min: NOON - 200_000, max: NOON + 10_000 }),
        fc.integer({ min: 14_900, max: 14_990 }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (collected, birth, share) => {
          const moment = new Date(collected * 1000).toISOString();
          const given = { ...sampled(moment), person: { dob: oracleText(oracleDay(birth)) } };
          const report = evaluatePolicy(policy, given, NOON);
          const later = NOON + Math.floor((report.holdsUntilSeconds - NOON) * share);
          const { rules } = evaluatePolicy(policy, given, later);
          expect(rules).to.deep.equal(report.rules);
        },
      ),
      parameters,
    );
    const report = evaluatePolicy(tested, sampled('2022-12-20T12:00:00+08:00'), NOON);
    expect(report.kind).to.equal('accepted');
    expect(kindOf(tested, sampled('2022-12-20T12:00:00+08:00'), report.holdsUntilSeconds)).to.equal(
      'refused',
    );
  });
});
