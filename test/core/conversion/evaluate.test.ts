/** What is made of a state and its evidence: the table of the defaults, and what holds for every table there could be. */
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { defaultMappings } from '../../../core/conversion/default-mappings.ts';
import {
  evaluateConversion,
  evaluateReferred,
  type ConversionFacts,
  type Evaluation,
} from '../../../core/conversion/evaluate.ts';
import { asItTravels, EVIDENCE_CLASSES, isAdverse } from '../../../core/conversion/evidence.ts';
import type { Mapping, StateRule } from '../../../core/conversion/mapping.ts';
import { isBetter, rankOf } from '../../../core/conversion/strictness.ts';
import { toUnixSeconds } from '../../../core/record/calendar.ts';
import { COLOURS, type Colour, type ConversionEvidence } from '../../../core/record/derived.ts';

const NOW = seconds('2022-12-21T10:00:00+08:00');
const END_OF_DAY = seconds('2022-12-21T23:59:59+08:00');
const test = evidence('test', 'naat-negative-recognised', '2022-12-20T09:15:00+08:00');
const declaration = evidence('declaration', 'declaration-clear', '2022-12-21T08:00:00+08:00');
const sick = evidence('declaration', 'declaration-adverse', '2022-12-21T08:00:00+08:00');

function seconds(text: string): number {
  return toUnixSeconds(text) ?? Number.NaN;
}

function evidence(type: 'test' | 'declaration', kind: string, collectedAt: string): ConversionEvidence {
  return { type, class: kind, collectedAt };
}

function mappingOf(name: string): Mapping {
  const found = defaultMappings().all.find(({ id, version }) => `${id}.${version}` === name);
  if (found === undefined) throw new Error(`no mapping ${name}`);
  return found;
}

function facts(changes: Partial<ConversionFacts> = {}): ConversionFacts {
  return { state: 'green', sourceValidUntilSeconds: END_OF_DAY, evidence: [test, declaration], ...changes };
}

interface Row {
  readonly rule: string;
  readonly mapping: string;
  readonly facts?: Partial<ConversionFacts>;
  readonly now?: number;
  readonly expected: string;
}

