/** A code of every kind of record from issuing to verdict, and what ends it. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Profile } from '../../../core/credential/claims.ts';
import {
  CREDENTIAL_TYPES,
  toTypeMask,
  type CredentialType,
} from '../../../core/credential/credential-type.ts';
import { toSvg } from '../../../core/qr/image.ts';
import { defaultPolicies } from '../../../core/policy/default-policies.ts';
import { Rulebook } from '../../../core/policy/rulebook.ts';
import type { IssuableRecord } from '../../../core/record/derived.ts';
import type { Code, HealthRecord, Subject } from '../../../core/record/record.ts';
import { validateRecord } from '../../../core/record/validate.ts';
import { validityOf } from '../../../core/record/validity.ts';
import { VALUE_SETS } from '../../../core/record/value-sets.ts';
import { defaultPolicy, type VerifyPolicy } from '../../../core/verify/policy.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { verifyCode } from '../../../core/verify/verify.ts';
import { makeConsortium, START_SECONDS, type Consortium, type IssuedCode } from '../../support/consortium.ts';
import {
  conversionRecord,
  declarationRecord,
  EVERY_KIND,
  exemptionRecord,
  HOME_VISIT_PERMIT,
  recoveryRecord,
  statusRecord,
} from '../../support/sample-records.ts';

const YEAR = 365 * 86_400;

interface Issued {
  readonly consortium: Consortium;
  readonly code: IssuedCode;
}

/** @param types what the issuer is narrowed to before it issues */
async function issue(
  record: IssuableRecord,
  profile: Profile = 'venue',
  types: readonly CredentialType[] = CREDENTIAL_TYPES,
): Promise<Issued> {
  const consortium = makeConsortium({ seed: 17 });
  const { id } = consortium.issuer;
  const until = consortium.nowSeconds + YEAR;
  consortium.block([{ event: 'IssuerNarrowed', issuer: id, types: toTypeMask(types), until }]);
  const [code] = await consortium.issueCodes([record], { profile, ...validityOf(record) });
  if (code === undefined) throw new Error('nothing was issued');
  return { consortium, code };
}

/** The verdict at `time`, by a ledger and a status list that are fresh then. */
async function verdictAt({ consortium, code }: Issued, time: string): Promise<Verdict> {
  consortium.advance(Date.parse(time) / 1000 - consortium.nowSeconds);
  consortium.publishStatus(consortium.issuer, []);
  return await verifyCode(code.text, consortium.context());
}

