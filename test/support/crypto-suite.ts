/**
 * What every implementation of the `Crypto` port must do: one suite for Node's and for the page's. Vectors of
 * NIST, RFC 6979 and Wycheproof first.
 */
import { Buffer } from 'node:buffer';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Crypto } from '../../core/crypto.ts';
import { describeCorpus } from './corpora.ts';
import { runs } from './scale.ts';
import { expectThrows } from './throws-code.ts';

/** The order of P-256, and the prime of its field. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const FIELD = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
/** RFC 6979 §A.2.5: key, and signature of "sample" with SHA-256. */
const KEY = fromHex(
  '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
);
const SAMPLE = ascii('sample');
const R = 0xefd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716n;
const S = 0xf7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8n;

export function describeCrypto(name: string, crypto: Crypto): void {
  describe(`Crypto port: ${name}`, () => {
    describeSha256(crypto);
    describeKeys(crypto);
    describeSignatures(crypto);
    describeVectors(crypto);
  });
}

function describeSha256(crypto: Crypto): void {
  const digests: readonly (readonly [name: string, data: Uint8Array, digest: string])[] = [
    ['nothing', ascii(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['"abc"', ascii('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'a million times "a"',
      new Uint8Array(1_000_000).fill(0x61),
      'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
    ],
  ];
  for (const [name, data, digest] of digests) {
    it(`SHA-256 of ${name} (FIPS 180-4)`, () => expect(crypto.sha256(data)).to.deep.equal(fromHex(digest)));
  }

  it('SHA-256 of any bytes, wherever they lie in their buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(10), (bytes, start) => {
        const data = bytes.subarray(start);
        const digest = new Uint8Array(createHash('sha256').update(data).digest());
        expect(crypto.sha256(data)).to.deep.equal(digest);
        const target = new Uint8Array(40).subarray(2, 38);
        crypto.sha256Into(data, target, 3);
        expect(target).to.deep.equal(Uint8Array.from([0, 0, 0, ...digest, 0]));
      }),
      { numRuns: runs(200, 3000) },
    );
  });

  it('SHA-256 written over its own input', () => {
    const data = new Uint8Array(64).fill(9);
    const digest = crypto.sha256(data);
    crypto.sha256Into(data, data, 16);
    expect(data.subarray(16, 48)).to.deep.equal(digest);
  });

  it('each digest is an array of its own', () => {
    const first = crypto.sha256(ascii('a'));
    const copy = first.slice();
    crypto.sha256(ascii('b'));
    expect(first).to.deep.equal(copy);
  });
}

function describeKeys(crypto: Crypto): void {
  it('imports a point and keeps a copy of its bytes', () => {
    const bytes = KEY.slice();
    const key = crypto.importEs256(bytes);
    bytes.fill(0);
    expect(key.bytes).to.deep.equal(KEY);
  });

  const y = KEY.subarray(33);
  const refused: readonly (readonly [why: string, key: Uint8Array])[] = [
    ['no bytes', new Uint8Array(0)],
    ['a compressed point', Uint8Array.of(0x03, ...KEY.subarray(1, 33))],
    ['a hybrid point', Uint8Array.of(0x07, ...KEY.subarray(1))],
    ['the point at infinity', Uint8Array.of(0)],
    ['65 zero bytes', new Uint8Array(65)],
    ['the point 0, 0', Uint8Array.of(0x04, ...new Uint8Array(64))],
    ['a point off the curve', Uint8Array.of(0x04, ...KEY.subarray(1, 64), 0)],
    ['coordinates in the wrong order', Uint8Array.of(0x04, ...y, ...KEY.subarray(1, 33))],
    ['x not below the prime', Uint8Array.of(0x04, ...toBytes(FIELD), ...y)],
    ['a byte too many', Uint8Array.of(...KEY, 0)],
    ['a byte too few', KEY.slice(0, 64)],
  ];
  for (const [why, key] of refused) {
    it(`does not import ${why}`, () => expectThrows(() => crypto.importEs256(key), 'CRYPTO_INVALID_KEY'));
  }
}

