/** Where the house has no colour of its own for somebody, a person must say one: it is no failure and never a green. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { grantedStatus } from '../../../issuer/conversion/granted-status.ts';
import { IssuerError } from '../../../issuer/errors.ts';
import { vaccinationRecord } from '../../support/consortium.ts';
import { expectRejects } from '../../support/throws-code.ts';

function grantsOf(error: IssuerError): ReturnType<typeof grantedStatus> {
  const fails = async (): Promise<never> => {
    throw error;
  };
  return grantedStatus({ colourOf: fails, isAllOf: fails, issue: fails });
}

describe('our own colour for who comes from elsewhere', () => {
  const { subject } = vaccinationRecord();
  for (const code of [
    'HEALTH_UNDECIDED',
    'HEALTH_POLICY_NOT_IN_FORCE',
    'HEALTH_SCHEME_ELSEWHERE',
    'HEALTH_PERSON_SPLIT',
  ] as const) {
    it(`is none where ${code} says so`, async () => {
      expect(await grantsOf(new IssuerError(code, 'x')).ownColour(subject, 'MO')).to.equal(undefined);
    });
  }

  it('is a failure where anything else is wrong', async () => {
    const touched = grantsOf(new IssuerError('HEALTH_FILE_TOUCHED', 'x'));
    await expectRejects(touched.ownColour(subject, 'MO'), 'HEALTH_FILE_TOUCHED');
  });
});