const ROWS: readonly Row[] = [
  { rule: 'green of Hong Kong', mapping: 'map.hk-gd.1', expected: 'green 2022-12-21T15:59:59.000Z' },
  { rule: 'green of Hong Kong', mapping: 'map.hk-mo.1', expected: 'green 2022-12-21T15:59:59.000Z' },
  {
    rule: 'a test that ends before the day does',
    mapping: 'map.hk-mo.1',
    facts: { evidence: [evidence('test', 'naat-negative-recognised', '2022-12-19T12:00:00+08:00')] },
    expected: 'green 2022-12-21T04:00:00.000Z',
  },
  {
    rule: 'the test that counts longest',
    mapping: 'map.hk-mo.1',
    facts: { evidence: [evidence('test', 'naat-negative-recognised', '2022-12-19T12:00:00+08:00'), test] },
    expected: 'green 2022-12-21T15:59:59.000Z',
  },
  {
    rule: 'a code that ends before all else',
    mapping: 'map.hk-mo.1',
    facts: { sourceValidUntilSeconds: NOW + 60 },
    expected: 'green 2022-12-21T02:01:00.000Z',
  },
  {
    rule: 'the stricter table of late December',
    mapping: 'map.hk-mo.2',
    now: seconds('2022-12-23T09:00:00+08:00'),
    facts: { sourceValidUntilSeconds: seconds('2022-12-23T23:59:59+08:00') },
    expected: 'yellow 2022-12-23T01:15:00.000Z',
  },
  {
    rule: 'amber of Hong Kong',
    mapping: 'map.hk-mo.1',
    facts: { state: 'amber' },
    expected: 'CONVERSION_STATE_NOT_CONVERTIBLE',
  },
  {
    rule: 'red of Hong Kong',
    mapping: 'map.hk-gd.1',
    facts: { state: 'red' },
    expected: 'CONVERSION_STATE_NOT_CONVERTIBLE',
  },
  {
    rule: 'a state without a row',
    mapping: 'map.hk-mo.1',
    facts: { state: 'blue' },
    expected: 'refer CONVERSION_STATE_REFERRED',
  },
  { rule: 'green of Guangdong', mapping: 'map.gd-mo.2', expected: 'green 2022-12-21T15:59:59.000Z' },
  {
    rule: 'yellow of Guangdong',
    mapping: 'map.gd-mo.2',
    facts: { state: 'yellow' },
    expected: 'refer CONVERSION_STATE_REFERRED',
  },
  {
    rule: 'red of Guangdong',
    mapping: 'map.gd-hk.1',
    facts: { state: 'red' },
    expected: 'refer CONVERSION_STATE_REFERRED',
  },
  {
    rule: 'yellow of Macao',
    mapping: 'map.mo-gd.2',
    facts: { state: 'yellow' },
    expected: 'CONVERSION_STATE_NOT_CONVERTIBLE',
  },
  {
    rule: 'red of Macao',
    mapping: 'map.mo-hk.1',
    facts: { state: 'red' },
    expected: 'CONVERSION_STATE_NOT_CONVERTIBLE',
  },
  {
    rule: 'red of Macao, whatever else there is',
    mapping: 'map.mo-hk.1',
    facts: { state: 'red', evidence: [sick] },
    expected: 'CONVERSION_STATE_NOT_CONVERTIBLE',
  },
  {
    rule: 'a test of 25 hours into Zhuhai',
    mapping: 'map.mo-gd.2',
    facts: {
      evidence: [evidence('test', 'naat-negative-recognised', '2022-12-20T09:00:00+08:00'), declaration],
    },
    expected: 'CONVERSION_EVIDENCE_MISSING',
  },
  {
    rule: 'a sample of the 20th, on the 23rd',
    mapping: 'map.mo-hk.1',
    now: seconds('2022-12-23T22:00:00+08:00'),
    facts: { sourceValidUntilSeconds: seconds('2022-12-24T23:59:59+08:00') },
    expected: 'green 2022-12-23T15:59:59.000Z',
  },
  {
    rule: 'a sample of the 20th, on the 24th',
    mapping: 'map.mo-hk.1',
    now: seconds('2022-12-24T00:00:00+08:00'),
    facts: { sourceValidUntilSeconds: seconds('2022-12-24T23:59:59+08:00') },
    expected: 'CONVERSION_EVIDENCE_MISSING',
  },
  {
    rule: 'no declaration',
    mapping: 'map.gd-mo.2',
    facts: { evidence: [test] },
    expected: 'CONVERSION_EVIDENCE_MISSING',
  },
  {
    rule: 'a sample of tomorrow',
    mapping: 'map.hk-mo.1',
    facts: { evidence: [evidence('test', 'naat-negative-recognised', '2022-12-22T09:15:00+08:00')] },
    expected: 'CONVERSION_EVIDENCE_MISSING',
  },
  {
    rule: 'a symptom beside a good test',
    mapping: 'map.hk-mo.1',
    facts: { evidence: [test, sick] },
    expected: 'refer CONVERSION_EVIDENCE_ADVERSE',
  },
  {
    rule: 'a code that has ended',
    mapping: 'map.hk-mo.1',
    facts: { sourceValidUntilSeconds: NOW - 1 },
    expected: 'CONVERSION_CODE_NOT_VALID',
  },
  {
    rule: 'a port of another way',
    mapping: 'map.hk-mo.1',
    facts: { port: 'GONGBEI' },
    expected: 'CONVERSION_PORT_UNKNOWN',
  },
  {
    rule: 'a port of this way',
    mapping: 'map.hk-mo.1',
    facts: { port: 'HZMB' },
    expected: 'green 2022-12-21T15:59:59.000Z',
  },
  {
    rule: 'yesterday',
    mapping: 'map.hk-mo.1',
    facts: { plannedOn: '2022-12-20' },
    expected: 'CONVERSION_DAY_NOT_POSSIBLE',
  },
  {
    rule: 'a day on which it has ended',
    mapping: 'map.hk-mo.1',
    facts: { plannedOn: '2022-12-22' },
    expected: 'CONVERSION_DAY_NOT_POSSIBLE',
  },
  {
    rule: 'a sample of five seconds ahead, by a clock that is behind',
    mapping: 'map.hk-mo.1',
    facts: { evidence: [evidence('test', 'naat-negative-recognised', '2022-12-21T10:00:05+08:00')] },
    expected: 'green 2022-12-21T15:59:59.000Z',
  },
  ...['1999-01-01', '2099-01-01', '2022-12-32', '2022-02-30'].map((plannedOn) => ({
    rule: `a state for an officer, and the day ${plannedOn}`,
    mapping: 'map.gd-mo.2',
    facts: { state: 'yellow' as const, plannedOn },
    expected: 'CONVERSION_DAY_NOT_POSSIBLE',
  })),
  {
    rule: 'a mapping before its time',
    mapping: 'map.hk-mo.2',
    now: seconds('2022-12-22T23:59:59+08:00'),
    expected: 'CONVERSION_MAPPING_NOT_IN_FORCE',
  },
];

