/**
 * Texts that cost their writer little and a careless reader much, one of each kind. Each is refused at the layer that
 * it attacks, by name, before a signature is checked and a key is looked for.
 */
import { Buffer } from 'node:buffer';
import { deflateRawSync, deflateSync } from 'node:zlib';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { toBase45 } from '../../../core/bytes/base45.ts';
import { toCbor } from '../../../core/bytes/cbor-writer.ts';
import { CborTag } from '../../../core/bytes/cbor.ts';
import { numericOf } from '../../../core/foreign/shc/numeric.ts';
import { StatusLists } from '../../../core/status/accepted-lists.ts';
import { LedgerState } from '../../../core/trust/ledger-state.ts';
import { defaultPolicy } from '../../../core/verify/policy.ts';
import { verifyCode } from '../../../core/verify/verify.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { countedCrypto } from './support/counted-crypto.ts';
import { DCC } from './support/hcert-signer.ts';
import { allTrust } from './support/hostile-codes.ts';
import { seal, TEST_DATA } from './support/seals.ts';

const MEBI = 1024 * 1024;
const protectedHeader = toCbor(new Map([[1, -7]]));

const compressed = (bytes: Uint8Array): string =>
  `HC1:${toBase45(new Uint8Array(deflateSync(bytes, { level: 9 })))}`;
/** An HCERT whose payload is these bytes. */
const hcertOf = (payload: Uint8Array): string =>
  compressed(toCbor(new CborTag(18, [protectedHeader, new Map(), payload, new Uint8Array(64)])));
const header = Buffer.from(JSON.stringify({ alg: 'ES256', zip: 'DEF', kid: 'k' })).toString('base64url');
const signature = Buffer.alloc(64).toString('base64url');
const cardOf = (payload: Buffer): string =>
  numericOf(`${header}.${deflateRawSync(payload, { level: 9 }).toString('base64url')}.${signature}`);
const jwtOf = (payload: string): string =>
  `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.${Buffer.from(payload).toString('base64url')}.${signature}`;
/** JSON of the seal, with `text` in the place of its first message member. */
const sealWith = (text: string): string => seal().replace(JSON.stringify(TEST_DATA['msg']), text);
const lying = (...bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes);
const claim = (bytes: Uint8Array): Uint8Array => Uint8Array.of(0xa1, 0x39, 0x01, 0x03, 0xa1, 0x01, ...bytes);
const divocOf = (evidence: readonly object[]): string =>
  JSON.stringify({
    '@context': ['https://www.w3.org/2018/credentials/v1', 'https://divoc.dev/credentials/vaccination/v1'],
    issuer: 'https://divoc.dev/',
    evidence,
    proof: {
      type: 'RsaSignature2018',
      jws: `${Buffer.from('{"alg":"PS256","b64":false,"crit":["b64"]}').toString('base64url')}..AAAA`,
    },
  });
const dccText = JSON.stringify(DCC);

const BOMBS: Readonly<Record<string, readonly [text: () => string, reason: string]>> = {
  'two kilobytes that inflate to two megabytes': [() => compressed(new Uint8Array(2 * MEBI)), 'CODE_INFLATE'],
  'a card whose payload inflates to three megabytes': [
    () => cardOf(Buffer.alloc(3 * MEBI, ' ')),
    'CODE_INFLATE',
  ],
  'a card whose payload inflates beyond its limit': [
    () => cardOf(Buffer.alloc(100_000, ' ')),
    'CODE_INFLATE',
  ],
  'a megabyte of base45': [() => `HC1:${'0'.repeat(MEBI)}`, 'CODE_TOO_LONG'],
  'a million parts of a card': [() => `shc:/1/999999/${'0'.repeat(1000)}`, 'CODE_MALFORMED'],
  'arrays of CBOR, a thousand deep': [() => compressed(new Uint8Array(1000).fill(0x81)), 'CODE_MALFORMED'],
  'maps of CBOR, a thousand deep, in a claim': [
    () => hcertOf(claim(new Uint8Array(1000).fill(0xa1))),
    'CONTENT_INVALID',
  ],
  'tags of CBOR, a thousand deep': [() => compressed(new Uint8Array(1000).fill(0xc1)), 'CODE_MALFORMED'],
  'an array of CBOR that says it has 2^63 items': [
    () => compressed(lying(0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)),
    'CODE_MALFORMED',
  ],
  'an array of CBOR that says it has 2^32 items': [
    () => compressed(lying(0x9a, 0xff, 0xff, 0xff, 0xff)),
    'CODE_MALFORMED',
  ],
  'a byte string of CBOR that says it has 2^63 bytes': [
    () => compressed(lying(0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)),
    'CODE_MALFORMED',
  ],
  'a map of CBOR with a key that is repeated': [
    () => compressed(lying(0xa2, 0x01, 0x00, 0x01, 0x00)),
    'CODE_MALFORMED',
  ],
  'a number of CBOR that loses digits': [
    () => compressed(lying(0x84, 0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xa0, 0x40, 0x40)),
    'CODE_MALFORMED',
  ],
  'JSON, ten thousand deep': [() => jwtOf('['.repeat(8000)), 'CODE_MALFORMED'],
  'JSON with a member that is repeated': [
    () => jwtOf(`{"iss":"a","iss":"b","credentialSubject":${dccText}}`),
    'CODE_MALFORMED',
  ],
  'JSON with a number that is too large': [
    () => jwtOf('{"iss":"https://issuer.example/vc","exp":1e999}'),
    'CODE_MALFORMED',
  ],
  'JSON with an integer that loses digits': [
    () => jwtOf('{"exp":123456789012345678901234567890}'),
    'CODE_MALFORMED',
  ],
  'a seal, a thousand deep': [() => sealWith('{"a":'.repeat(1000)), 'CODE_MALFORMED'],
  'a seal with a member that is repeated': [() => sealWith('{"utci":"U1","utci":"U2"}'), 'CODE_MALFORMED'],
  'a token with ten thousand disclosures': [
    () => `${jwtOf('{"_sd_alg":"sha-256"}')}~${'WyJzIiwiYSIsMV0~'.repeat(10_000)}`,
    'CODE_TOO_LONG',
  ],
  'a certificate of JSON-LD in which nine hundred nodes have no name': [
    () => divocOf(Array.from({ length: 900 }, () => ({ evidence: [{}] }))),
    'CODE_MALFORMED',
  ],
  'our own code, five megabytes long': [() => `HCL1:${'0'.repeat(5 * MEBI)}`, 'CODE_TOO_LONG'],
};

describe('a bomb', () => {
  for (const [what, [text, reason]] of Object.entries(BOMBS)) {
    it(`is defused: ${what}`, async () => {
      const { crypto, take } = countedCrypto(nodeCrypto);
      const foreignTrust = await allTrust();
      const { outcome, reasons } = await verifyCode(text(), {
        crypto,
        state: new LedgerState(),
        statusLists: StatusLists.empty,
        nowSeconds: Date.UTC(2022, 5, 2) / 1000,
        policy: defaultPolicy,
        foreignTrust,
      });
      expect(reasons).to.deep.equal([reason]);
      expect(outcome).not.to.equal('pass');
      const { signatures, hashedBytes } = take();
      expect(signatures).to.equal(0);
      expect(hashedBytes).to.be.below(65_536);
    });
  }
});
