/** A policy is read strictly: what is wrong is refused, by the name of the field. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { PolicyError } from '../../../core/policy/errors.ts';
import { parsePolicy } from '../../../core/policy/policy-form.ts';
import { policyJson, ruleJson, testPolicy } from '../../support/policies.ts';

interface Refusal {
  readonly what: string;
  readonly json: JsonObject;
  readonly code?: string;
  readonly message: RegExp;
}

const hours = { of: 'tests', basis: 'collectedAt', against: 'now' };
const rules = (...changes: readonly JsonObject[]): JsonObject =>
  policyJson({ rules: changes.map((change) => ruleJson(change)) });

const REFUSED: readonly Refusal[] = [
  { what: 'another form', json: policyJson({ form: 'hcl-policy/2' }), message: /policy\.form/ },
  { what: 'a member that nobody knows', json: policyJson({ rulez: [] }), message: /not known: rulez/ },
  { what: 'an id with capitals', json: policyJson({ id: 'HK.VP' }), message: /policy\.id/ },
  { what: 'version 0', json: policyJson({ version: 0 }), message: /policy\.version/ },
  { what: 'half a version', json: policyJson({ version: 1.5 }), message: /policy\.version/ },
  {
    what: 'a title in three languages',
    json: policyJson({ title: { en: 'a', 'zh-Hant': 'b', pt: 'c' } }),
    message: /title\.zh-Hans/,
  },
  {
    what: 'a day without a time of day',
    json: policyJson({ effective: { from: '2022-01-01' } }),
    message: /effective\.from/,
  },
  {
    what: 'an end before the start',
    json: policyJson({ effective: { from: '2022-01-02T00:00:00Z', until: '2022-01-02T08:00:00+08:00' } }),
    message: /effective\.until/,
  },
  {
    what: 'a zone by name',
    json: policyJson({ counting: { offset: 'Asia/Hong_Kong', leapDayBirthday: '03-01' } }),
    message: /counting\.offset/,
  },
  {
    what: 'no word on leap days',
    json: policyJson({ counting: { offset: '+08:00' } }),
    message: /counting\.leapDayBirthday/,
  },
  {
    what: 'a place of no kind',
    json: policyJson({ scope: { places: ['HZMB'], routes: ['*'], travellers: ['*'] } }),
    message: /scope\.places/,
  },
  {
    what: 'a window without an edge',
    json: policyJson({ windows: { fresh: hours } }),
    message: /windows\.fresh\.closes or opens/,
  },
  {
    what: 'a limit that does not say whether it counts',
    json: policyJson({ windows: { fresh: { ...hours, closes: { amount: 48, unit: 'hours' } } } }),
    message: /closes\.limit/,
  },
  {
    what: 'days without saying which',
    json: policyJson({ windows: { fresh: { ...hours, opens: { amount: 2, unit: 'days' } } } }),
    message: /opens\.unit/,
  },
  {
    what: 'a negative amount',
    json: policyJson({ windows: { fresh: { ...hours, opens: { amount: -1, unit: 'hours' } } } }),
    message: /opens\.amount/,
  },
  { what: 'two rules of one id', json: rules({}, {}), message: /two rules/ },
  { what: 'a rule that passes when it fails', json: rules({ otherwise: 'pass' }), message: /otherwise/ },
  {
    what: 'a rule that counts time itself',
    json: rules({
      logic: {
        after: [
          { plusTime: [{ var: 'payload.tests.0.collectedAt' }, 2, 'month'] },
          { plusTime: ['2022-01-01', 0, 'day'] },
        ],
      },
    }),
    message: /use a window/,
  },
  {
    what: 'a window that is not there',
    json: rules({ logic: { var: 'payload.tests.0.in.fresh' } }),
    message: /no window of its policy/,
  },
  {
    what: 'a window that is not there, in a lambda',
    json: rules({ logic: { reduce: [{ var: 'payload.tests' }, { var: 'current.in.fresh' }, false] } }),
    message: /no window of its policy/,
  },
  {
    what: 'a value set that is not there',
    json: rules({ logic: { in: ['a', { var: 'external.valueSets.codes' }] } }),
    message: /no value set of its policy/,
  },
  {
    what: 'a path that starts nowhere',
    json: rules({ logic: { var: 'tests.0' } }),
    message: /none of its roots/,
  },
  { what: 'no rule list', json: policyJson({ rules: 'none' }), message: /policy\.rules/ },
  { what: 'no source', json: policyJson({ sources: [] }), message: /policy\.sources/ },
  {
    what: 'an operator of JsonLogic that CertLogic has not',
    json: rules({ logic: { or: [true, false] } }),
    code: 'POLICY_EXPRESSION_INVALID',
    message: /unrecognised operator/,
  },
  {
    what: 'reduces that nest too deep for their lists',
    json: rules({ logic: nestedReduces(5) }),
    code: 'POLICY_EXPRESSION_TOO_COSTLY',
    message: /too many reduces/,
  },
];

function nestedReduces(levels: number): JsonObject {
  const list = { var: levels === 5 ? 'payload.tests' : 'current.list' };
  return { reduce: [list, levels === 1 ? { var: 'accumulator' } : nestedReduces(levels - 1), 0] };
}

describe('the form of a policy', () => {
  for (const { code = 'POLICY_FIELD', json, message, what } of REFUSED) {
    it(`refuses ${what}`, () => {
      const error = thrownBy(() => parsePolicy(json));
      expect(error.code).to.equal(code);
      expect(error.message).to.match(message);
    });
  }

  it('writes value sets out where rules use them, in lambdas too', () => {
    const logic = {
      reduce: [
        { var: 'payload.tests' },
        {
          if: [
            { var: 'accumulator' },
            true,
            { in: [{ var: 'current.result' }, { var: 'external.valueSets.negative' }] },
          ],
        },
        false,
      ],
    };
    const [rule] = testPolicy({
      valueSets: { negative: ['sct|260415000'] },
      rules: [ruleJson({ logic })],
    }).rules;
    expect(JSON.stringify(rule?.logic)).to.contain('["sct|260415000"]').and.not.to.contain('valueSets');
  });

  it('keeps what was written for the digest, value sets and all', () => {
    const json = policyJson({ valueSets: { a: ['b'] } });
    expect(parsePolicy(json).json).to.equal(json);
  });

  it('repeats no text of the file that it cannot show', () => {
    const error = thrownBy(() => parsePolicy(policyJson({ 'a\u001b[2J name with a text in it': 1 })));
    expect(error.message).to.contain('a name that is not shown').and.not.to.contain('text in it');
  });
});

function thrownBy(run: () => unknown): PolicyError {
  try {
    run();
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