function told(row: Row): string {
  return inWords(evaluateConversion(mappingOf(row.mapping), facts(row.facts), row.now ?? NOW));
}

function inWords(evaluation: Evaluation): string {
  switch (evaluation.result) {
    case 'convert':
      return `${evaluation.state} ${new Date(evaluation.validUntilSeconds * 1000).toISOString()}`;
    case 'refer':
      return `refer ${evaluation.reason}`;
    case 'refuse':
      return evaluation.reason;
  }
}

describe('conversion by the default mappings', () => {
  for (const row of ROWS) {
    it(`${row.mapping}, ${row.rule}: ${row.expected}`, () => expect(told(row)).to.equal(row.expected));
  }

  it('says of a refusal whether time alone may cure it', () => {
    const tomorrow = evidence('test', 'naat-negative-recognised', '2022-12-22T09:15:00+08:00');
    const isEarly = (name: string, changes: Partial<ConversionFacts>): unknown => {
      const evaluation = evaluateConversion(mappingOf(name), facts(changes), NOW);
      return evaluation.result === 'refuse' ? evaluation.isEarly : undefined;
    };
    expect(isEarly('map.hk-mo.2', {})).to.equal(true);
    expect(isEarly('map.hk-mo.1', { evidence: [tomorrow] })).to.equal(true);
    expect(isEarly('map.hk-mo.1', { plannedOn: '2022-12-22' })).to.equal(true);
    expect(isEarly('map.hk-mo.1', { plannedOn: '2022-12-20' })).to.equal(false);
    expect(isEarly('map.hk-mo.1', { evidence: [] })).to.equal(false);
    expect(isEarly('map.hk-mo.1', { state: 'amber' })).to.equal(false);
  });

  it('takes along only what the mapping asks for', () => {
    const evaluation = evaluateConversion(mappingOf('map.hk-mo.1'), facts(), NOW);
    expect(evaluation).to.have.deep.property('evidence', [test]);
  });
});

