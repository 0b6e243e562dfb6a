/** Nullifiers, acknowledgements, padding, consents and receipts: bytes that two services have to agree on. */
import { createHash, createHmac } from 'node:crypto';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toBase64url } from '../../../core/bytes/base64url.ts';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { acknowledgementOf, DECISIONS } from '../../../core/conversion/acknowledgement.ts';
import {
  CONSENT_VERSION,
  consentMessage,
  consentName,
  consentText,
  evidenceDigest,
  isPresentConsent,
  withdrawalMessage,
} from '../../../core/conversion/consent.ts';
import {
  areOfOneConversion,
  readConversionReceipt,
  signConversionReceipt,
  type SourceReceipt,
  type TargetReceipt,
} from '../../../core/conversion/conversion-receipt.ts';
import { nullifierOf } from '../../../core/conversion/nullifier.ts';
import { padBatch, pairPaddingKey, paddingOf, type Pair } from '../../../core/conversion/padding.ts';
import { REFUSALS } from '../../../core/conversion/refusals.ts';
import { LANGUAGES } from '../../../core/record/value-sets/value-set.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { makeConsortium } from '../../support/consortium.ts';
import { expectThrows } from '../../support/throws-code.ts';

const secret = new Uint8Array(32).fill(7);
const jti = toBase64url(new Uint8Array(16).fill(1));
const target = 'did:web:mo-ssm.example';
const pair: Pair = { side: 'spent', source: `0x${'11'.repeat(32)}`, target: `0x${'22'.repeat(32)}` };

describe('the nullifier', () => {
  it('is the HMAC that Node makes of the same bytes', () => {
    const expected = createHmac('sha256', secret)
      .update('hcl/nullifier/1\0')
      .update(new Uint8Array(16).fill(1))
      .update(target)
      .digest();
    expect(toHex(nullifierOf(nodeCrypto, secret, { jti, target }))).to.equal(toHex(expected));
  });

  it('differs for another target, another code and another secret', () => {
    const all = [
      nullifierOf(nodeCrypto, secret, { jti, target }),
      nullifierOf(nodeCrypto, secret, { jti, target: 'did:web:cn-gd.example' }),
      nullifierOf(nodeCrypto, secret, { jti: toBase64url(new Uint8Array(16).fill(2)), target }),
      nullifierOf(nodeCrypto, new Uint8Array(32).fill(8), { jti, target }),
    ];
    expect(new Set(all.map(toHex)).size).to.equal(all.length);
  });
});

describe('the acknowledgement', () => {
  it('is one value for each decision', () => {
    DECISIONS.forEach((decision, number) => {
      const expected = createHash('sha256')
        .update('hcl/conversion-ack/1\0')
        .update(new Uint8Array(16).fill(1))
        .update(Uint8Array.of(number))
        .digest();
      expect(toHex(acknowledgementOf(nodeCrypto, jti, decision))).to.equal(toHex(expected));
    });
  });
});

describe('padding', () => {
  const key = pairPaddingKey(nodeCrypto, secret, pair);
  const values = Array.from({ length: 9 }, (_, i) => toHex(new Uint8Array(32).fill(i + 1)));

  it('fills up to a power of two of at least eight', () => {
    const sizes = [1, 8, 9].map(
      (count) => padBatch(nodeCrypto, key, { sequence: 1, values: values.slice(0, count) }).length,
    );
    expect(sizes).to.deep.equal([8, 8, 16]);
  });

  it('leaves the values in, in an order of its own, and is told apart with the key alone', () => {
    const batch = padBatch(nodeCrypto, key, { sequence: 3, values }).map(toHex);
    const pads = new Set(
      Array.from({ length: 16 }, (_, index) => toHex(paddingOf(nodeCrypto, key, { sequence: 3, index }))),
    );
    expect(batch.filter((value) => !pads.has(value)).toSorted()).to.deep.equal(values.toSorted());
    expect(batch).to.deep.equal(batch.toSorted());
  });

  it('never comes twice: not in another batch, not on the other side, not between others', () => {
    const keys = [
      pair,
      { ...pair, side: 'acknowledged' as const },
      { ...pair, source: pair.target, target: pair.source },
    ];
    const pads = keys
      .map((one) => pairPaddingKey(nodeCrypto, secret, one))
      .flatMap((one) => [1, 2].map((sequence) => toHex(paddingOf(nodeCrypto, one, { sequence, index: 0 }))));
    expect(new Set(pads).size).to.equal(pads.length);
  });
});

/** SHA-256 of the four texts of each version: holders have agreed to these very words. */
const WORDS = {
  'convert-1': '95283aa44e97b4db9a251f976f9e228df8b4c124e2576f7f2c9f2f9c568921a1',
  'convert-2': 'a99bf741746d2acb34a4b7c98234561459361ed19275a7c006be1ad692a31b3b',
  'convert-3': '5950231aa4cef069bcb477033da68fd7347fa1a3f26768ecd4df306a7b416c5a',
};

