/** What a traveller and a person are told: the lane of the declaration, the reason of a colour, how to object. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { explainColour } from '../../../core/health/appeal.ts';
import { GROUND, GROUNDS } from '../../../core/health/grounds.ts';
import { laneOf, type LaneAnswer } from '../../../core/health/lane.ts';
import { SCHEME_FORMS } from '../../../core/health/schemes.ts';
import type { FactRecord } from '../../../core/policy/facts.ts';
import { defaultPolicies } from '../../../core/policy/default-policies.ts';
import { SCHEMES } from '../../../core/record/derived.ts';
import { LANGUAGES } from '../../../core/record/value-sets/value-set.ts';

const NOW = Date.parse('2022-12-21T12:00:00+08:00') / 1000;
const negative: FactRecord = {
  type: 'test',
  facts: {
    disease: 'sct|840539006',
    method: 'loinc|LP6464-4',
    result: 'sct|260415000',
    collectedAt: '2022-12-20T09:00:00+08:00',
  },
  issuer: { did: 'did:web:ssm.mo.example', jurisdiction: 'MO' },
};
const declaration: FactRecord = {
  type: 'declaration',
  facts: {
    direction: 'hcl|inbound',
    country: 'HK',
    declaredAt: '2022-12-21T08:00:00+08:00',
    symptoms: ['hcl|none'],
    contact: 'hcl|no',
    stays: [{ country: 'MO', from: '2022-12-01', to: '2022-12-21' }],
  },
};

function laneAt(
  records: readonly FactRecord[],
  booked: boolean,
  place = 'port:HZMB',
): LaneAnswer | undefined {
  const passage = { place, route: 'MO>HK', traveller: 'resident' };
  const trip = { booked, atRiskPlace: false, departureAt: '2022-12-21T13:00:00+08:00' };
  const facts = { person: {}, records, trip };
  return laneOf(defaultPolicies().versionsOf('hk.return2hk'), { facts, passage }, NOW);
}

describe('the lane of a declaration', () => {
  it('is green when the policy in force is met, pink when a condition is missing', () => {
    expect(laneAt([negative, declaration], true)).to.deep.equal({
      lane: 'green',
      ruleId: 'hk.return2hk',
      ruleVersion: 2,
      unmet: [],
    });
    expect(laneAt([negative, declaration], false)).to.deep.include({ lane: 'pink', unmet: ['booked'] });
    expect(laneAt([declaration], true)).to.deep.include({ lane: 'pink', unmet: ['tested'] });
  });

  it('is an officer’s when nobody said where the person stayed, and none at a port that there is not', () => {
    const { stays: _, ...facts } = declaration.facts;
    expect(laneAt([negative, { ...declaration, facts }], true)).to.deep.include({ lane: 'refer' });
    expect(laneAt([negative, declaration], true, 'port:NOWHERE')).to.equal(undefined);
  });
});

describe('the reason of a colour', () => {
  it('names scheme, colour, ground, rule and the way to appeal, in four languages that differ', () => {
    for (const scheme of SCHEMES) {
      for (const ground of GROUNDS) {
        const [, , state] = SCHEME_FORMS[scheme].colours;
        const told = explainColour({ scheme, state, ground, ruleId: 'hk.hc', ruleVersion: 3 });
        for (const language of LANGUAGES) expect(told[language].rule).to.equal('hk.hc@3');
        expect(new Set(LANGUAGES.map((language) => told[language].appeal)).size).to.equal(4);
        expect(new Set(LANGUAGES.map((language) => told[language].ground)).size, ground).to.be.at.least(3);
      }
    }
  });

  it('has a name for every ground', () => {
    expect(GROUND.entries.map(({ names }) => names.en)).to.have.length(9);
  });
});
