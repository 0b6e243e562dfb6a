/** The names under which handles and records are looked up. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { KeyedIndex } from '../../issuer/keyed-index.ts';

const key = new Uint8Array(32).fill(7);
const index = new KeyedIndex(key);

/** HMAC-SHA-256 as Node has it, under the key derived for `purpose`, cut to 16 bytes. */
function expected(purpose: string, value: Uint8Array): Uint8Array {
  const derived = createHmac('sha256', key).update(`hcl/index/1/${purpose}`).digest();
  return new Uint8Array(createHmac('sha256', derived).update(value).digest().subarray(0, 16));
}

describe('the keyed index', () => {
  it("names records and handles by Node's HMAC-SHA-256, whatever their length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (record, handle) => {
        expect(new Uint8Array(index.ofRecord(record))).to.deep.equal(expected('record', record));
        expect(new Uint8Array(index.ofHandle(handle))).to.deep.equal(expected('handle', toUtf8(handle)));
      }),
    );
  });

  it('gives a handle and a record of the same bytes different names', () => {
    expect(index.ofHandle('abc')).to.not.deep.equal(index.ofRecord(toUtf8('abc')));
  });

  it('gives the number of a record back for its id, and none for an id that it did not make', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (number) => {
        expect(index.fromRecordId(index.toRecordId(number))).to.equal(number);
      }),
    );
    expect(index.fromRecordId('A'.repeat(22))).to.equal(undefined);
    expect(index.fromRecordId('short')).to.equal(undefined);
    expect(new KeyedIndex(new Uint8Array(32).fill(8)).fromRecordId(index.toRecordId(5))).to.equal(undefined);
  });
});
