/** The fast primitives and the fallback give the same. */
import { createHash, randomBytes } from 'node:crypto';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { bytesToHex, hexToBytes } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { loadLedgerCrypto, nobleCurve, toCustomCrypto } from '../../node/native-crypto.ts';

describe('node: primitives', () => {
  it('hash as Keccak-256', async () => {
    const crypto = await loadLedgerCrypto();
    expect(bytesToHex(crypto.keccak256(new Uint8Array(0)))).to.equal(
      '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
    );
    for (const length of [1, 55, 56, 135, 136, 137, 1_000]) {
      const data = new Uint8Array(length).fill(length & 255);
      expect(crypto.keccak256(data)).to.deep.equal(keccak_256(data));
    }
  });

  it('sign and recover alike, natively and in JavaScript', async () => {
    const native = await loadLedgerCrypto();
    for (let round = 0; round < 20; round++) {
      const digest = new Uint8Array(createHash('sha256').update(`digest ${round}`).digest());
      const privateKey = new Uint8Array(createHash('sha256').update(`key ${round}`).digest());
      const signature = native.sign(digest, privateKey);
      expect(signature).to.deep.equal(nobleCurve.sign(digest, privateKey));
      const recovery = signature[64] ?? 9;
      const expected = native.publicKeyOf(privateKey);
      expect(nobleCurve.publicKeyOf(privateKey)).to.deep.equal(expected);
      expect(native.recover(digest, signature.subarray(0, 64), recovery)).to.deep.equal(expected);
      expect(nobleCurve.recover(digest, signature.subarray(0, 64), recovery)).to.deep.equal(expected);
    }
  });

  it('refuse keys and signatures out of range', async () => {
    for (const curve of [await loadLedgerCrypto(), nobleCurve]) {
      expect(() => curve.publicKeyOf(new Uint8Array(32))).to.throw();
      expect(() => curve.publicKeyOf(new Uint8Array(32).fill(0xff))).to.throw();
      expect(() => curve.recover(new Uint8Array(32), new Uint8Array(64), 0)).to.throw();
      expect(() => curve.recover(new Uint8Array(32), new Uint8Array(64).fill(0xff), 1)).to.throw();
    }
  });

  it('take every form of v that EthereumJS passes', async () => {
    const crypto = await loadLedgerCrypto();
    const { ecrecover } = toCustomCrypto(crypto);
    const digest = new Uint8Array(randomBytes(32));
    const privateKey = hexToBytes(`0x${'42'.repeat(32)}`);
    const signature = crypto.sign(digest, privateKey);
    const [r, s, bit] = [signature.subarray(0, 32), signature.subarray(32, 64), BigInt(signature[64] ?? 9)];
    const forms: [bigint, bigint | undefined][] = [
      [bit, undefined],
      [bit, 5n],
      [27n + bit, undefined],
      [35n + 10n + bit, 5n],
    ];
    for (const [v, chainId] of forms) {
      expect(ecrecover?.(digest, v, r, s, chainId)).to.deep.equal(crypto.publicKeyOf(privateKey));
    }
    expect(() => ecrecover?.(digest, 29n, r, s)).to.throw(RangeError);
  });
});