describe('the consent', () => {
  const commitment = new Uint8Array(75).fill(9);
  const evidence = evidenceDigest(nodeCrypto, [commitment]);
  const terms = { at: 1_671_600_000, evidence, id: 'ab'.repeat(16), target, text: consentName('pt') };

  it('is over the code and the terms, with a beginning of its own', () => {
    const text =
      `{"at":1671600000,"evidence":"${evidence}","id":"${'ab'.repeat(16)}","target":"${target}",` +
      '"text":"convert-3.pt"}';
    expect(consentMessage(commitment, terms)).to.deep.equal(
      concatBytes(toUtf8('hcl/consent/1\0'), commitment, toUtf8(text)),
    );
    expect(withdrawalMessage(terms)).to.deep.equal(
      toUtf8(`hcl/consent-withdrawal/1\0{"at":1671600000,"id":"${'ab'.repeat(16)}"}`),
    );
  });

  it('has words in four languages, and those of a version never change', () => {
    for (const [version, words] of Object.entries(WORDS)) {
      const all = LANGUAGES.map((language) => consentText(`${version}.${language}`) ?? '');
      expect(new Set(all).size).to.equal(4);
      expect(createHash('sha256').update(all.join('\n')).digest('hex'), version).to.equal(words);
    }
    expect(Object.keys(WORDS).at(-1)).to.equal(CONSENT_VERSION);
  });

  it('is over the very records that are sent, in their order', () => {
    const [one, other] = [new Uint8Array(75).fill(1), new Uint8Array(75).fill(2)];
    const bytes = concatBytes(toUtf8('hcl/consent-evidence/1\0'), one, other);
    expect(evidenceDigest(nodeCrypto, [one, other])).to.equal(
      createHash('sha256').update(bytes).digest('base64url'),
    );
    const all = [[], [one], [one, one], [other, one], [one, other]];
    expect(new Set(all.map((shown) => evidenceDigest(nodeCrypto, shown))).size).to.equal(all.length);
  });

  it('names only words that there are', () => {
    for (const name of ['convert-1', 'convert-1.fr', 'convert-4.en', 'toString.en', '']) {
      expect(consentText(name), name).to.equal(undefined);
      expect(isPresentConsent(name), name).to.equal(false);
    }
    expect(isPresentConsent(consentName('en'))).to.equal(true);
    // What was agreed to before can be read, and nobody agrees to it any more.
    for (const name of ['convert-1.en', 'convert-2.en']) expect(isPresentConsent(name)).to.equal(false);
  });
});

describe('refusals', () => {
  it('say why in four languages', () => {
    for (const [code, texts] of Object.entries(REFUSALS)) {
      expect(new Set(Object.values(texts)).size, code).to.be.at.least(3);
      expect(Object.keys(texts).toSorted(), code).to.deep.equal([...LANGUAGES].toSorted());
    }
  });
});

describe('receipts of a conversion', () => {
  const { issuers } = makeConsortium({ seed: 7 });
  const [hk, gd, mo] = issuers;
  if (hk === undefined || gd === undefined || mo === undefined) throw new Error('three members');
  const common = { commitment: new Uint8Array(75).fill(5), issuedAtSeconds: 1_671_600_000 };
  const source: SourceReceipt = { ...common, issuer: hk.did, peer: mo.did, role: 'source', sequence: 4 };
  const targetReceipt: TargetReceipt = {
    ...common,
    issuer: mo.did,
    peer: hk.did,
    role: 'target',
    decision: 'accepted',
  };

  it('read as they were signed, by that key alone', async () => {
    for (const [receipt, issuer] of [
      [source, hk],
      [targetReceipt, mo],
    ] as const) {
      const text = await signConversionReceipt(receipt, issuer.key);
      expect(readConversionReceipt(text, issuer.key.publicKey)).to.deep.equal(receipt);
      expectThrows(() => readConversionReceipt(text, gd.key.publicKey), 'RECEIPT_SIGNATURE');
      expectThrows(() => readConversionReceipt(text.slice(1), issuer.key.publicKey), 'RECEIPT_MALFORMED');
    }
  });

  it('are of one conversion when both name the same commitment and each other', () => {
    expect(areOfOneConversion(source, targetReceipt)).to.equal(true);
    const others: readonly TargetReceipt[] = [
      { ...targetReceipt, commitment: new Uint8Array(75) },
      { ...targetReceipt, issuer: gd.did },
      { ...targetReceipt, peer: gd.did },
    ];
    for (const other of others) expect(areOfOneConversion(source, other)).to.equal(false);
  });
});
