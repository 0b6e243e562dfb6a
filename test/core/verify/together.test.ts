/** Several codes of one person: one decision, and bad evidence, open questions and rules stay apart. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { encodeCode } from '../../../core/qr/code.ts';
import type { HealthRecord } from '../../../core/record/record.ts';
import { CodeCache } from '../../../core/verify/code-cache.ts';
import { defaultPolicy } from '../../../core/verify/policy.ts';
import { verifyTogether, MAX_CODES_TOGETHER, type CombinedVerdict } from '../../../core/verify/together.ts';
import { verifyCode, type VerifyContext } from '../../../core/verify/verify.ts';
import { makeConsortium, testRecord, vaccinationRecord, type Consortium } from '../../support/consortium.ts';
import { rulebookOf, ruleJson, testPolicy } from '../../support/policies.ts';

const { subject } = vaccinationRecord();
const vaccination = vaccinationRecord();
const test = testRecord({ subject });

/** A dose and a test: neither is enough alone. */
const both: JsonObject = {
  logic: {
    and: [
      { '>': [{ var: 'payload.vaccinations.length' }, 0] },
      { '===': [{ var: 'payload.tests.0.result' }, 'sct|260415000'] },
    ],
  },
};
const rules = rulebookOf([testPolicy({ id: 'both', version: 7, rules: [ruleJson(both)] })]);
const policy = { ...defaultPolicy, id: 'both', rules };

async function codesOf(
  consortium: Consortium,
  records: readonly HealthRecord[],
  profile: 'venue' | 'travel' = 'travel',
): Promise<readonly string[]> {
  return (await consortium.issueCodes(records, { profile })).map(({ text }) => text);
}

async function together(
  records: readonly HealthRecord[],
  change: (texts: readonly string[], consortium: Consortium) => readonly string[] = (texts) => texts,
  overrides: Partial<VerifyContext> = {},
): Promise<CombinedVerdict> {
  const consortium = makeConsortium({ seed: 11 });
  const texts = change(await codesOf(consortium, records), consortium);
  return verifyTogether(texts, consortium.context({ policy, ...overrides }));
}

