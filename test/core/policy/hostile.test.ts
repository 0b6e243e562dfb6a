/** Hostile rules, policies and facts: refused or undecided, never a crash, never an endless wait. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { JsonValue } from '../../../core/bytes/canonical-json.ts';
import { ask, isAffordable, type Answer } from '../../../core/policy/certlogic.ts';
import { PolicyError } from '../../../core/policy/errors.ts';
import { evaluatePolicy } from '../../../core/policy/evaluate.ts';
import { longestListIn, parseExpression } from '../../../core/policy/expression.ts';
import { defaultPolicies } from '../../../core/policy/default-policies.ts';
import { parseNationalRule } from '../../../core/policy/national-rule.ts';
import { parsePolicy } from '../../../core/policy/policy-form.ts';
import { parsePolicyFile } from '../../../core/policy/policy-set.ts';
import { MAX_VARIANTS, readVariants } from '../../../core/policy/variants.ts';
import { policyJson } from '../../support/policies.ts';
import { Random } from '../../support/random.ts';
import { runs, testSeed } from '../../support/scale.ts';

const words = (text: string): readonly string[] => text.split(' ');
const OPERATORS = [
  ...words('var if and === in + < > <= >= ! reduce plusTime after before not-after not-before'),
  ...words('extractFromUVCI dccDateOfBirth or __proto__ constructor toString'),
  '',
];
const PATHS = [
  '',
  ...words('payload payload.v.0 payload.v.0.dt payload.n accumulator current current.x __proto__'),
];
const VALUES: readonly JsonValue[] = [
  0,
  1,
  -1,
  2 ** 31,
  1e308,
  2 ** 53,
  0.1,
  true,
  false,
  null,
  '',
  '\ud800',
  ...words(
    'x day hour month year 2021-06-01 2021-06-01T00:00:00Z 2021 9999-12-31 -1 URN:UVCI:01:NL:187/37512422923',
  ),
];
const DATA = {
  payload: {
    v: [{ dt: '2021-06-01', mp: 'a', dn: 2, sd: 2 }, { dt: null }],
    n: [[1, 2, 3], [4, [5, [6]]], []],
    toString: 1,
    hasOwnProperty: 'x',
  },
  external: { validationClock: '2021-07-01T00:00:00Z', valueSets: { a: ['a', 'b'] } },
};

/** Any JSON that looks like an expression more often than not. */
function anyExpression(random: Random, depth: number): JsonValue {
  if (depth === 0 || random.below(6) === 0) return random.pick(VALUES);
  if (random.below(8) === 0)
    return Array.from({ length: random.below(4) }, () => anyExpression(random, depth - 1));
  const operator = random.pick(OPERATORS);
  if (operator === 'var') return { var: random.pick(PATHS) };
  const operands = Array.from({ length: random.below(4) }, () => anyExpression(random, depth - 1));
  // A name like __proto__ is a member like any other.
  return Object.fromEntries([[operator, random.below(12) === 0 ? (operands[0] ?? null) : operands]]);
}

