import { describe, it } from 'mocha';
import { expect } from 'chai';
import fc from 'fast-check';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { Envelope } from '../../service/envelope.ts';
import { codeThrownBy, expectThrows } from '../support/throws-code.ts';

const randomBytes = createRandomBytes();
const first = { epoch: 1, key: randomBytes(32) };
const second = { epoch: 2, key: randomBytes(32) };
const aad = toUtf8('record 1 of did:web:hk-dh.example');

describe('envelope', () => {
  it('opens what it sealed', () => {
    const envelope = new Envelope([first], randomBytes);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (plaintext) => {
        expect(Uint8Array.from(envelope.open(envelope.seal(plaintext, aad), aad))).to.deep.equal(plaintext);
      }),
    );
  });

  it('never opens with any one bit changed, cut short, or under another name', () => {
    const envelope = new Envelope([first], randomBytes);
    const sealed = envelope.seal(toUtf8('CHAN, TAI MAN'), aad);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = sealed.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(codeThrownBy(() => envelope.open(changed, aad))).to.match(/^ENVELOPE_/);
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(codeThrownBy(() => envelope.open(sealed.subarray(0, length), aad))).to.match(/^ENVELOPE_/);
    }
    expectThrows(() => envelope.open(sealed, toUtf8('record 2')), 'ENVELOPE_TAMPERED');
  });

  it('uses a fresh key for each value: equal values look different', () => {
    const envelope = new Envelope([first], randomBytes);
    const [a, b] = [envelope.seal(aad, aad), envelope.seal(aad, aad)];
    expect(Buffer.from(a).subarray(65).equals(Buffer.from(b).subarray(65))).to.equal(false);
  });

  it('seals under the newest epoch and opens the older ones while their key is there', () => {
    const old = new Envelope([first], randomBytes).seal(aad, aad);
    const both = new Envelope([first, second], randomBytes);
    expect(both.open(old, aad)).to.have.length(aad.length);
    const fresh = both.seal(aad, aad);
    expectThrows(() => new Envelope([first], randomBytes).open(fresh, aad), 'ENVELOPE_EPOCH_UNKNOWN');
    expectThrows(() => new Envelope([second], randomBytes).open(old, aad), 'ENVELOPE_EPOCH_UNKNOWN');
  });
});

describe('random bytes', () => {
  it('are of the length asked for, and never the same twice', () => {
    const drawn = Array.from({ length: 5000 }, () => Buffer.from(randomBytes(16)).toString('hex'));
    expect(new Set(drawn).size).to.equal(5000);
    expect(randomBytes(100_000)).to.have.length(100_000);
  });
});