describe('several codes in one scan', () => {
  it('meet together what neither meets alone', async () => {
    const verdict = await together([vaccination, test]);
    expect(verdict).to.include({ outcome: 'pass', validity: 'valid' });
    expect(verdict.policy).to.deep.equal({ id: 'both', version: 7 });
    for (const one of [vaccination, test]) {
      expect((await together([one])).reasons).to.deep.equal(['RULE_STOP']);
    }
    const consortium = makeConsortium({ seed: 11 });
    const [alone = ''] = await codesOf(consortium, [vaccination]);
    const single = await verifyCode(alone, consortium.context({ policy }));
    expect(single).to.deep.include({ outcome: 'stop', validity: 'valid', reasons: ['RULE_STOP'] });
    expect(single.policy).to.deep.equal({ id: 'both', version: 7 });
    expect(single.evidence.policies?.[0]?.rules[0]).to.include({ id: 'rule', result: 'fail' });
  });

  it('are in any order, and count once however often they are shown', async () => {
    const verdict = await together([test, vaccination], ([a = '', b = '']) => [b, a, b, b]);
    expect(verdict.outcome).to.equal('pass');
    expect(verdict.parts).to.have.lengthOf(2);
  });

  it('count a credential once in whatever form its text is', async () => {
    const consortium = makeConsortium({ seed: 11 });
    const [code] = await consortium.issueCodes([vaccination], { profile: 'travel' });
    if (code === undefined) throw new Error('nothing was issued');
    const unsigned = encodeCode({ ...code.parts, signature: new Uint8Array(64) });
    const ledgerMode = consortium.context({ policy: { ...defaultPolicy, ledgerMode: true } });
    const verdict = await verifyTogether([code.text, unsigned], ledgerMode);
    expect(verdict.outcome).to.equal('pass');
    expect(verdict.parts).to.have.lengthOf(1);
  });

  it('are bad evidence with one bad code among them, whatever the rules would say', async () => {
    const verdict = await together([vaccination, test], (texts, consortium) => {
      consortium.publishStatus(consortium.issuer, [{ index: 1, value: 'revoked' }]);
      return texts;
    });
    expect(verdict).to.deep.include({ outcome: 'stop', validity: 'invalid', reasons: ['STATUS_REVOKED'] });
    expect(verdict.policies).to.deep.equal([]);
  });

  it('are undecided with one that cannot be decided, even where the rules say no', async () => {
    const verdict = await together([vaccination], (texts) => [...texts, 'NL2:6BF+70790T9WJWG']);
    expect(verdict).to.deep.include({
      outcome: 'refer',
      validity: 'unconfirmed',
      reasons: ['FORMAT_NOT_SUPPORTED'],
    });
  });

  it('do not add up over two people', async () => {
    const verdict = await together([vaccination, testRecord()]);
    expect(verdict).to.deep.include({ outcome: 'stop', validity: 'valid', reasons: ['IDENTITY_MISMATCH'] });
  });

  it('of one person with another document are for an officer', async () => {
    const passport = { ...subject, docType: 'PASSPORT', docNumber: 'K0000001' } as const;
    const verdict = await together([vaccination, testRecord({ subject: passport })]);
    expect(verdict).to.deep.include({ outcome: 'refer', validity: 'valid', reasons: ['IDENTITY_NEAR'] });
  });

  it('masked alike are of one person', async () => {
    const consortium = makeConsortium({ seed: 11 });
    const texts = await codesOf(consortium, [vaccination, test], 'venue');
    const verdict = await verifyTogether(texts, consortium.context({ policy }));
    expect(verdict.outcome).to.equal('pass');
  });

  it('are compared with the document in hand, each of them', async () => {
    const presented = { documentNumber: 'A1234563', name: 'CHAN<<TAI<MAN', birth: '1980-01-01' };
    expect((await together([vaccination, test], undefined, { presented })).outcome).to.equal('pass');
    const other = { ...presented, birth: '1981-01-01' };
    expect((await together([vaccination, test], undefined, { presented: other })).reasons).to.deep.equal([
      'IDENTITY_MISMATCH',
    ]);
  });

  it('are none, or more than anybody has: not decided', async () => {
    expect((await together([vaccination], () => [])).reasons).to.include('COULD_NOT_DECIDE');
    const many = Array.from({ length: MAX_CODES_TOGETHER + 1 }, (_, place) => `nonsense ${place}`);
    expect((await together([vaccination], () => many)).parts).to.have.lengthOf(MAX_CODES_TOGETHER);
  });
});

describe('the cache of codes, under rules and documents', () => {
  it('tells an answer again only until a rule would answer differently', async () => {
    const consortium = makeConsortium({ seed: 11 });
    const [text = ''] = await codesOf(consortium, [test]);
    const closes = { amount: 24, unit: 'hours', limit: 'exclusive' };
    const window = { of: 'tests', basis: 'collectedAt', against: 'now', closes };
    const logic = { var: 'payload.tests.0.in.short' };
    const short = testPolicy({ windows: { short: window }, rules: [ruleJson({ logic })] });
    const ruled = { ...defaultPolicy, rules: rulebookOf([short]) };
    const cache = new CodeCache({ maxEntries: 8 });
    const at = (nowSeconds: number): Promise<string> =>
      cache.verify(text, consortium.context({ policy: ruled, nowSeconds })).then(({ outcome }) => outcome);
    const end = Date.parse(test.collectedAt) / 1000 + 24 * 3600;
    expect(await at(end - 1)).to.equal('pass');
    expect(await at(end - 1)).to.equal('pass');
    expect(await at(end)).to.equal('stop');
  });

  it('never tells one person the answer about another document', async () => {
    const consortium = makeConsortium({ seed: 11 });
    const [text = ''] = await codesOf(consortium, [vaccination]);
    const cache = new CodeCache({ maxEntries: 8 });
    const presented = { documentNumber: 'A1234563', name: 'CHAN<<TAI<MAN', birth: '1980-01-01' };
    const verify = (changes: Partial<VerifyContext>): Promise<string> =>
      cache.verify(text, consortium.context(changes)).then(({ outcome }) => outcome);
    expect(await verify({})).to.equal('pass');
    expect(await verify({ presented })).to.equal('pass');
    expect(await verify({ presented: { ...presented, birth: '1990-01-01' } })).to.equal('stop');
    expect(await verify({})).to.equal('pass');
  });
});
