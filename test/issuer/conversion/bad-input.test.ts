/**
 * What holders may bring that is wrong: each gets its own reason, in the holder's language, and nothing is half-done:
 * nothing is stored, nothing waits for the ledger, and the same holder succeeds with the right thing afterwards.
 */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toBase64url } from '../../../core/bytes/base64url.ts';
import { defaultMappings } from '../../../core/conversion/default-mappings.ts';
import { REFUSALS, type RefusalCode } from '../../../core/conversion/refusals.ts';
import type { ConversionRequest } from '../../../issuer/conversion/source/request.ts';
import { buildIssuerApp } from '../../../issuer/app.ts';
import { testRecord } from '../../support/consortium.ts';
import { expectRejects } from '../../support/throws-code.ts';
import { ConvertingIssuers, NOON, PLACES, type Traveller } from './converting-issuers.ts';

interface Row {
  readonly what: string;
  readonly code: RefusalCode;
  readonly request: (issuers: ConvertingIssuers, traveller: Traveller) => Promise<ConversionRequest>;
}

const ROWS: readonly Row[] = [
  {
    what: 'an expired code',
    code: 'CONVERSION_CODE_NOT_VALID',
    async request(issuers) {
      const short = await issuers.traveller('HK', { untilSeconds: NOON + 120 });
      issuers.ledger.tick(600);
      await issuers.settle('HK');
      return issuers.request(short, 'MO');
    },
  },
  {
    what: 'a code of another place',
    code: 'CONVERSION_CODE_NOT_OURS',
    async request(issuers) {
      return issuers.request(await issuers.traveller('GD'), 'MO');
    },
  },
  {
    what: 'a record that is no health code',
    code: 'CONVERSION_CODE_NOT_OURS',
    request: async (issuers, traveller) => {
      const [test = ''] = traveller.evidence;
      return issuers.request({ ...traveller, code: test }, 'MO');
    },
  },
  {
    what: 'no code at all',
    code: 'CONVERSION_CODE_NOT_VALID',
    request: async (issuers, traveller) => ({ ...issuers.request(traveller, 'MO'), code: 'HCL1:ABC' }),
  },
  {
    what: 'another holder’s key',
    code: 'CONVERSION_WRONG_HOLDER',
    async request(issuers, traveller) {
      const other = await issuers.traveller('HK');
      return issuers.request({ ...traveller, holder: other.holder }, 'MO');
    },
  },
  {
    what: 'a consent to other terms than were signed',
    code: 'CONVERSION_WRONG_HOLDER',
    request: async (issuers, traveller) => {
      const request = issuers.request(traveller, 'MO');
      return { ...request, terms: { ...request.terms, target: PLACES.GD.did } };
    },
  },
  {
    what: 'a consent to words that are not shown today',
    code: 'CONVERSION_CONSENT_INVALID',
    request: async (issuers, traveller) => issuers.request(traveller, 'MO', { text: 'convert-0.en' }),
  },
  {
    what: 'a consent to words of before',
    code: 'CONVERSION_CONSENT_INVALID',
    request: async (issuers, traveller) => {
      const { evidence: _, ...terms } = issuers.request(traveller, 'MO', { text: 'convert-1.en' }).terms;
      return issuers.signed(traveller, terms);
    },
  },
  {
    what: 'a consent that says nothing of the evidence',
    code: 'CONVERSION_CONSENT_INVALID',
    request: async (issuers, traveller) => {
      const { evidence: _, ...terms } = issuers.request(traveller, 'MO').terms;
      return issuers.signed(traveller, terms);
    },
  },
  {
    what: 'a consent to one record less than was sent',
    code: 'CONVERSION_CONSENT_INVALID',
    request: async (issuers, traveller) => {
      const [test = ''] = traveller.evidence;
      const { terms } = issuers.request({ ...traveller, evidence: [test] }, 'MO');
      return issuers.signed(traveller, terms);
    },
  },
  {
    what: 'a consent to records that were left out',
    code: 'CONVERSION_CONSENT_INVALID',
    request: async (issuers, traveller) => {
      const request = issuers.request(traveller, 'MO');
      return { ...request, evidence: request.evidence.slice(0, 1) };
    },
  },
  {
    what: 'a clock that is slow',
    code: 'CONVERSION_CLOCK_OFF',
    request: async (issuers, traveller) =>
      issuers.request(traveller, 'MO', { at: issuers.ledger.nowSeconds - 3600 }),
  },
  {
    what: 'a clock that is fast',
    code: 'CONVERSION_CLOCK_OFF',
    request: async (issuers, traveller) =>
      issuers.request(traveller, 'MO', { at: issuers.ledger.nowSeconds + 3600 }),
  },
  {
    what: 'a port that does not exist',
    code: 'CONVERSION_PORT_UNKNOWN',
    request: async (issuers, traveller) => issuers.request(traveller, 'MO', { port: 'ATLANTIS' }),
  },
  {
    what: 'a day on which it has ended',
    code: 'CONVERSION_DAY_NOT_POSSIBLE',
    request: async (issuers, traveller) => issuers.request(traveller, 'MO', { plannedOn: '2022-12-25' }),
  },
  {
    what: 'a place that nobody knows',
    code: 'CONVERSION_TARGET_UNKNOWN',
    request: async (issuers, traveller) =>
      issuers.request(traveller, 'MO', { target: 'did:web:nowhere.example' }),
  },
  {
    what: 'the place itself',
    code: 'CONVERSION_TARGET_UNKNOWN',
    request: async (issuers, traveller) => issuers.request(traveller, 'HK'),
  },
  {
    what: 'no test',
    code: 'CONVERSION_EVIDENCE_MISSING',
    request: async (issuers, traveller) => issuers.request({ ...traveller, evidence: [] }, 'MO'),
  },
  {
    what: 'a test of somebody else',
    code: 'CONVERSION_OTHER_PERSON',
    async request(issuers, traveller) {
      const other = await issuers.traveller('HK');
      return issuers.request({ ...traveller, evidence: other.evidence }, 'MO');
    },
  },
  {
    what: 'a test that is too old',
    code: 'CONVERSION_EVIDENCE_MISSING',
    async request(issuers) {
      const late = await issuers.traveller('HK', {
        records: [testRecord({ subject: OLD, collectedAt: '2022-12-18T09:15:00+08:00' })],
        subject: OLD,
      });
      return issuers.request(late, 'MO');
    },
  },
  {
    what: 'a red code',
    code: 'CONVERSION_STATE_NOT_CONVERTIBLE',
    async request(issuers) {
      const red = await issuers.traveller('HK', { order: { kind: 'isolation', ground: 'hcl|under-order' } });
      expect(red.state).to.equal('red');
      return issuers.request(red, 'MO');
    },
  },
];

