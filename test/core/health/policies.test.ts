/** The health policies that we ship: every case as expected, every rule a ground, no time with two of one scheme. */
import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isJsonObject } from '../../../core/bytes/strict-json.ts';
import { isGround } from '../../../core/health/grounds.ts';
import { HEALTH_POLICY_FILES, healthPolicyAt, shippedHealthPolicies } from '../../../core/health/policies.ts';
import { SCHEME_FORMS } from '../../../core/health/schemes.ts';
import { parseCases, runCase } from '../../../core/policy/cases.ts';
import { coverageProblems } from '../../../core/policy/coverage.ts';
import { nameOf } from '../../../core/policy/policy.ts';
import { parsePolicy } from '../../../core/policy/policy-form.ts';
import { SCHEMES } from '../../../core/record/derived.ts';
import { START_SECONDS } from '../../support/consortium.ts';

const folder = new URL('../../../core/policy/health/', import.meta.url);

describe('health policies', () => {
  it('are all the files of the folder, one of them for each scheme, none beside another', () => {
    const policies = shippedHealthPolicies();
    const names = policies.map(({ id, version }) => `${id}.${version}.json`);
    expect(names.toSorted()).to.deep.equal(readdirSync(folder).toSorted());
    const ids = SCHEMES.map((scheme) => SCHEME_FORMS[scheme].policyId);
    expect([...new Set(policies.map(({ id }) => id))].toSorted()).to.deep.equal(ids.toSorted());
    for (const id of ids) expect(coverageProblems(policies.filter((one) => one.id === id))).to.deep.equal([]);
  });

  it('there is none at a time when two would be in force', () => {
    const policies = shippedHealthPolicies();
    expect(healthPolicyAt(policies, 'HK-HC', START_SECONDS)?.id).to.equal('hk.hc');
    expect(healthPolicyAt([...policies, ...policies], 'HK-HC', START_SECONDS)).to.equal(undefined);
    expect(healthPolicyAt(policies, 'HK-VP', START_SECONDS), 'ended on 14 December').to.equal(undefined);
  });

  for (const file of HEALTH_POLICY_FILES) {
    const policy = parsePolicy(isJsonObject(file['policy']) ? file['policy'] : {});
    describe(nameOf(policy), () => {
      const cases = parseCases(file);
      for (const one of cases) {
        it(one.name, () => expect(runCase(policy, one).differences).to.deep.equal([]));
      }

      it('names its rules after grounds, refers or stops', () => {
        for (const { id, otherwise } of policy.rules) {
          expect(isGround(`hcl|${id}`), id).to.equal(true);
          expect(otherwise, id).to.be.oneOf(['refer', 'stop']);
        }
      });
    });
  }
});
