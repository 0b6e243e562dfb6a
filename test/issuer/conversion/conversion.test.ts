/** A conversion from consent to the target's own code, between services that share a ledger and nothing else. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { readConversionReceipt } from '../../../core/conversion/conversion-receipt.ts';
import { commitmentOf } from '../../../core/commitment/leaf.ts';
import { parseClaims } from '../../../core/credential/parse.ts';
import { decodeCode } from '../../../core/qr/code.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { ConvertingIssuers, PLACES, type Place } from './converting-issuers.ts';

const WAYS: readonly (readonly [Place, Place])[] = [
  ['HK', 'MO'],
  ['MO', 'HK'],
  ['HK', 'GD'],
  ['GD', 'MO'],
  ['MO', 'GD'],
  ['GD', 'HK'],
];

describe('a conversion', () => {
  for (const [source, target] of WAYS) {
    it(`leads from ${source} to a code of ${target} of the same person, bound to the same key`, async () => {
      await using issuers = await ConvertingIssuers.create();
      const traveller = await issuers.traveller(source);
      const carried = await issuers.carry(traveller, source, target);
      const there = await issuers.at(target);
      const arrival = issuers.arrival(traveller, carried);
      const decided = await there.conversion.target.admit(arrival);
      expect(decided).to.include({ decision: 'accepted', state: 'green' });
      await issuers.settle();
      const { code = '' } = await there.conversion.target.admit(arrival);
      const claims = parseClaims(decodeCode(code).payloadBytes);
      expect(claims).to.deep.include({ vct: 'urn:hcl:status:1', cnf: { jwk: traveller.holder.jwk } });
      expect(claims.facts).to.include({ scheme: PLACES[target].scheme, state: 'green' });
      expect(claims.subject.doc).to.equal(traveller.subject.docNumber);
      const answered = await (await issuers.at(source)).conversion.source.conversion(carried.id);
      expect(answered).to.include({ state: 'ready', decision: 'accepted' });
    });
  }

  it('leaves a receipt of each side over the same credential, signed by its own key', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    const [hk, mo] = [await issuers.at('HK'), await issuers.at('MO')];
    const decided = await mo.conversion.target.admit(issuers.arrival(traveller, carried));
    const { headerBytes, payloadBytes } = decodeCode(carried.code);
    const commitment = commitmentOf(nodeCrypto, headerBytes, payloadBytes);
    const [from, to] = [PLACES.HK.did, PLACES.MO.did];
    expect(readConversionReceipt(carried.receipt, hk.key.publicKey)).to.deep.include({
      role: 'source',
      issuer: from,
      peer: to,
      sequence: 1,
      commitment,
    });
    expect(readConversionReceipt(decided.receipt, mo.key.publicKey)).to.deep.include({
      role: 'target',
      issuer: to,
      peer: from,
      decision: 'accepted',
      commitment,
    });
  });
});

describe('the source’s receipt', () => {
  it('is made once and the very same ever after: whoever asks, at once or later, and after a restart', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const { conversion } = await issuers.at('HK');
    const { id } = await conversion.source.convert(issuers.request(traveller, 'MO'));
    await issuers.settle('HK');
    const ask = async (): Promise<string> => {
      const { source } = (await issuers.at('HK')).conversion;
      return (await source.conversion(id)).package?.receipt ?? '';
    };
    const receipts = await Promise.all(Array.from({ length: 20 }, ask));
    issuers.ledger.tick(60);
    receipts.push(await ask());
    await issuers.stop('HK');
    await issuers.settle('HK');
    receipts.push(await ask());
    expect(new Set(receipts).size).to.equal(1);
    const { key } = await issuers.at('HK');
    const { issuedAtSeconds } = readConversionReceipt(receipts[0] ?? '', key.publicKey);
    expect(issuedAtSeconds).to.be.at.most(issuers.ledger.nowSeconds - 60);
  });
});
