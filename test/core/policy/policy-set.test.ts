/** A set of policies: overlaps and gaps are reported, what does not parse is refused by name, the last good set stays. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { parsePolicyFile, PolicySet } from '../../../core/policy/policy-set.ts';
import { expectThrows } from '../../support/throws-code.ts';
import { policyJson, testPolicy } from '../../support/policies.ts';

const seconds = (text: string): number => Date.parse(text) / 1000;
const during = (from: string, until?: string): JsonObject => ({
  effective: {
    from: `${from}T00:00:00+08:00`,
    ...(until === undefined ? {} : { until: `${until}T00:00:00+08:00` }),
  },
});
const at = (places: readonly string[], routes = ['*>HK'], travellers = ['*']): JsonObject => ({
  scope: { places, routes, travellers },
});

describe('a set of policies', () => {
  it('reports two that hold for one passage at one time, and from when to when', () => {
    const set = new PolicySet([
      testPolicy({ ...during('2022-01-01', '2022-06-01'), ...at(['port:*']) }),
      testPolicy({ version: 2, ...during('2022-05-01'), ...at(['port:SZB', 'port:HZMB']) }),
    ]);
    expect(set.problems).to.deep.equal([
      {
        kind: 'overlap',
        topic: 'entry',
        jurisdiction: 'HK',
        policies: ['test.rule@1', 'test.rule@2'],
        passage: 'port:* · *>HK · *',
        fromSeconds: seconds('2022-05-01T00:00:00+08:00'),
        untilSeconds: seconds('2022-06-01T00:00:00+08:00'),
      },
    ]);
  });

  const apart: Readonly<Record<string, JsonObject>> = {
    'the second before the other starts': during('2022-06-01'),
    'at other places': { ...during('2022-05-01'), ...at(['venue:active']) },
    'on other routes': { ...during('2022-05-01'), ...at(['port:*'], ['HK>MO']) },
    'for other travellers': { ...during('2022-05-01'), ...at(['port:*'], ['*>HK'], ['visitor']) },
    'on another topic': { ...during('2022-05-01'), ...at(['port:*']), topic: 'colour' },
    'of another jurisdiction': { ...during('2022-05-01'), ...at(['port:*']), jurisdiction: 'MO' },
  };
  for (const [what, changes] of Object.entries(apart)) {
    it(`finds no overlap with one ${what}`, () => {
      const first = testPolicy({
        ...during('2022-01-01', '2022-06-01'),
        ...at(['port:*'], ['*>HK'], ['resident']),
      });
      expect(new PolicySet([first, testPolicy({ version: 2, ...changes })]).problems).to.deep.equal([]);
    });
  }

  it('reports a time between two policies in which none holds, passage by passage', () => {
    const set = new PolicySet([
      testPolicy({ ...during('2022-01-01', '2022-02-01'), ...at(['port:SZB', 'port:HZMB']) }),
      testPolicy({ version: 2, ...during('2022-02-01', '2022-03-01'), ...at(['port:HZMB']) }),
      testPolicy({ version: 3, ...during('2022-03-01'), ...at(['port:*']) }),
    ]);
    expect(set.problems.map(({ kind, passage, policies }) => ({ kind, passage, policies }))).to.deep.equal([
      { kind: 'gap', passage: 'port:SZB · *>HK · *', policies: ['test.rule@1', 'test.rule@3'] },
    ]);
  });

  it('sees no gap behind a policy that holds longer than the next', () => {
    const set = new PolicySet([
      testPolicy({ ...during('2022-01-01', '2022-09-01'), ...at(['port:*']) }),
      testPolicy({ version: 2, ...during('2022-02-01', '2022-03-01'), ...at(['port:HZMB']) }),
      testPolicy({ version: 3, ...during('2022-09-01'), ...at(['port:*']) }),
    ]);
    expect(set.problems.map(({ kind }) => kind)).to.deep.equal(['overlap']);
  });

  it('finds what applies to a passage at a moment', () => {
    const set = new PolicySet([
      testPolicy({ ...during('2022-01-01', '2022-06-01'), ...at(['port:*']) }),
      testPolicy({ version: 2, ...during('2022-06-01'), ...at(['port:*']) }),
    ]);
    const passage = { place: 'port:SZB', route: 'CN>HK', traveller: 'resident' };
    const versionsAt = (text: string): readonly number[] =>
      set.applicable('HK', passage, seconds(text)).map(({ version }) => version);
    expect(versionsAt('2021-12-31T23:59:59+08:00')).to.deep.equal([]);
    expect(versionsAt('2022-05-31T23:59:59+08:00')).to.deep.equal([1]);
    expect(versionsAt('2022-06-01T00:00:00+08:00')).to.deep.equal([2]);
    expect(set.applicable('MO', passage, seconds('2022-06-01T00:00:00+08:00'))).to.deep.equal([]);
  });

  it('holds a version once', () => {
    expectThrows(() => new PolicySet([testPolicy(), testPolicy()]), 'POLICY_NOT_UNIQUE');
  });
});

describe('a file of a policy', () => {
  const text = JSON.stringify(policyJson());

  it('holds the policy alone, or with its cases', () => {
    const withCases = JSON.stringify({ policy: policyJson(), cases: [] });
    expect(parsePolicyFile(withCases)).to.deep.equal(parsePolicyFile(text));
  });

  const bad: Readonly<Record<string, readonly [text: string, code: string]>> = {
    'half a file': ['{"form": "hcl-policy/1", "id"', 'POLICY_NOT_JSON'],
    'a repeated member': ['{"form": "hcl-policy/1", "form": "hcl-policy/1"}', 'POLICY_NOT_JSON'],
    'ten thousand brackets': ['['.repeat(10_000), 'POLICY_NOT_JSON'],
    'a number that loses digits': ['{"version": 123456789012345678901234567890}', 'POLICY_NOT_JSON'],
    'two million characters': [`"${'x'.repeat(2_000_000)}"`, 'POLICY_TOO_LARGE'],
    'a rule that is no CertLogic': [
      JSON.stringify(policyJson({ rules: [{ ...(policyJson()['rules'] as object), logic: { nope: [1] } }] })),
      'POLICY_EXPRESSION_INVALID',
    ],
  };
  for (const [what, [broken, code]] of Object.entries(bad)) {
    it(`is refused with ${what}`, () => expectThrows(() => parsePolicyFile(broken), code));
  }
});