const positive = evidence('test', 'test-detected', '2022-12-21T08:00:00+08:00');
const REFERRED: readonly (Row & { readonly own: Colour; readonly isRuled?: boolean })[] = [
  {
    rule: 'yellow of both',
    mapping: 'map.gd-mo.2',
    facts: { state: 'yellow' },
    own: 'yellow',
    expected: 'yellow 2022-12-21T15:59:59.000Z',
  },
  {
    rule: 'a better colour than the source’s',
    mapping: 'map.gd-mo.2',
    facts: { state: 'yellow' },
    own: 'green',
    expected: 'CONVERSION_STATE_NOT_CONVERTIBLE',
  },
  {
    rule: 'a better colour than the table’s',
    mapping: 'map.hk-mo.2',
    now: seconds('2022-12-23T09:00:00+08:00'),
    facts: { sourceValidUntilSeconds: seconds('2022-12-23T23:59:59+08:00') },
    own: 'green',
    expected: 'CONVERSION_STATE_NOT_CONVERTIBLE',
  },
  {
    rule: 'a state that the table refuses by now',
    mapping: 'map.hk-mo.1',
    facts: { state: 'amber' },
    own: 'yellow',
    expected: 'CONVERSION_STATE_NOT_CONVERTIBLE',
  },
  {
    rule: 'longer than the table lets it count',
    mapping: 'map.hk-mo.1',
    facts: { sourceValidUntilSeconds: NOW + 40 * 86_400 },
    own: 'green',
    expected: 'green 2022-12-21T15:59:59.000Z',
  },
  {
    rule: 'a port that the table has closed since',
    mapping: 'map.hk-mo.1',
    facts: { port: 'SZB' },
    own: 'green',
    expected: 'CONVERSION_PORT_UNKNOWN',
  },
  {
    rule: 'a test that has ended since',
    mapping: 'map.hk-mo.1',
    facts: { evidence: [evidence('test', 'naat-negative-recognised', '2022-12-19T09:00:00+08:00')] },
    own: 'green',
    expected: 'CONVERSION_EVIDENCE_MISSING',
  },
  {
    rule: 'a positive test, by one officer',
    mapping: 'map.hk-mo.1',
    facts: { evidence: [test, positive] },
    own: 'green',
    expected: 'CONVERSION_EVIDENCE_ADVERSE',
  },
  {
    rule: 'a positive test, where two people ruled on the colour',
    mapping: 'map.hk-mo.1',
    facts: { evidence: [test, positive] },
    own: 'green',
    isRuled: true,
    expected: 'green 2022-12-21T15:59:59.000Z',
  },
];

describe('an officer’s word on what was referred', () => {
  for (const { isRuled = false, ...row } of REFERRED) {
    it(`${row.mapping}, ${row.rule}: ${row.expected}`, () => {
      const own = { state: row.own, isRuled };
      const nowSeconds = row.now ?? NOW;
      expect(
        inWords(evaluateReferred(mappingOf(row.mapping), facts(row.facts), { own, nowSeconds })),
      ).to.equal(row.expected);
    });
  }
});

const colour = fc.constantFrom(...COLOURS);
const anyIssuer = fc.constantFrom('did:web:a.example', 'did:web:b.example', 'did:web:c.example');
const anyEvidence = fc.record({
  type: fc.constantFrom('test' as const, 'declaration' as const),
  class: fc.constantFrom(...EVIDENCE_CLASSES),
  collectedAt: fc
    .integer({ min: NOW - 20 * 86_400, max: NOW + 86_400 })
    .map((at) => new Date(at * 1000).toISOString()),
  issuer: anyIssuer,
});
const span = fc.record({
  amount: fc.integer({ min: 0, max: 400 }),
  unit: fc.constantFrom('hours' as const, 'calendarDays' as const),
});
/** Every table that is of the form: the best state converts, to one that is not better. */
const rules: fc.Arbitrary<Partial<Record<Colour, StateRule>>> = fc
  .dictionary(colour, fc.oneof(fc.constant('refer' as const), fc.constant('refuse' as const), colour))
  .map((drawn) =>
    Object.fromEntries(
      Object.entries(drawn).map(([from, to]) => {
        // The keys were drawn from COLOURS.
        const isOfForm =
          to !== 'refer' && to !== 'refuse' && rankOf(from as Colour) === 0 && !isBetter(to, from as Colour);
        return [from, isOfForm ? { do: 'convert', to } : { do: to === 'refuse' ? to : 'refer' }];
      }),
    ),
  );