describe('a code of each kind of record', () => {
  for (const record of Object.values(EVERY_KIND)) {
    for (const profile of ['venue', 'travel'] as const) {
      it(`${record.type}, ${profile}: passes, and shows what was issued`, async () => {
        const { consortium, code } = await issue(record, profile);
        const verdict = await verifyCode(code.text, consortium.context());
        expect(verdict).to.include({ outcome: 'pass', validity: 'valid' });
        expect(verdict.evidence).to.include({ type: record.type, profile });
        expect(verdict.evidence.claims).to.deep.equal(code.claims);
      });
    }

    it(`${record.type}: stops once it is revoked`, async () => {
      const { consortium, code } = await issue(record);
      const { idx } = code.claims.status.status_list;
      consortium.publishStatus(consortium.issuer, [{ index: idx, value: 'revoked' }]);
      const verdict = await verifyCode(code.text, consortium.context());
      expect(verdict).to.deep.include({ outcome: 'stop', validity: 'invalid', reasons: ['STATUS_REVOKED'] });
    });

    it(`${record.type}: good evidence, but not where only the other profile is accepted`, async () => {
      const { consortium, code } = await issue(record);
      const policy: VerifyPolicy = { ...defaultPolicy, profiles: ['travel'] };
      const verdict = await verifyCode(code.text, consortium.context({ policy }));
      expect(verdict).to.deep.include({ validity: 'valid', reasons: ['PROFILE_NOT_ACCEPTED'] });
      expect(verdict.outcome).to.not.equal('pass');
    });

    it(`${record.type}: stops where its issuer is accredited for every kind but this one`, async () => {
      const others = CREDENTIAL_TYPES.filter((type) => type !== record.type);
      const { consortium, code } = await issue(record, 'venue', others);
      const verdict = await verifyCode(code.text, consortium.context());
      expect(verdict).to.deep.include({ outcome: 'stop', reasons: ['ISSUER_TYPE_NOT_ALLOWED'] });
    });
  }

  for (const record of [statusRecord({ state: 'green' }), conversionRecord()]) {
    it(`${record.type}: holds to its end and not a second longer`, async () => {
      const issued = await issue(record, 'travel');
      const verdict = await verdictAt(issued, '2022-12-22T00:04:59+08:00');
      const isConversion = record.type === 'conversion';
      expect(verdict.validity).to.equal('valid');
      // One is for the authority that decides on it, the other for a door.
      expect(verdict.reasons).to.deep.equal(isConversion ? ['CONVERSION_ON_ITS_WAY'] : []);
      expect(verdict.outcome).to.equal(isConversion ? 'refer' : 'pass');
      expect(verdict.evidence.claims).to.deep.equal(issued.code.claims);
      expect((await verdictAt(issued, '2022-12-22T00:05:00+08:00')).reasons).to.include('EXPIRED');
    });
  }

  for (const [state, outcome, reasons] of [
    ['green', 'pass', []],
    ['amber', 'refer', ['COLOUR_AMBER']],
    ['red', 'stop', ['COLOUR_RED']],
  ] as const) {
    it(`a health code that is ${state}: ${outcome} at a place that asks for nothing, and by its own rules`, async () => {
      for (const profile of ['venue', 'travel'] as const) {
        const { consortium, code } = await issue(statusRecord({ state }), profile);
        const verdict = await verifyCode(code.text, consortium.context());
        expect(verdict).to.deep.include({ outcome, validity: 'valid', reasons });
        const rules = new Rulebook({ questions: [defaultPolicies().versionsOf('hk.health-code')], trip: {} });
        const asked = await verifyCode(
          code.text,
          consortium.context({ policy: { ...defaultPolicy, rules } }),
        );
        expect(asked.outcome).to.equal(state === 'green' ? 'pass' : 'stop');
      }
    });
  }

  it('the code of one scheme is not that of another', async () => {
    const consortium = makeConsortium({ seed: 7 });
    const [, , issuer] = consortium.issuers;
    const record = statusRecord({ scheme: 'MO', state: 'green', country: 'MO' });
    const [code] = await consortium.issueCodes([record], issuer === undefined ? {} : { issuer });
    const rules = new Rulebook({ questions: [defaultPolicies().versionsOf('hk.health-code')], trip: {} });
    const context = consortium.context({ policy: { ...defaultPolicy, rules } });
    const verdict = await verifyCode(code?.text ?? '', context);
    expect(verdict).to.deep.include({ outcome: 'refer', reasons: ['RULE_REFER'] });
  });

  // The policy forgives clocks five minutes.
  const ends: readonly (readonly [HealthRecord, lastGood: string, over: string])[] = [
    [recoveryRecord(), '2023-06-03T00:04:59+08:00', '2023-06-03T00:05:00+08:00'],
    [exemptionRecord(), '2023-03-13T00:04:59+08:00', '2023-03-13T00:05:00+08:00'],
    [declarationRecord(), '2022-12-24T20:04:59+08:00', '2022-12-24T20:05:00+08:00'],
  ];
  for (const [record, lastGood, over] of ends) {
    it(`${record.type}: holds to its end and not a second longer`, async () => {
      const issued = await issue(record, 'travel');
      expect(await verdictAt(issued, lastGood)).to.include({ outcome: 'pass' });
      expect((await verdictAt(issued, over)).reasons).to.deep.equal(['EXPIRED']);
    });
  }

  it('a vaccination and a test do not end by themselves: how long they count is the policy', async () => {
    for (const record of [EVERY_KIND.vaccination, EVERY_KIND.test]) {
      const { claims } = (await issue(record)).code;
      expect(claims).to.not.have.any.keys('exp', 'nbf');
    }
  });

  it('a recovery is not good before its first day', async () => {
    const issued = await issue(recoveryRecord({ validFrom: '2022-12-24' }));
    expect((await verdictAt(issued, '2022-12-23T23:54:59+08:00')).reasons).to.deep.equal(['NOT_YET_VALID']);
    expect((await verdictAt(issued, '2022-12-23T23:55:00+08:00')).outcome).to.equal('pass');
  });

  it('the largest record of each kind still fits a QR code, with a proof of 12 steps', async () => {
    const han = '陳'.repeat(40);
    const subject: Subject = {
      ...EVERY_KIND.vaccination.subject,
      nameEn: 'A'.repeat(80),
      nameZh: han,
      linked: Array.from({ length: 4 }, (_, i) => ({ ...HOME_VISIT_PERMIT, docNumber: `H1234567${i}` })),
    };
    const stay = { country: 'CN', region: '440400', from: '2022-12-07', to: '2022-12-18' };
    const symptoms = VALUE_SETS.symptoms.entries
      .map(({ code }) => code)
      .filter((code) => code !== 'hcl|none');
    const largest: readonly HealthRecord[] = [
      { ...EVERY_KIND.vaccination, subject, lot: 'L1'.repeat(10), centre: han + han },
      { ...EVERY_KIND.test, subject, laboratory: han + han, kit: han + han },
      recoveryRecord({ subject }),
      exemptionRecord({
        subject,
        scope: Array.from({ length: 20 }, (_, i): Code => `eu|EU/1/20/${1500 + i}`),
      }),
      declarationRecord({
        subject,
        symptoms,
        stays: Array.from({ length: 12 }, (_, i) => ({ ...stay, region: `4404${10 + i}` })),
      }),
    ];
    const consortium = makeConsortium({ seed: 17 });
    for (const record of largest) {
      expect(validateRecord(record, { nowSeconds: START_SECONDS })).to.have.property('record');
      const [code] = await consortium.issueCodes([record], { profile: 'travel', isFullBatch: true });
      expect(code?.parts.path.length).to.equal(12 * 32);
      expect(toSvg(code?.text ?? '')).to.include('<svg');
    }
  });
});
