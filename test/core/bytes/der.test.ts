import { Buffer } from 'node:buffer';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  DER,
  derNode,
  DerReader,
  oidText,
  positiveInteger,
  wholeBytes,
  wholeDer,
} from '../../../core/bytes/der.ts';
import { expectThrows } from '../../support/throws-code.ts';

describe('DER (X.690)', () => {
  it('reads nodes one after the other', () => {
    const sequence = new DerReader(bytes('3006020105020107')).within(DER.SEQUENCE);
    expect(sequence.next(DER.INTEGER).content).to.deep.equal(Uint8Array.of(5));
    expect(sequence.optional(DER.NULL)).to.equal(undefined);
    expect(sequence.next().content).to.deep.equal(Uint8Array.of(7));
    sequence.end();
  });

  it('writes what it reads, at every size of a length', () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_000]) {
      const node = derNode(DER.OCTET_STRING, new Uint8Array(length));
      expect(wholeDer(node, DER.OCTET_STRING).content).to.have.length(length);
    }
  });

  it('names object identifiers', () => {
    for (const [hex, text] of [
      ['551d25', '2.5.29.37'],
      ['2b060104018e378f650102', '1.3.6.1.4.1.1847.2021.1.2'],
      ['2a8648ce3d030107', '1.2.840.10045.3.1.7'],
      ['883703', '2.999.3'],
      ['27', '0.39'],
    ] as const) {
      expect(oidText(bytes(hex))).to.equal(text);
    }
  });

  const refused: Readonly<Record<string, () => unknown>> = {
    nothing: () => new DerReader(bytes('')).next(),
    'a length past the end': () => new DerReader(bytes('3003')).next(),
    'a length of four bytes': () => new DerReader(bytes('308400000001ff')).next(),
    'an indefinite length': () => new DerReader(bytes('30800000')).next(),
    'a long length that fits a short one': () => new DerReader(bytes('30810100')).next(),
    'a length with a leading zero': () =>
      new DerReader(Uint8Array.of(0x04, 0x82, 0x00, 0xff, ...new Uint8Array(255))).next(),
    'a tag of several bytes': () => new DerReader(bytes('1f810100')).next(),
    'another tag': () => new DerReader(bytes('0500')).next(DER.SEQUENCE),
    'bytes after the end': () => wholeDer(bytes('050000'), DER.NULL),
    'a negative integer': () => positiveInteger(bytes('80')),
    'an integer with a needless zero': () => positiveInteger(bytes('0001')),
    'an integer of no bytes': () => positiveInteger(bytes('')),
    'an identifier that does not end': () => oidText(bytes('5581')),
    'an identifier with a needless byte': () => oidText(bytes('558001')),
    'an identifier of no bytes': () => oidText(bytes('')),
    'an identifier out of range': () => oidText(bytes(`55${'ff'.repeat(12)}7f`)),
    'bits that are not whole bytes': () => wholeBytes(bytes('0380')),
  };
  for (const [why, run] of Object.entries(refused)) {
    it(`refuses ${why}`, () => expectThrows(run, 'DER_INVALID'));
  }
});

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