const anyMapping = fc
  .record({
    base: fc.constantFrom(...defaultMappings().all),
    states: rules,
    longest: span,
    evidence: fc.array(
      fc.record({
        type: fc.constantFrom('test' as const, 'declaration' as const),
        class: fc.constantFrom(...EVIDENCE_CLASSES),
        within: span,
        issuers: fc.option(fc.array(anyIssuer, { minLength: 1, maxLength: 2 }), { nil: undefined }),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ base, evidence: rules, ...rest }): Mapping => {
    const rulesOf = rules.map(({ issuers, ...rule }) =>
      issuers === undefined ? rule : { ...rule, issuers },
    );
    return { ...base, fromSeconds: 0, ...rest, evidence: rulesOf };
  });
const anyFacts = fc.record({
  state: colour,
  sourceValidUntilSeconds: fc.integer({ min: NOW - 86_400, max: NOW + 10 * 86_400 }),
  evidence: fc.array(anyEvidence, { maxLength: 5 }),
});

describe('conversion by any mapping', () => {
  it('makes no state better, converts nothing that is restricted and outlives neither code nor target limit', () => {
    fc.assert(
      fc.property(anyMapping, anyFacts, (mapping, given) => {
        const evaluation = evaluateConversion(mapping, given, NOW);
        if (evaluation.result !== 'convert') return;
        expect(rankOf(evaluation.state)).to.be.at.least(rankOf(given.state));
        expect(rankOf(given.state)).to.equal(0);
        expect(evaluation.validUntilSeconds).to.be.at.least(NOW);
        expect(evaluation.validUntilSeconds).to.be.at.most(given.sourceValidUntilSeconds);
      }),
    );
  });

  it('never converts beside adverse evidence, and never more with it than without', () => {
    fc.assert(
      fc.property(anyMapping, anyFacts, anyEvidence.filter(isAdverse), (mapping, given, adverse) => {
        const after = evaluateConversion(mapping, { ...given, evidence: [...given.evidence, adverse] }, NOW);
        expect(after.result).to.not.equal('convert');
      }),
    );
  });

  it('says the same of evidence in any order', () => {
    fc.assert(
      fc.property(anyMapping, anyFacts, (mapping, given) => {
        const turned = { ...given, evidence: [...given.evidence].reverse() };
        const [a, b] = [evaluateConversion(mapping, given, NOW), evaluateConversion(mapping, turned, NOW)];
        expect(a.result).to.equal(b.result);
        if (a.result === 'convert' && b.result === 'convert') {
          expect(a.validUntilSeconds).to.equal(b.validUntilSeconds);
        }
      }),
    );
  });

  it('gives at the target what it gave at the source, of what travelled', () => {
    fc.assert(
      fc.property(anyMapping, anyFacts, (mapping, given) => {
        const first = evaluateConversion(mapping, given, NOW);
        if (first.result !== 'convert') return;
        const travelled = first.evidence.map((one) => asItTravels(mapping, one));
        const second = evaluateConversion(mapping, { ...given, evidence: travelled }, NOW);
        expect(second).to.deep.equal({ ...first, evidence: travelled });
      }),
    );
  });

  it('tells whose evidence it is only where a rule takes it for being theirs', () => {
    fc.assert(
      fc.property(anyMapping, anyEvidence, (mapping, given) => {
        const { issuer } = given;
        const asking = mapping.evidence.filter(({ issuers }) => issuers?.includes(issuer) === true);
        for (const { type, class: kind } of [given, ...mapping.evidence]) {
          const isAsked = asking.some((rule) => rule.type === type && rule.class === kind);
          const travelling = asItTravels(mapping, { ...given, type, class: kind });
          expect(travelling.issuer).to.equal(isAsked ? issuer : undefined);
        }
      }),
    );
  });
});
