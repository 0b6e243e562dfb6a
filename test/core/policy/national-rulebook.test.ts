/** A country's rules over the codes of one person: whose count, which certificate decides, and what stays open. */
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { parseNationalRule } from '../../../core/policy/national-rule.ts';
import { NationalRulebook } from '../../../core/policy/national-rulebook.ts';
import type { PolicyRegistry, RulesReport } from '../../../core/verify/policy-rules.ts';
import type { VerifiedRecord } from '../../../core/verify/verified-record.ts';
import { nationalRuleJson } from './support/national.ts';

const NOW = Date.UTC(2022, 5, 2) / 1000;
const LISTED = 'EU/1/20/1528';
const valueSets = { 'vaccines-covid-19-names': [LISTED] };

const invalidation = (country: string, changes: JsonObject = {}): JsonObject =>
  nationalRuleJson({
    Identifier: `IR-${country}-0001`,
    Type: 'Invalidation',
    Country: country,
    Logic: { '!': [{ '===': [{ var: 'payload.v.0.is' }, 'a robbed pharmacy'] }] },
    ...changes,
  });

const dose = (mp: string, is = 'Ministry of Health'): JsonObject => ({ v: [{ mp, is }] });

function recordOf(dcc: JsonObject | undefined, jurisdiction?: string): VerifiedRecord {
  return {
    type: 'vaccination',
    person: { doc: '', nameEn: 'CHAN, TAI MAN' },
    facts: {},
    ...(dcc === undefined ? {} : { dcc }),
    ...(jurisdiction === undefined ? {} : { issuer: { jurisdiction } }),
  };
}

const ONLY_REGISTERED: PolicyRegistry = {
  isRequired: true,
  find: () => ({ registration: 'unregistered', untilSeconds: Infinity }),
};

interface Asked {
  readonly rules?: readonly JsonObject[];
  readonly region?: string;
  readonly at?: number;
  readonly registry?: PolicyRegistry;
}

function ask(
  records: readonly VerifiedRecord[],
  { at = NOW, region, registry, rules = [nationalRuleJson()] }: Asked = {},
): RulesReport {
  const rulebook = new NationalRulebook({
    rules: rules.map(parseNationalRule),
    valueSets,
    country: 'DE',
    ...(region === undefined ? {} : { region }),
  });
  return rulebook.apply(records, at, registry);
}

describe("a country's rules, over codes", () => {
  it('accept a certificate that meets them, and name each rule', () => {
    const { policies, reasons } = ask([recordOf(dose(LISTED), 'PT')]);
    expect(reasons).to.deep.equal([]);
    expect(policies[0]).to.deep.include({ id: 'eu-dcc.DE', kind: 'accepted', outcome: 'pass' });
    expect(policies[0]?.rules.map(({ id, result }) => [id, result])).to.deep.equal([['VR-DE-0001', 'pass']]);
  });

  it('are on no ledger: where only registered rules count, they are not asked', () => {
    const records = [recordOf(dose(LISTED), 'PT')];
    expect(ask(records).policies.map(({ registered }) => registered)).to.deep.equal([false]);
    const { policies, reasons } = ask(records, { registry: ONLY_REGISTERED });
    expect(reasons).to.deep.equal(['POLICY_NOT_IN_FORCE']);
    expect(policies).to.deep.equal([]);
  });

  it('stop one that does not, by the identifier of the rule', () => {
    const { policies, reasons } = ask([recordOf(dose('other'), 'PT')]);
    expect(reasons).to.deep.equal(['RULE_STOP']);
    expect(policies[0]?.rules).to.deep.equal([
      {
        id: 'VR-DE-0001',
        result: 'fail',
        otherwise: 'stop',
        message: {
          en: 'The vaccine is on the list.',
          'zh-Hant': 'The vaccine is on the list.',
          'zh-Hans': 'The vaccine is on the list.',
          pt: 'The vaccine is on the list.',
        },
      },
    ]);
  });

  it('are content with one accepted certificate among several', () => {
    const records = [recordOf(dose('other'), 'PT'), recordOf(undefined, 'HK'), recordOf(dose(LISTED), 'PT')];
    expect(ask(records).reasons).to.deep.equal([]);
  });

  it('do not decide over codes of other kinds, nor over a certificate with two entries', () => {
    expect(ask([recordOf(undefined, 'HK')]).reasons).to.deep.equal(['RULE_UNDECIDED']);
    expect(ask([]).reasons).to.deep.equal(['RULE_UNDECIDED']);
    const two = { v: [{ mp: LISTED }, { mp: 'other' }] };
    expect(ask([recordOf(two, 'PT')]).reasons).to.deep.equal(['RULE_UNDECIDED']);
    const both = { v: [{ mp: LISTED }], t: [{}] };
    expect(ask([recordOf(both, 'PT')]).reasons).to.deep.equal(['RULE_UNDECIDED']);
  });

  it("take acceptance rules from the country that is entered, invalidation rules from the issuer's", () => {
    const robbed = recordOf(dose(LISTED, 'a robbed pharmacy'), 'PT');
    const withRules = (...rules: readonly JsonObject[]): readonly string[] =>
      ask([robbed], { rules: [nationalRuleJson(), ...rules] }).reasons;
    expect(withRules(invalidation('PT'))).to.deep.equal(['RULE_STOP']);
    expect(withRules(invalidation('DE'))).to.deep.equal([]);
    expect(
      withRules(nationalRuleJson({ Identifier: 'VR-AT-0001', Country: 'AT', Logic: false })),
    ).to.deep.equal([]);
  });

  it('are open where nobody knows whose invalidation rules count', () => {
    const record = recordOf(dose(LISTED));
    expect(ask([record]).reasons).to.deep.equal([]);
    const rules = [nationalRuleJson(), invalidation('PT')];
    expect(ask([record], { rules }).reasons).to.deep.equal(['RULE_UNDECIDED']);
  });

  it('accept nothing where only invalidation rules are in force', () => {
    const rules = [invalidation('PT')];
    expect(ask([recordOf(dose(LISTED), 'PT')], { rules }).reasons).to.deep.equal(['RULE_UNDECIDED']);
  });

  it('count from their first moment to their last, the newest version of each', () => {
    const rules = [
      nationalRuleJson({ ValidTo: '2022-05-31T23:59:59Z' }),
      nationalRuleJson({ Version: '1.0.1', ValidFrom: '2022-06-01T00:00:00Z', Logic: false }),
    ];
    const at = (text: string): readonly string[] =>
      ask([recordOf(dose(LISTED), 'PT')], { rules, at: Date.parse(text) / 1000 }).reasons;
    expect(at('2022-05-31T23:59:59Z')).to.deep.equal([]);
    expect(at('2022-06-01T00:00:00Z')).to.deep.equal(['RULE_STOP']);
    expect(at('2031-01-01T00:00:00Z')).to.deep.equal(['RULE_UNDECIDED']);
  });

  it('of a region count there, beside those of the whole country', () => {
    const regional = nationalRuleJson({ Identifier: 'VR-DE-0002', Region: 'BY', Logic: false });
    const rules = [nationalRuleJson(), regional];
    const reasons = (region?: string): readonly string[] =>
      ask([recordOf(dose(LISTED), 'PT')], { rules, ...(region === undefined ? {} : { region }) }).reasons;
    expect(reasons()).to.deep.equal([]);
    expect(reasons('BE')).to.deep.equal([]);
    expect(reasons('BY')).to.deep.equal(['RULE_STOP']);
  });
});
