/**
 * A consent to the words of `convert-1`, which name no evidence: what a store of before `convert-2` holds of it is read
 * as it was written, answered the same, and goes its way; new ones are not taken.
 */
import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toBase64url } from '../../../core/bytes/base64url.ts';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { consentText, type ConsentTerms } from '../../../core/conversion/consent.ts';
import { buildIssuerApp } from '../../../issuer/app.ts';
import type { ConversionPackage } from '../../../issuer/conversion/source/handover.ts';
import { TABLES } from '../../../issuer/store.ts';
import { toUint64 } from '../../../service/big-endian.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { Envelope } from '../../../service/envelope.ts';
import { Store, WriteBatch } from '../../../service/store.ts';
import { expectRejects } from '../../support/throws-code.ts';
import { ConvertingIssuers, PLACES, type Traveller } from './converting-issuers.ts';

const NUMBER = toUint64(1);
const WORDS = 'convert-1.zh-Hant';

interface OlderConsent {
  readonly traveller: Traveller;
  readonly terms: ConsentTerms;
}

/** Hong Kong with one conversion, whose entry is what the release of before `convert-2` stored of it. */
async function stored(issuers: ConvertingIssuers): Promise<OlderConsent> {
  const traveller = await issuers.traveller('HK');
  const { source } = (await issuers.at('HK')).conversion;
  const { id } = await source.convert(issuers.request(traveller, 'MO'));
  await issuers.stop('HK');
  const at = issuers.ledger.nowSeconds;
  const terms: ConsentTerms = { at, id, port: 'HZMB', target: PLACES.MO.did, text: WORDS };
  await using store = await Store.open(issuers.storeOf('HK'));
  await rewrite(store, issuers.indexKeyOf('HK'), { traveller, terms });
  return { traveller, terms };
}

/** Opens the envelope of the first conversion, and seals it with the fields that `convert-1` gave it. */
async function rewrite(
  store: Store,
  indexKey: Uint8Array,
  { traveller, terms }: OlderConsent,
): Promise<void> {
  const hmac = (key: Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const key = hmac(hmac(indexKey, 'hcl/conversion-secret/1'), 'hcl/conversions/1');
  const envelope = new Envelope([{ epoch: 1, key }], createRandomBytes());
  const aad = concatBytes(toUtf8('hcl/conversions/1\0'), NUMBER);
  const sealed = await store.table(TABLES.conversions).get(NUMBER);
  const made = JSON.parse(Buffer.from(envelope.open(sealed ?? new Uint8Array(0), aad)).toString()) as object;
  const { code, evidence } = traveller;
  const { at, id, port, target } = terms;
  // RFC 8785: keys in order, and nothing of evidence in the terms.
  const request = JSON.stringify({ code, evidence, terms: { at, id, port, target, text: WORDS } });
  const name = hmac(hmac(indexKey, 'hcl/index/1/rows'), request).subarray(0, 16);
  const consent = { at, id, port, target, text: WORDS };
  const entry = { ...made, consent, request: toBase64url(name) };
  const value = envelope.seal(toUtf8(JSON.stringify(entry)), aad);
  await store.commit(new WriteBatch().put(TABLES.conversions, NUMBER, value));
}

describe('a consent of before words named the evidence', () => {
  it('is answered the same after an upgrade, on its route too, and taken by the target', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, terms } = await stored(issuers);
    const { source } = (await issuers.at('HK')).conversion;
    expect(await source.convert(issuers.signed(traveller, terms))).to.include({ id: terms.id });
    await issuers.settle('HK');
    await using app = await buildIssuerApp({
      issuer: await issuers.at('HK'),
      operatorToken: 'operator token of these tests, long enough',
      now: () => issuers.ledger.nowSeconds * 1000,
      limits: { maxEventLoopDelayMs: 0 },
    });
    const { signature, ...request } = issuers.signed(traveller, terms);
    const payload = { ...request, signature: toBase64url(signature) };
    const answer = await app.inject({ method: 'POST', url: '/conversions', payload });
    const { state, package: carried } = answer.json<{ state: string; package: ConversionPackage }>();
    expect(state).to.equal('ready');
    const target = (await issuers.at('MO')).conversion;
    await target.pass();
    const decided = await target.target.admit(issuers.arrival(traveller, carried));
    expect(decided).to.include({ decision: 'accepted' });
    await issuers.settle();
    expect(await source.conversion(terms.id)).to.include({ decision: 'accepted' });
    expect(source.counts.of('accepted')).to.equal(1);
  });

  it('serves no other request: with less evidence, other words, or by another key', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, terms } = await stored(issuers);
    const { source } = (await issuers.at('HK')).conversion;
    const without = { ...traveller, evidence: traveller.evidence.slice(1) };
    const REPLAYED = 'CONVERSION_CONSENT_REPLAYED';
    await expectRejects(source.convert(issuers.signed(without, terms)), REPLAYED);
    const english = issuers.signed(traveller, { ...terms, text: 'convert-1.en' });
    await expectRejects(source.convert(english), REPLAYED);
    const { holder } = await issuers.traveller('HK');
    const stranger = issuers.signed({ ...traveller, holder }, terms);
    await expectRejects(source.convert(stranger), 'CONVERSION_WRONG_HOLDER');
  });

  it('is taken back by its holder', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { traveller, terms } = await stored(issuers);
    expect(await issuers.withdraw('HK', traveller, terms.id)).to.include({ state: 'withdrawn' });
    await issuers.settle('HK');
    const { source } = (await issuers.at('HK')).conversion;
    expect(await source.convert(issuers.signed(traveller, terms))).to.include({ state: 'withdrawn' });
  });

  it('is not given any more, with evidence named or not, and its words can still be read', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const { source } = (await issuers.at('HK')).conversion;
    const { terms } = issuers.request(traveller, 'MO', { text: WORDS });
    const { evidence: _, ...without } = terms;
    for (const older of [terms, without])
      await expectRejects(source.convert(issuers.signed(traveller, older)), 'CONVERSION_CONSENT_INVALID');
    expect(consentText(WORDS)).to.match(/^本人要求/);
  });
});