describe('hostile rules', () => {
  const count = runs(40_000, 5_000_000);

  it(`${count} random expressions: refused, or one of three answers (seed ${testSeed})`, () => {
    const random = new Random(testSeed);
    const longest = longestListIn(DATA);
    const seen: Record<Answer | 'refused', number> = { yes: 0, no: 0, undecided: 0, refused: 0 };
    for (let i = 0; i < count; i++) {
      const json = anyExpression(random, 2 + (i % 5));
      try {
        const expression = parseExpression(json);
        seen[isAffordable(expression, longest) ? ask(expression, DATA) : 'undecided']++;
      } catch (error) {
        if (!(error instanceof PolicyError)) throw error;
        seen.refused++;
      }
    }
    // The generator reaches every answer, or it proves nothing.
    expect(
      Object.values(seen).every((number) => number > count / 1000),
      JSON.stringify(seen),
    ).to.equal(true);
    expect(Object.prototype).to.not.have.property('x');
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
  });

  it('a list that doubles sixty times over is never written out', () => {
    const doubled = {
      reduce: [{ var: 'payload.list' }, [{ var: 'accumulator' }, { var: 'accumulator' }], 'x'],
    };
    const list = Array.from({ length: 60 }, () => 0);
    for (const around of [
      doubled,
      { '!': [doubled] },
      { '===': [doubled, doubled] },
      { in: ['x', doubled] },
      { if: [doubled, true, false] },
    ]) {
      const expression = parseExpression(around);
      expect(isAffordable(expression, list.length)).to.equal(true);
      ask(expression, { payload: { list } });
    }
  });

  it('mutated policies are read or refused with a code, and what is read decides without a crash', () => {
    const random = new Random(testSeed);
    const texts = defaultPolicies().policies.map(({ json }) => JSON.stringify(json));
    const outcomes = new Set<string>();
    for (let i = 0; i < runs(1000, 100_000); i++) {
      const text = random.pick(texts);
      const at = random.below(text.length);
      const mutated =
        text.slice(0, at) +
        random.pick(['', '"', '{', '[', '0', '-', 'e9', 'x', '\\u0000']) +
        text.slice(at + random.below(4));
      try {
        const policy = parsePolicyFile(mutated);
        outcomes.add(evaluatePolicy(policy, { person: {}, records: [], trip: {} }, policy.fromSeconds).kind);
      } catch (error) {
        if (!(error instanceof PolicyError)) throw error;
        outcomes.add(error.code);
      }
    }
    expect([...outcomes]).to.include.members(['POLICY_NOT_JSON', 'POLICY_FIELD', 'undecided']);
  });

  it('JSON of any other shape is refused with a code', () => {
    const shapes: readonly JsonValue[] = [
      null,
      1,
      'x',
      [],
      {},
      { form: 'hcl-policy/1' },
      { policy: null },
      [policyJson()],
    ];
    for (const shape of shapes) {
      expect(codeOf(() => parsePolicy(shape))).to.equal('POLICY_FIELD');
      expect(codeOf(() => parseNationalRule(shape))).to.equal('POLICY_FIELD');
    }
    const polluted = JSON.parse(`{"__proto__": ${JSON.stringify(policyJson())}}`) as JsonValue;
    expect(codeOf(() => parsePolicy(polluted))).to.equal('POLICY_FIELD');
  });
});

describe('hostile facts', () => {
  it('decide every policy that we ship, or do not, without a crash', () => {
    const random = new Random(testSeed);
    const { policies } = defaultPolicies();
    const kinds = new Set<string>();
    for (let i = 0; i < runs(150, 20_000); i++) {
      const record = (): { type: string; facts: Record<string, JsonValue> } => ({
        type: random.pick([
          'vaccination',
          'test',
          'recovery',
          'exemption',
          'declaration',
          'conversion',
          '__proto__',
        ]),
        facts: Object.fromEntries(
          [
            'disease',
            'doseNumber',
            'date',
            'collectedAt',
            'recoveredOn',
            'assessedOn',
            'declaredAt',
            'stays',
            'in',
            'toString',
            '__proto__',
          ].map((name) => [name, random.below(3) === 0 ? anyExpression(random, 3) : random.pick(VALUES)]),
        ),
      });
      const facts = {
        person:
          random.below(2) === 0
            ? {}
            : { dob: random.pick(['1980', '2010-05', '2010-05-05', 'x', '9999', '']) },
        records: Array.from({ length: random.below(9) }, record),
        trip: Object.fromEntries(
          ['colour', 'booked', 'arrivedOn', 'departureAt'].map((name) => [name, random.pick(VALUES)]),
        ),
      };
      for (const policy of policies) kinds.add(evaluatePolicy(policy, facts, 1_671_580_800).kind);
    }
    expect([...kinds].toSorted()).to.deep.equal(['accepted', 'refused', 'undecided']);
  });

  it('that are as vague as can be are told in a bounded number of ways', () => {
    const vague = Array.from({ length: 64 }, () => ({
      type: 'test',
      facts: { disease: 'sct|840539006', collectedAt: '2022' },
    }));
    for (const policy of defaultPolicies().policies) {
      const facts = { person: {}, records: vague, trip: {} };
      const told = readVariants(policy, facts, 1_671_580_800).data?.length ?? 0;
      expect(told).to.be.at.most(MAX_VARIANTS);
      expect(evaluatePolicy(policy, facts, 1_671_580_800).kind).to.be.oneOf([
        'accepted',
        'refused',
        'undecided',
      ]);
    }
  });
});

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof PolicyError) return error.code;
    throw error;
  }
  return undefined;
}