const OLD = { ...testRecord().subject, docNumber: 'K7654321' };

describe('bad input', () => {
  for (const { what, code, request } of ROWS) {
    it(`${what}: ${code}, and nothing half-done`, async () => {
      await using issuers = await ConvertingIssuers.create();
      const traveller = await issuers.traveller('HK');
      const bad = await request(issuers, traveller);
      const { source, account } = (await issuers.at('HK')).conversion;
      await expectRejects(source.convert(bad), code);
      await expectRejects(source.conversion(bad.terms.id), 'CONVERSION_NOT_FOUND');
      await issuers.settle('HK');
      expect(await account.pairs()).to.deep.equal([]);
      const good = await issuers.traveller('HK');
      expect(await source.convert(issuers.request(good, 'MO'))).to.include({ state: 'under-way' });
    });
  }

  it('a consent that was given for another code: CONVERSION_CONSENT_REPLAYED', async () => {
    await using issuers = await ConvertingIssuers.create();
    const [first, second] = [await issuers.traveller('HK'), await issuers.traveller('HK')];
    const { source } = (await issuers.at('HK')).conversion;
    const request = issuers.request(first, 'MO');
    await source.convert(request);
    const { id } = request.terms;
    await expectRejects(source.convert(issuers.request(second, 'MO', { id })), 'CONVERSION_CONSENT_REPLAYED');
    await expectRejects(source.convert(issuers.request(first, 'GD', { id })), 'CONVERSION_CONSENT_REPLAYED');
  });

  it('the same submission twice: the same answer', async () => {
    await using issuers = await ConvertingIssuers.create();
    const request = issuers.request(await issuers.traveller('HK'), 'MO');
    const { source } = (await issuers.at('HK')).conversion;
    expect(await source.convert(request)).to.deep.equal(await source.convert(request));
  });

  it('the same submission signed by nobody: CONVERSION_WRONG_HOLDER', async () => {
    await using issuers = await ConvertingIssuers.create();
    const request = issuers.request(await issuers.traveller('HK'), 'MO');
    const { source } = (await issuers.at('HK')).conversion;
    await source.convert(request);
    const unsigned = { ...request, signature: new Uint8Array(64) };
    await expectRejects(source.convert(unsigned), 'CONVERSION_WRONG_HOLDER');
  });

  it('a mapping that the ledger’s time has ended, whatever our clock says: CONVERSION_MAPPING_NOT_IN_FORCE', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const { conversion } = await issuers.at('HK');
    const request = issuers.request(traveller, 'MO');
    issuers.ledger.withdrawMapping('HK-DH', 'MO-SSM', issuers.ledger.nowSeconds + 60);
    issuers.ledger.tick(61);
    await conversion.pass();
    // Our clock is slow.
    issuers.ledger.nowSeconds -= 61;
    await expectRejects(conversion.source.convert(request), 'CONVERSION_MAPPING_NOT_IN_FORCE');
  });

  it('a mapping version that is not in force yet: CONVERSION_MAPPING_NOT_IN_FORCE at both ends', async () => {
    await using issuers = await ConvertingIssuers.create();
    const next = defaultMappings().all.find(({ id, version }) => id === 'map.hk-mo' && version === 2);
    if (next === undefined) throw new Error('a second version');
    const traveller = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    issuers.ledger.publishMapping(next);
    const { source } = (await issuers.at('HK')).conversion;
    await issuers.settle('HK', 'MO');
    // On the ledger at once, but by its own words only from the 23rd on.
    const other = await issuers.traveller('HK');
    await expectRejects(source.convert(issuers.request(other, 'MO')), 'CONVERSION_MAPPING_NOT_IN_FORCE');
    const { target } = (await issuers.at('MO')).conversion;
    const arrival = issuers.arrival(traveller, carried);
    await expectRejects(target.admit(arrival), 'CONVERSION_MAPPING_NOT_IN_FORCE');
  });

  it('a conversion that the ledger does not show yet: CONVERSION_NOT_SPENT, and a moment later it does', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const [hk, mo] = [await issuers.at('HK'), await issuers.at('MO')];
    const { id } = await hk.conversion.source.convert(issuers.request(traveller, 'MO'));
    // Anchored, and so far the target has read; then its nullifier is spent.
    await hk.settle();
    await mo.conversion.pass();
    await hk.conversion.pass();
    const { package: carried } = await hk.conversion.source.conversion(id);
    if (carried === undefined) throw new Error('not handed over');
    const arrival = issuers.arrival(traveller, carried);
    await expectRejects(mo.conversion.target.admit(arrival), 'CONVERSION_NOT_SPENT');
    await mo.conversion.pass();
    expect(await mo.conversion.target.admit(arrival)).to.include({ decision: 'accepted' });
  });
});

