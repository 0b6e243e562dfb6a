/** Codes of other systems under the rules of a place, beside a document, and together: never waved past either. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import type { ForeignTrust } from '../../../core/foreign/foreign-trust.ts';
import type { PresentedIdentity } from '../../../core/record/identity-match.ts';
import { StatusLists } from '../../../core/status/accepted-lists.ts';
import { LedgerState } from '../../../core/trust/ledger-state.ts';
import { defaultPolicy } from '../../../core/verify/policy.ts';
import type { PolicyRules } from '../../../core/verify/policy-rules.ts';
import { verifyTogether, type CombinedVerdict } from '../../../core/verify/together.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import { verifyCode, type VerifyContext } from '../../../core/verify/verify.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { trustOf } from '../foreign/support/foreign-verdict.ts';
import { DCC, JUDGED_AT, makeHcertSigner } from '../foreign/support/hcert-signer.ts';
import { rulebookOf, ruleJson, testPolicy } from '../../support/policies.ts';

const signer = makeHcertSigner();
const code = signer.issue();

const TEST = {
  tg: '840539006',
  tt: 'LP6464-4',
  nm: 'Roche LightCycler qPCR',
  tr: '260415000',
  sc: '2022-06-01T12:00:00Z',
  tc: 'Test centre',
  co: 'PT',
  is: 'Ministry of Health',
  ci: 'URN:UVCI:01:PT:ADC4D7B8#7',
};
const { v: DOSES, ...PERSON } = DCC;
const [DOSE] = DOSES as readonly [JsonObject]; // The certificate of the fixture has one dose.

function rulesOf(logic: JsonObject): PolicyRules {
  return rulebookOf([testPolicy({ id: 'place', version: 4, rules: [ruleJson({ logic })] })]);
}

const twoDoses = rulesOf({ '>=': [{ var: 'payload.vaccinations.0.doseNumber' }, 2] });
const threeDoses = rulesOf({ '>=': [{ var: 'payload.vaccinations.0.doseNumber' }, 3] });
const doseAndTest = rulesOf({
  and: [
    { '>': [{ var: 'payload.vaccinations.length' }, 0] },
    { '===': [{ var: 'payload.tests.0.result' }, 'sct|260415000'] },
  ],
});

async function trust(): Promise<ForeignTrust> {
  return trustOf({ hcert: [{ certificate: signer.certificate }] });
}

async function contextOf(rules?: PolicyRules, presented?: PresentedIdentity): Promise<VerifyContext> {
  return {
    crypto: nodeCrypto,
    state: new LedgerState(),
    statusLists: StatusLists.empty,
    nowSeconds: JUDGED_AT,
    policy: { ...defaultPolicy, id: 'place', ...(rules === undefined ? {} : { rules }) },
    foreignTrust: await trust(),
    ...(presented === undefined ? {} : { presented }),
  };
}

async function alone(text: string, rules?: PolicyRules, presented?: PresentedIdentity): Promise<Verdict> {
  return verifyCode(text, await contextOf(rules, presented));
}

async function together(texts: readonly string[], rules?: PolicyRules): Promise<CombinedVerdict> {
  return verifyTogether(texts, await contextOf(rules));
}

function testCode(changes: JsonObject = {}): string {
  return signer.issue({ claim: { ...PERSON, t: [TEST], ...changes } });
}

describe('a code of another system, under the rules of a place', () => {
  it('passes when its records meet them, and stops when not', async () => {
    const good = await alone(code, twoDoses);
    expect(good).to.deep.include({ outcome: 'pass', policy: { id: 'place', version: 4 } });
    const bad = await alone(code, threeDoses);
    expect(bad).to.deep.include({ outcome: 'stop', validity: 'valid', reasons: ['RULE_STOP'] });
    expect(bad.evidence.policies?.[0]?.rules[0]).to.include({ id: 'rule', result: 'fail' });
    expect(bad.steps.at(-1)).to.include({ step: 'policy', result: 'failed' });
  });

  it('is not decided where no rules are in force', async () => {
    const later = testPolicy({ effective: { from: '2029-01-01T00:00:00+08:00' } });
    expect((await alone(code, rulebookOf([later]))).reasons).to.deep.equal(['POLICY_NOT_IN_FORCE']);
  });

  it('shows rules the country of its signer, from the list', async () => {
    const from = (country: string): PolicyRules =>
      rulesOf({ '===': [{ var: 'payload.vaccinations.0.issuer.jurisdiction' }, country] });
    expect((await alone(code, from('PT'))).outcome).to.equal('pass');
    expect((await alone(code, from('HK'))).outcome).to.equal('stop');
  });
});

describe('a code of another system, beside a document', () => {
  const inHand = { name: 'CHAN<<TAI<MAN', birth: '??80-01-01', documentNumber: 'K0000001' };

  it('of somebody else stops', async () => {
    const verdict = await alone(code, undefined, { ...inHand, birth: '??81-01-01' });
    expect(verdict).to.deep.include({ outcome: 'stop', validity: 'valid', reasons: ['IDENTITY_MISMATCH'] });
    expect(verdict.evidence.identity?.birth).to.equal('different');
  });

  it('names no document, so an officer compares', async () => {
    expect((await alone(code, undefined, inHand)).reasons).to.deep.equal(['IDENTITY_NEAR']);
    const numberOnly = { documentNumber: 'K0000001' };
    expect((await alone(code, undefined, numberOnly)).reasons).to.deep.equal(['IDENTITY_UNDECIDED']);
  });

  it('has a name as in a zone, which counts where the printed one is in other letters', async () => {
    const nam = { fn: 'Чан', gn: 'Тай Ман', fnt: 'CHAN', gnt: 'TAI<MAN' };
    const other = signer.issue({ claim: { ...DCC, nam } });
    expect((await alone(other, undefined, inHand)).evidence.identity?.name?.result).to.equal('match');
  });
});

describe('a code of another system, in time', () => {
  const recovery = (days: JsonObject): string =>
    signer.issue({
      claim: { ...PERSON, r: [{ tg: '840539006', co: 'PT', is: 'MoH', ci: 'URN:UVCI:01:PT:R1', ...days }] },
    });

  it('of a recovery is good on its own days, though its signature lasts longer', async () => {
    const good = { fr: '2022-05-01', df: '2022-05-12', du: '2022-06-02' };
    expect((await alone(recovery(good))).outcome).to.equal('pass');
    const over = recovery({ fr: '2021-11-01', df: '2021-11-12', du: '2022-05-30' });
    expect((await alone(over)).reasons).to.deep.equal(['EXPIRED']);
    const early = recovery({ fr: '2022-05-30', df: '2022-06-10', du: '2022-11-26' });
    expect((await alone(early)).reasons).to.deep.equal(['NOT_YET_VALID']);
  });

  it('of a dose that nobody can have had yet is no evidence', async () => {
    const dose = (dt: string): string => signer.issue({ claim: { ...DCC, v: [{ ...DOSE, dt }] } });
    expect((await alone(dose('2022-06-02'))).outcome).to.equal('pass');
    expect((await alone(dose('2022-06-03'))).reasons).to.deep.equal(['ISSUED_IN_FUTURE']);
    const test = testCode({ t: [{ ...TEST, sc: '2022-06-03T12:00:00Z' }] });
    expect((await alone(test)).reasons).to.deep.equal(['ISSUED_IN_FUTURE']);
  });

  it('is not confirmed by a list that has expired since it was loaded', async () => {
    const file = { validUntil: '2022-06-02T00:00:00Z', hcert: [{ certificate: signer.certificate }] };
    const context = { ...(await contextOf()), foreignTrust: await trustOf(file) };
    const at = async (nowSeconds: number): Promise<Verdict> => verifyCode(code, { ...context, nowSeconds });
    expect((await at(JUDGED_AT - 1)).outcome).to.equal('pass');
    expect(await at(JUDGED_AT)).to.deep.include({ outcome: 'refer', reasons: ['TRUST_LIST_STALE'] });
  });
});

describe('a code of another system, by a clock that is behind the ledger', () => {
  const empty = new LedgerState();
  const head = { ...empty.head, number: 1, timeSeconds: JUDGED_AT + 600 };
  const { roots, statusAnchors, trust: issuers } = empty;
  const state = { head, version: 1, roots, statusAnchors, trust: issuers };
  const at = async (more: Partial<VerifyContext>): Promise<Verdict> =>
    verifyCode(code, { ...(await contextOf()), state, ...more });

  it('is for an officer: whether it has ended, nobody could say', async () => {
    for (const nowSeconds of [JUDGED_AT, 0, Number.NaN])
      expect(await at({ nowSeconds })).to.deep.include({ outcome: 'refer', reasons: ['CLOCK_BEHIND'] });
    expect((await at({ nowSeconds: head.timeSeconds })).outcome).to.equal('pass');
  });

  it('is judged as of a time that somebody asks about', async () => {
    expect((await at({ isTimeGiven: true })).outcome).to.equal('pass');
  });

  it('is no better beside another one', async () => {
    const both = await verifyTogether([code, testCode()], { ...(await contextOf()), state });
    expect(both).to.deep.include({ outcome: 'refer', reasons: ['CLOCK_BEHIND'] });
  });
});

describe('codes of other systems, together', () => {
  it('meet rules together that neither meets alone', async () => {
    expect((await together([code, testCode()], doseAndTest)).outcome).to.equal('pass');
    expect((await together([code], doseAndTest)).reasons).to.deep.equal(['RULE_STOP']);
  });

  it('do not add up over two people', async () => {
    const verdict = await together([code, testCode({ dob: '1990-05-05' })], doseAndTest);
    expect(verdict).to.deep.include({ outcome: 'stop', reasons: ['IDENTITY_MISMATCH'] });
  });

  it('of a namesake whose birth date nobody knows in full are for an officer', async () => {
    const dose = signer.issue({ claim: { ...DCC, dob: '1980' } });
    const verdict = await together([dose, testCode({ dob: '1980' })], doseAndTest);
    expect(verdict.outcome).to.equal('refer');
  });

  it('count once in whatever form the text is', async () => {
    // Another signature over the same content.
    expect((await together([code, signer.issue()])).parts).to.have.lengthOf(1);
  });
});