function describeSignatures(crypto: Crypto): void {
  const key = crypto.importEs256(KEY);

  it('accepts the signature of RFC 6979 §A.2.5', async () => {
    expect(await crypto.verifyEs256(key, SAMPLE, signature(R, S))).to.equal(true);
  });

  it('accepts its high-s twin: ES256 has no low-s rule, so no signature is an identity', async () => {
    expect(await crypto.verifyEs256(key, SAMPLE, signature(R, ORDER - S))).to.equal(true);
  });

  const refused: readonly (readonly [why: string, signature: Uint8Array])[] = [
    ['r and s zero', signature(0n, 0n)],
    ['r zero', signature(0n, S)],
    ['s zero', signature(R, 0n)],
    ['r and s one', signature(1n, 1n)],
    ['r equal to the order', signature(ORDER, S)],
    ['s equal to the order', signature(R, ORDER)],
    ['r and s equal to the order', signature(ORDER, ORDER)],
    ['s above the order', signature(R, ORDER + 1n)],
    ['r and s of all ones', signature(2n ** 256n - 1n, 2n ** 256n - 1n)],
    ['r and s exchanged', signature(S, R)],
    ['the negative of r', signature(ORDER - R, S)],
    ['no bytes', new Uint8Array(0)],
    ['64 zero bytes', new Uint8Array(64)],
    ['a byte too few', signature(R, S).slice(0, 63)],
    ['a byte too many', Uint8Array.of(...signature(R, S), 0)],
    ['a zero before r', Uint8Array.of(0, ...signature(R, S))],
    ['DER', Uint8Array.of(0x30, 0x46, 2, 0x21, 0, ...toBytes(R), 2, 0x21, 0, ...toBytes(S))],
  ];
  for (const [why, bytes] of refused) {
    it(`refuses ${why}`, async () => expect(await crypto.verifyEs256(key, SAMPLE, bytes)).to.equal(false));
  }

  it('refuses another message and another key', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const other = crypto.importEs256(pointOf(publicKey.export({ format: 'jwk' })));
    expect(await crypto.verifyEs256(key, ascii('Sample'), signature(R, S))).to.equal(false);
    expect(await crypto.verifyEs256(key, new Uint8Array(0), signature(R, S))).to.equal(false);
    expect(await crypto.verifyEs256(other, SAMPLE, signature(R, S))).to.equal(false);
  });

  it('accepts what OpenSSL signs, and no signature with a bit changed', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const imported = crypto.importEs256(pointOf(publicKey.export({ format: 'jwk' })));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), fc.nat(511), async (message, bit) => {
        const good = new Uint8Array(sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
        expect(await crypto.verifyEs256(imported, message, good)).to.equal(true);
        // A signature has 64 bytes.
        good[bit >> 3]! ^= 1 << (bit & 7);
        expect(await crypto.verifyEs256(imported, message, good)).to.equal(false);
      }),
      { numRuns: runs(100, 2000) },
    );
  });
}

interface Wycheproof {
  readonly testGroups: readonly {
    readonly publicKey: { readonly uncompressed: string };
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly msg: string;
      readonly sig: string;
      readonly result: 'valid' | 'invalid';
    }[];
  }[];
}

function describeVectors(crypto: Crypto): void {
  describeCorpus('wycheproof', (folder) => {
    const file = join(folder, 'testvectors_v1', 'ecdsa_secp256r1_sha256_p1363_test.json');
    const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as Wycheproof;
    const tests = testGroups.flatMap(({ publicKey, tests }) => tests.map((test) => ({ publicKey, ...test })));
    for (const result of ['valid', 'invalid'] as const) {
      const expected = tests.filter((test) => test.result === result);
      it(`P-256 with r ‖ s: all ${expected.length} ${result} signatures are ${result}`, async () => {
        for (const { publicKey, tcId, comment, msg, sig } of expected) {
          const key = crypto.importEs256(fromHex(publicKey.uncompressed));
          const isGood = await crypto.verifyEs256(key, fromHex(msg), fromHex(sig));
          expect(isGood, `${tcId}: ${comment}`).to.equal(result === 'valid');
        }
      });
    }
  });
}

function signature(r: bigint, s: bigint): Uint8Array {
  return Uint8Array.of(...toBytes(r), ...toBytes(s));
}

function toBytes(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(64, '0'));
}

function pointOf({ x = '', y = '' }: { readonly x?: string; readonly y?: string }): Uint8Array {
  return Uint8Array.of(0x04, ...Buffer.from(x, 'base64url'), ...Buffer.from(y, 'base64url'));
}

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

function ascii(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