describe('recognition that is withdrawn', () => {
  it('ends conversions from then on at both ends, and shows what was converted before', async () => {
    await using issuers = await ConvertingIssuers.create();
    const before = await issuers.traveller('HK');
    expect(await issuers.convert(before, 'HK', 'MO')).to.include({ decision: 'accepted' });
    const onTheWay = await issuers.traveller('HK');
    const carried = await issuers.carry(onTheWay, 'HK', 'MO');
    issuers.ledger.tick(60);
    issuers.ledger.withdrawMapping('HK-DH', 'MO-SSM');
    await issuers.settle('HK', 'MO');
    const late = await issuers.traveller('HK');
    const { source } = (await issuers.at('HK')).conversion;
    await expectRejects(source.convert(issuers.request(late, 'MO')), 'CONVERSION_MAPPING_NOT_IN_FORCE');
    const { target } = (await issuers.at('MO')).conversion;
    const { list } = await issuers.carry(late, 'HK', 'GD');
    await expectRejects(
      target.admit(issuers.arrival(onTheWay, { ...carried, list })),
      'CONVERSION_MAPPING_NOT_IN_FORCE',
    );
    const { withdrawnFrom, converted } = await target.recognition(PLACES.HK.did);
    expect(withdrawnFrom).to.be.a('number').and.to.be.at.most(issuers.ledger.nowSeconds);
    expect(converted).to.have.length(1);
    expect(converted[0]).to.include({
      decision: 'accepted',
      ruleId: 'map.hk-mo',
      mappingVersion: 1,
      state: 'green',
    });
    const other = await issuers.traveller('HK');
    expect(await issuers.convert(other, 'HK', 'GD')).to.include({ decision: 'accepted' });
  });
});

describe('the routes of conversions', () => {
  it('say why in the language of the request, under one code', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const issuer = await issuers.at('HK');
    const app = await buildIssuerApp({
      issuer,
      operatorToken: 'operator token of these tests, long enough',
      now: () => NOON * 1000,
      limits: { maxEventLoopDelayMs: 0 },
    });
    const request = issuers.request(traveller, 'MO', { port: 'ATLANTIS' });
    const payload = { ...request, signature: toBase64url(request.signature) };
    for (const [language, query, header] of [
      ['zh-Hant', '', 'zh-HK,zh;q=0.9'],
      ['pt', '?language=pt', 'zh-HK'],
      ['zh-Hans', '', 'zh-CN'],
      ['en', '', 'fr'],
    ] as const) {
      const answer = await app.inject({
        method: 'POST',
        url: `/conversions${query}`,
        headers: { 'accept-language': header },
        payload,
      });
      expect(answer.statusCode).to.equal(422);
      expect(answer.json()).to.include({
        code: 'CONVERSION_PORT_UNKNOWN',
        detail: REFUSALS.CONVERSION_PORT_UNKNOWN[language],
      });
    }
    const words = await app.inject({ url: '/conversions/consent?language=pt' });
    expect(words.json()).to.include({ version: 'convert-3', name: 'convert-3.pt' });
    const asked = { url: '/conversions/consent', headers: { 'accept-language': 'zh-HK,zh;q=0.9' } };
    expect((await app.inject(asked)).json()).to.include({ name: 'convert-3.zh-Hant' });
    const large = { ...payload, evidence: Array.from({ length: 64 }, () => 'A'.repeat(4_296)) };
    const refused = await app.inject({ method: 'POST', url: '/conversions', payload: large });
    expect(refused.statusCode).to.equal(413);
    for (const url of [
      '/conversions/referrals',
      '/conversions/account',
      `/conversions/recognition?source=${PLACES.GD.did}`,
    ]) {
      expect((await app.inject({ url })).statusCode, url).to.equal(401);
    }
    await app.close();
  });
});
