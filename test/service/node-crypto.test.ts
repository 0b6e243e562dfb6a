import { Buffer } from 'node:buffer';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { toHex } from '../../core/bytes/hex.ts';
import { toDerSignature } from '../../service/der-signature.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { describeCrypto } from '../support/crypto-suite.ts';

describeCrypto('Node', nodeCrypto);

describe('DER signature (SEC 1 §C.5)', () => {
  function derOf(r: bigint, s: bigint): string | undefined {
    const hex = (value: bigint): string => value.toString(16).padStart(64, '0');
    const der = toDerSignature(Uint8Array.from(Buffer.from(hex(r) + hex(s), 'hex')));
    return der && toHex(der);
  }

  it('writes integers as short as they are', () => {
    expect(derOf(1n, 0x7fn)).to.equal('0x300602010102017f');
    expect(derOf(0x100n, 0x7fffn)).to.equal('0x30080202010002027fff');
  });

  it('keeps a number positive whose top bit is set', () => {
    expect(derOf(0x80n, 0xff00n)).to.equal('0x300902020080020300ff00');
  });

  it('writes zero as one byte', () => expect(derOf(0n, 0n)).to.equal('0x3006020100020100'));

  it('is at most 72 bytes', () => {
    const most = derOf(2n ** 256n - 1n, 2n ** 256n - 1n);
    expect(most).to.equal(`0x3046022100${'ff'.repeat(32)}022100${'ff'.repeat(32)}`);
  });

  it('is nothing for anything but 64 bytes', () => {
    for (const length of [0, 63, 65, 72]) expect(toDerSignature(new Uint8Array(length))).to.equal(undefined);
  });

  it('says r and s again', () => {
    const side = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
    const scaled = fc.tuple(side, fc.nat(256)).map(([value, shift]) => value >> BigInt(shift));
    fc.assert(
      fc.property(scaled, scaled, (r, s) => {
        const der = derOf(r, s) ?? '';
        const rDigits = parseInt(der.slice(8, 10), 16) * 2;
        const sAt = 10 + rDigits + 4;
        expect(BigInt(`0x${der.slice(10, 10 + rDigits)}`)).to.equal(r);
        expect(BigInt(`0x${der.slice(sAt)}`)).to.equal(s);
        expect(parseInt(der.slice(4, 6), 16) * 2 + 6).to.equal(der.length);
      }),
    );
  });
});
