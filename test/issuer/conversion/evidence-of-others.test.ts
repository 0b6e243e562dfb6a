/**
 * Evidence of an issuer that is neither source nor target: judged by the ledger as at any checkpoint, with the status list
 * that the holder carries along, which names nobody and is asked of nobody by the source.
 */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toBase64url } from '../../../core/bytes/base64url.ts';
import { toCarriedList, type CarriedList } from '../../../core/conversion/carried-list.ts';
import { parseClaims } from '../../../core/credential/parse.ts';
import { decodeCode } from '../../../core/qr/code.ts';
import type { HealthRecord } from '../../../core/record/record.ts';
import { buildIssuerApp } from '../../../issuer/app.ts';
import type { Issuer } from '../../../issuer/issuer.ts';
import { issuerIdOf } from '../../../ledger/identifiers.ts';
import { expectRejects } from '../../support/throws-code.ts';
import { issueAll } from '../support/issuer-house.ts';
import { ConvertingIssuers, goodEvidence, NOON, PLACES, type Traveller } from './converting-issuers.ts';

const OUTDATED = 'CONVERSION_LIST_OUTDATED';
const POSITIVE = 'sct|260373001';

/** A traveller of Hong Kong with a declaration of there, and a test that Guangdong has issued to them. */
async function testedElsewhere(
  issuers: ConvertingIssuers,
  changes: Partial<Extract<HealthRecord, { type: 'test' }>> = {},
): Promise<{ readonly traveller: Traveller; readonly recordId: string; readonly test: string }> {
  const at = await issuers.traveller('HK');
  const [test, declaration] = goodEvidence(at.subject, 'HK');
  if (test?.type !== 'test' || declaration === undefined) throw new Error('a test and a declaration');
  const [declared, tested] = [
    await issued(await issuers.at('HK'), declaration, issuers),
    await issued(await issuers.at('GD'), { ...test, country: 'CN', ...changes }, issuers),
  ];
  const traveller = { ...at, evidence: [tested.code, declared.code] };
  return { traveller, recordId: tested.recordId, test: tested.code };
}

async function issued(
  issuer: Issuer,
  record: HealthRecord,
  issuers: ConvertingIssuers,
): Promise<{ readonly code: string; readonly recordId: string }> {
  const [row] = await issueAll(issuer, [record]);
  await issuers.settle();
  const handle = row?.credentials.find(({ profile }) => profile === 'travel')?.handle ?? '';
  return { code: await issuer.code(handle), recordId: row?.recordId ?? '' };
}

/** What the device fetches at the public address of whoever issued the code: everybody is given the same. */
async function listOf(issuers: ConvertingIssuers, code: string): Promise<CarriedList> {
  const { lists } = await (await issuers.at('GD')).statusManifest();
  const { uri } = parseClaims(decodeCode(code).payloadBytes).status.status_list;
  const list = toCarriedList(uri, lists);
  if (list === undefined) throw new Error('no such list');
  return list;
}

