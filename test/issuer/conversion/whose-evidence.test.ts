/** A mapping that says whose evidence counts: the issuer's name travels with what it takes, and nobody else's counts. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { consentName, consentText } from '../../../core/conversion/consent.ts';
import { DEFAULT_MAPPING_FILES } from '../../../core/conversion/default-mappings.ts';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { parseMapping } from '../../../core/conversion/mapping-form.ts';
import { parseClaims } from '../../../core/credential/parse.ts';
import { decodeCode } from '../../../core/qr/code.ts';
import { buildIssuerApp } from '../../../issuer/app.ts';
import type { Referral } from '../../../issuer/conversion/target/referrals.ts';
import { expectRejects } from '../../support/throws-code.ts';
import { ConvertingIssuers, PLACES } from './converting-issuers.ts';

const TOKEN = 'operator-token-of-these-tests-long-enough';
const TEST = { type: 'test', class: 'naat-negative-recognised', within: { amount: 48, unit: 'hours' } };
const HK = PLACES.HK.did;

/** Houses with the default mappings, but that the way from Hong Kong to Macao takes tests of these issuers alone. */
async function trusting(issuers: readonly string[], changes: JsonObject = {}): Promise<ConvertingIssuers> {
  const strict = { form: 'hcl-mapping/3', evidence: [{ ...TEST, issuers: [...issuers] }], ...changes };
  return await ConvertingIssuers.create(
    DEFAULT_MAPPING_FILES.map((file) =>
      parseMapping(file['id'] === 'map.hk-mo' && file['version'] === 1 ? { ...file, ...strict } : file),
    ),
  );
}

describe('a mapping that says whose evidence counts', () => {
  it('takes theirs, and the target, which decides by the same rule, is told whose it is', async () => {
    await using issuers = await trusting(['did:web:lab.example', HK]);
    const traveller = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    const { facts } = parseClaims(decodeCode(carried.code).payloadBytes);
    expect(facts).to.deep.include({
      evidence: [
        {
          class: 'naat-negative-recognised',
          collectedAt: '2022-12-20T12:15:00+08:00',
          issuer: HK,
          type: 'test',
        },
      ],
    });
    const { target } = (await issuers.at('MO')).conversion;
    expect(await target.admit(issuers.arrival(traveller, carried))).to.include({ decision: 'accepted' });
  });

  it('needs a consent whose words say that the issuer is told', async () => {
    await using issuers = await trusting([HK]);
    const traveller = await issuers.traveller('HK');
    const { source } = (await issuers.at('HK')).conversion;
    const before = issuers.request(traveller, 'MO', { text: 'convert-2.en' });
    await expectRejects(source.convert(before), 'CONVERSION_CONSENT_INVALID');
    expect(consentText('convert-2.en')).to.not.include('issued');
    expect(consentText(consentName('en'))).to.include('who issued it, where the place asks');
  });

  it('takes nobody else’s', async () => {
    await using issuers = await trusting(['did:web:lab.example']);
    const traveller = await issuers.traveller('HK');
    const { source } = (await issuers.at('HK')).conversion;
    await expectRejects(source.convert(issuers.request(traveller, 'MO')), 'CONVERSION_EVIDENCE_MISSING');
  });

  it('tells an officer, who sees all evidence, whose it is of what it takes alone', async () => {
    await using issuers = await trusting([HK], { states: { green: { do: 'refer' } } });
    const traveller = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    const issuer = await issuers.at('MO');
    const decided = await issuer.conversion.target.admit(issuers.arrival(traveller, carried));
    expect(decided).to.include({ decision: 'referred' });
    await using app = await buildIssuerApp({
      issuer,
      operatorToken: TOKEN,
      now: () => issuers.ledger.nowSeconds * 1000,
      limits: { maxEventLoopDelayMs: 0 },
    });
    const headers = { authorization: `Bearer ${TOKEN}` };
    const answer = await app.inject({ url: '/conversions/referrals', headers });
    expect(answer.statusCode, answer.body).to.equal(200);
    const [referral] = answer.json<readonly Pick<Referral, 'evidence'>[]>();
    const told = referral?.evidence.map(({ class: shown, issuer: by }) => [shown, by]);
    expect(told, answer.body).to.deep.equal([
      ['naat-negative-recognised', HK],
      ['declaration-clear', undefined],
    ]);
  });
});
