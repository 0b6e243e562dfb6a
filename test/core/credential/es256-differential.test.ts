/**
 * Two paths check ES256: did-jwt (noble, inside) and the `Crypto` port (the platform's own, on every scan).
 * They take and refuse the same tokens, and both agree with the published vectors.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { p256 } from '@noble/curves/nist.js';
import { compactVerify, importJWK } from 'jose';
import { toBase64url } from '../../../core/bytes/base64url.ts';
import { fromHex } from '../../../core/bytes/hex.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { isEs256Header, splitJws, verifyJwsWithDidJwt } from '../../../core/credential/jwt.ts';
import { fromJwk, toJwk, type P256Jwk } from '../../../core/credential/key.ts';
import { signingInput } from '../../../core/credential/signing-input.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { Random } from '../../support/random.ts';
import { runs, testSeed } from '../../support/scale.ts';

const ORDER = p256.Point.Fn.ORDER;

/** The port's answer to a compact JWS, under the same rules for its form. */
async function verifyWithPort(jws: string, publicKey: Uint8Array): Promise<boolean> {
  try {
    const { header, payloadBytes, signature } = splitJws(jws);
    const [headerText = ''] = jws.split('.');
    const input = signingInput(Buffer.from(headerText, 'base64url'), payloadBytes);
    return (
      isEs256Header(header) &&
      (await nodeCrypto.verifyEs256(nodeCrypto.importEs256(publicKey), input, signature))
    );
  } catch {
    return false;
  }
}

async function bothOn(jws: string, publicKey: Uint8Array): Promise<boolean> {
  const port = await verifyWithPort(jws, publicKey);
  expect(verifyJwsWithDidJwt(jws, publicKey)).to.equal(port);
  return port;
}

function toBytes(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * (31 - i))) & 0xffn));
}

interface Vectors<Group> {
  readonly testGroups: readonly Group[];
}

function readVectors<Group>(folder: string, name: string): Vectors<Group> {
  return JSON.parse(readFileSync(join(folder, 'testvectors_v1', name), 'utf8')) as Vectors<Group>;
}

interface P1363Group {
  readonly publicKey: { readonly uncompressed: string };
  readonly tests: readonly {
    readonly tcId: number;
    readonly msg: string;
    readonly sig: string;
    readonly result: string;
  }[];
}

interface JwsGroup {
  readonly comment: string;
  readonly public?: P256Jwk;
  readonly tests: readonly { readonly tcId: number; readonly jws: unknown; readonly result: string }[];
}

describeCorpus('wycheproof', (folder) => {
  it('ECDSA P-256 in r ‖ s form: port and noble as did-jwt calls it both agree with every case', async () => {
    const counts = { valid: 0, invalid: 0 };
    const { testGroups } = readVectors<P1363Group>(folder, 'ecdsa_secp256r1_sha256_p1363_test.json');
    for (const { publicKey, tests } of testGroups) {
      const point = fromHex(`0x${publicKey.uncompressed}`);
      const key = nodeCrypto.importEs256(point);
      for (const { tcId, msg, sig, result } of tests) {
        const message = fromHex(`0x${msg}`);
        const signature = fromHex(`0x${sig}`);
        const isValid = result === 'valid';
        expect(await nodeCrypto.verifyEs256(key, message, signature), `case ${tcId}`).to.equal(isValid);
        expect(nobleAsInDidJwt(message, signature, point), `case ${tcId} in noble`).to.equal(isValid);
        counts[isValid ? 'valid' : 'invalid']++;
      }
    }
    expect(counts).to.deep.equal({ valid: 173, invalid: 89 });
  }).timeout(30_000);

  it('JWS with ES256: both paths agree with every case', async () => {
    const { testGroups } = readVectors<JwsGroup>(folder, 'json_web_crypto_test.json');
    const group = testGroups.find(({ comment }) => comment === 'jws_ec');
    if (group?.public === undefined) throw new Error('the corpus has a group jws_ec');
    const publicKey = fromJwk(group.public);
    for (const { tcId, jws, result } of group.tests) {
      const text = typeof jws === 'string' ? jws : JSON.stringify(jws);
      const expected = result === 'valid';
      expect(await bothOn(text, publicKey), `case ${tcId}`).to.equal(expected);
    }
  });
});

