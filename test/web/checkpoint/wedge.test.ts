import { expect } from 'chai';
import { describe, it } from 'mocha';
import { WedgeReader } from '../../../web/checkpoint/input/wedge.ts';

/** Types `text` and Enter, `gap` ms apart. */
function type(text: string, gap: number, reader = new WedgeReader()): string | undefined {
  const keys = [...text, 'Enter'];
  return keys.map((key, i) => reader.press({ key, at: i * gap })).at(-1);
}

describe('a scanner that types', () => {
  it('gives its code with Enter', () => {
    expect(type('HCL1:7WY5O%3ZA0B $K', 5)).to.equal('HCL1:7WY5O%3ZA0B $K');
  });

  it('is not a person: what is typed slowly is no code', () => {
    expect(type('HCL1:7WY5O%3ZA0B $K', 200)).to.equal(undefined);
  });

  it('is not a stray Enter, nor a few keys held down', () => {
    expect(type('', 5)).to.equal(undefined);
    expect(type('aaaa', 5)).to.equal(undefined);
  });

  it('starts anew after a pause: what somebody touched before is not part of the code', () => {
    const reader = new WedgeReader();
    reader.press({ key: 'x', at: 0 });
    const keys = [...'HCL1:7WY5O', 'Enter'];
    const texts = keys.map((key, i) => reader.press({ key, at: 1000 + i * 5 }));
    expect(texts.at(-1)).to.equal('HCL1:7WY5O');
  });

  it('may stutter: a code keeps its beginning over a pause within it', () => {
    const reader = new WedgeReader();
    const keys = [...'HCL1:7WY5O%3ZA0B', 'Enter'];
    const pause = (i: number): number => (i > 10 ? 600 : 0);
    expect(keys.map((key, i) => reader.press({ key, at: i * 5 + pause(i) })).at(-1)).to.equal(
      'HCL1:7WY5O%3ZA0B',
    );
  });

  it('passes over keys that are no characters', () => {
    const reader = new WedgeReader();
    const keys = ['Shift', 'H', 'C', 'L', 'CapsLock', '1', ':', 'A', 'B', 'C', 'Enter'];
    expect(keys.map((key, i) => reader.press({ key, at: i * 5 })).at(-1)).to.equal('HCL1:ABC');
  });

  it('drops what is longer than any code, and what comes behind it, until there is a pause', () => {
    const reader = new WedgeReader();
    for (let i = 0; i < 131_073; i++) reader.press({ key: 'A', at: i });
    expect(reader.press({ key: 'Enter', at: 131_073 })).to.equal(undefined);
    const next = [...'HCL1:7WY5O', 'Enter'];
    const at = (start: number): string | undefined =>
      next.map((key, i) => reader.press({ key, at: start + i })).at(-1);
    expect(at(131_074)).to.equal(undefined);
    expect(at(133_000)).to.equal('HCL1:7WY5O');
  });

  it('is at it until a second after the last key behind its code', () => {
    const reader = new WedgeReader();
    expect(reader.isBehindCode(0)).to.equal(false);
    expect(type('HCL1:7WY5O', 0, reader)).to.equal('HCL1:7WY5O');
    for (const at of [1000, 2000]) {
      expect(reader.isBehindCode(at), `at ${at}`).to.equal(true);
      reader.press({ key: 'Enter', at });
      expect(reader.isScanning, `at ${at}`).to.equal(true);
    }
    expect(reader.isBehindCode(3001)).to.equal(false);
    reader.press({ key: 'Tab', at: 3001 });
    expect(reader.isScanning).to.equal(false);
  });
});