describe('evidence of another issuer', () => {
  it('counts as our own does, by the list that its holder carries, and the target takes what came of it', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, test } = await testedElsewhere(issuers);
    const request = issuers.request(traveller, 'MO');
    await using app = await buildIssuerApp({
      issuer: await issuers.at('HK'),
      operatorToken: 'operator token of these tests, long enough',
      now: () => issuers.ledger.nowSeconds * 1000,
      limits: { maxEventLoopDelayMs: 0 },
    });
    const lists = [await listOf(issuers, test)];
    const payload = { ...request, lists, signature: toBase64url(request.signature) };
    const asked = await app.inject({ method: 'POST', url: '/conversions', payload });
    expect(asked.json(), asked.body).to.include({ state: 'under-way', id: request.terms.id });
    await issuers.settle();
    const { source } = (await issuers.at('HK')).conversion;
    const { package: carried } = await source.conversion(request.terms.id);
    if (carried === undefined) throw new Error('not handed over');
    const { facts } = parseClaims(decodeCode(carried.code).payloadBytes);
    expect(facts).to.deep.include({
      evidence: [
        { class: 'naat-negative-recognised', collectedAt: '2022-12-20T12:15:00+08:00', type: 'test' },
      ],
    });
    const { conversion } = await issuers.at('MO');
    await conversion.pass();
    expect(await conversion.target.admit(issuers.arrival(traveller, carried))).to.include({
      decision: 'accepted',
    });
    // The same request again, by a device that has not fetched the list once more.
    expect(await source.convert(request)).to.include({ state: 'ready' });
  });

  it('is not confirmed without its list, by an older one, an altered one, or that of somebody else', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, test } = await testedElsewhere(issuers);
    const { source } = (await issuers.at('HK')).conversion;
    const convert = (lists: readonly CarriedList[]): Promise<unknown> =>
      source.convert({ ...issuers.request(traveller, 'MO'), lists });
    const older = await listOf(issuers, test);
    const another = await testedElsewhere(issuers);
    await (await issuers.at('GD')).privacy.erase(another.recordId, 'subject-request');
    await issuers.settle();
    const last = await listOf(issuers, test);
    expect(last.version).to.be.above(older.version);
    const ofHongKong = { ...(await carriedByHolder(issuers)), uri: last.uri };
    const wrong: readonly (readonly CarriedList[])[] = [
      [],
      [older],
      [{ ...last, lst: older.lst }],
      [{ ...last, version: older.version }],
      [{ ...last, digests: [] }],
      [ofHongKong],
    ];
    for (const lists of wrong) await expectRejects(convert(lists), OUTDATED);
    await expectRejects(source.convert(issuers.request(traveller, 'MO')), OUTDATED);
    expect(await convert([older, ofHongKong, last])).to.include({ state: 'under-way' });
  });

  it('is not taken once it was withdrawn, whatever list is shown', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, recordId, test } = await testedElsewhere(issuers);
    const older = await listOf(issuers, test);
    await (await issuers.at('GD')).privacy.erase(recordId, 'subject-request');
    await issuers.settle();
    const { source } = (await issuers.at('HK')).conversion;
    const request = issuers.request(traveller, 'MO');
    await expectRejects(source.convert({ ...request, lists: [older] }), OUTDATED);
    const last = await listOf(issuers, test);
    await expectRejects(source.convert({ ...request, lists: [last] }), 'CONVERSION_CODE_NOT_VALID');
  });

  it('speaks against its holder as our own does', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, test } = await testedElsewhere(issuers, { result: POSITIVE });
    const lists = [await listOf(issuers, test)];
    const { source } = (await issuers.at('HK')).conversion;
    const { id } = await source.convert({ ...issuers.request(traveller, 'MO'), lists });
    await issuers.settle();
    const { package: carried } = await source.conversion(id);
    if (carried === undefined) throw new Error('not handed over');
    const { conversion } = await issuers.at('MO');
    await conversion.pass();
    expect(await conversion.target.admit(issuers.arrival(traveller, carried))).to.include({
      decision: 'referred',
      reason: 'CONVERSION_EVIDENCE_ADVERSE',
    });
  });

  it('is nobody else’s, and of nobody whom the ledger does not trust', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, test } = await testedElsewhere(issuers);
    const other = await issuers.traveller('HK');
    const { source } = (await issuers.at('HK')).conversion;
    const convert = async (who: Traveller): Promise<unknown> => {
      const lists = [await listOf(issuers, test)];
      return await source.convert({ ...issuers.request(who, 'MO'), lists });
    };
    await expectRejects(convert({ ...other, evidence: traveller.evidence }), 'CONVERSION_OTHER_PERSON');
    // The account that anchored it was in other hands by then.
    const [account, compromisedFrom] = [`0x${'2'.repeat(40)}`, NOON - 60] as const;
    issuers.ledger.block([
      { event: 'AccountCompromised', issuer: issuerIdOf(PLACES.GD.did), account, compromisedFrom },
    ]);
    await issuers.settle('HK');
    await expectRejects(convert(traveller), 'CONVERSION_CODE_NOT_VALID');
  });
});

/** A list of Hong Kong, as whoever converts there carries it. */
async function carriedByHolder(issuers: ConvertingIssuers): Promise<CarriedList> {
  const { list } = await issuers.carry(await issuers.traveller('HK'), 'HK', 'MO');
  return list;
}
