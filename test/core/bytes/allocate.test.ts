import { describe, it } from 'mocha';
import { expect } from 'chai';
import { allocate } from '../../../core/bytes/allocate.ts';

describe('allocated bytes', () => {
  it('are as many as asked for, all zero, and begin at a word', () => {
    for (const length of [0, 1, 7, 8, 75, 384, 4096, 4097, 70_000]) {
      const bytes = allocate(length);
      expect(bytes).to.have.lengthOf(length);
      expect(bytes.every((byte) => byte === 0)).to.equal(true);
      expect(bytes.byteOffset % 8).to.equal(0);
      bytes.fill(0xff);
    }
  });

  it('belong to one caller: filling some leaves all others as they are', () => {
    const cuts = Array.from({ length: 3000 }, (_, i) => ({ value: i & 0xff, bytes: allocate(i % 97) }));
    for (const { value, bytes } of cuts) bytes.fill(value);
    for (const { value, bytes } of cuts) expect(bytes.every((byte) => byte === value)).to.equal(true);
  });
});