/** As did-jwt 9 does inside. */
function nobleAsInDidJwt(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    const hash = nodeCrypto.sha256(message);
    return (
      signature.length === 64 && p256.verify(signature, hash, publicKey, { prehash: false, lowS: false })
    );
  } catch {
    return false;
  }
}

describe('the two paths of ES256', () => {
  const random = new Random(testSeed);
  const { secretKey, publicKey: compressed } = p256.keygen(random.bytes(48));
  const publicKey = p256.Point.fromBytes(compressed).toBytes(false);
  const header = toBase64url(toUtf8('{"alg":"ES256"}'));

  function sign(payload: string): { readonly input: string; readonly signature: Uint8Array } {
    const input = `${header}.${toBase64url(toUtf8(payload))}`;
    return { input, signature: p256.sign(toUtf8(input), secretKey) };
  }

  it('take low-S and high-S, as RFC 7518 and jose do', async () => {
    const { input, signature } = sign('{}');
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
    const highS = Uint8Array.of(...signature.subarray(0, 32), ...toBytes(ORDER - s));
    const key = await importJWK({ ...toJwk(publicKey), alg: 'ES256' });
    for (const each of [signature, highS]) {
      const jws = `${input}.${toBase64url(each)}`;
      expect(await bothOn(jws, publicKey)).to.equal(true);
      await compactVerify(jws, key);
    }
  });

  it('refuse r and s that are zero, n, above n, or of another length', async () => {
    const { input, signature } = sign('{}');
    const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
    const edges = [0n, 1n, ORDER - 1n, ORDER, ORDER + 1n, 2n ** 256n - 1n].map(toBytes);
    const bad = [
      ...edges.flatMap((edge) => [Uint8Array.of(...edge, ...s), Uint8Array.of(...r, ...edge)]),
      ...edges.flatMap((edge) => edges.map((other) => Uint8Array.of(...edge, ...other))),
      signature.subarray(0, 63),
      Uint8Array.of(...signature, 0),
      Uint8Array.of(0, ...signature),
      new Uint8Array(0),
    ];
    for (const each of bad) expect(await bothOn(`${input}.${toBase64url(each)}`, publicKey)).to.equal(false);
  });

  it('agree on damaged tokens', async () => {
    for (let i = 0; i < runs(100, 5000); i++) {
      const { input, signature } = sign(JSON.stringify({ i }));
      const jws = `${input}.${toBase64url(signature)}`;
      const at = random.below(jws.length);
      const damaged = jws.slice(0, at) + random.pick([...'Aa0-_.=+ ']) + jws.slice(at + 1);
      expect(await bothOn(damaged, publicKey)).to.equal(damaged === jws);
    }
  }).timeout(60_000);

  it('refuse another spelling of the same bytes', async () => {
    const { input, signature } = sign('{}');
    const text = toBase64url(signature);
    // 64 bytes leave four unused bits in the last character.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet[alphabet.indexOf(text.at(-1) ?? '') + 1] ?? '';
    for (const spelling of [`${text.slice(0, -1)}${last}`, `${text}==`, ` ${text}`, `${text}\n`]) {
      expect(await bothOn(`${input}.${spelling}`, publicKey)).to.equal(false);
    }
  });

  it('refuse a header that asks for something else', async () => {
    for (const bad of [
      '{"alg":"none"}',
      '{"alg":"ES256K"}',
      '{"alg":"ES256","crit":["x"]}',
      '{"alg":"HS256"}',
      '[]',
    ]) {
      const input = `${toBase64url(toUtf8(bad))}.${toBase64url(toUtf8('{}'))}`;
      const jws = `${input}.${toBase64url(p256.sign(toUtf8(input), secretKey))}`;
      expect(await bothOn(jws, publicKey), bad).to.equal(false);
    }
  });
});
