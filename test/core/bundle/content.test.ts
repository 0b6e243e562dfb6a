/** What a bundle carries and how: sections by columns, lists by changes, and the trust list read back. */
import { Buffer } from 'node:buffer';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { changesFrom, readChanges, withChanges, writeChanges } from '../../../core/bundle/list-changes.ts';
import { readColumns, readRows, writeColumns } from '../../../core/bundle/root-columns.ts';
import { ByteReader } from '../../../core/bytes/byte-reader.ts';
import { ByteWriter } from '../../../core/bytes/byte-writer.ts';
import { fromBase64, toBase64 } from '../../../core/bytes/base64.ts';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import { StatusList } from '../../../core/status/token-status-list.ts';
import { writeTrustEntry } from '../../../core/trust/trust-entry-bytes.ts';
import { readTrustEntries } from '../../../core/trust/trust-entry-reader.ts';
import { TrustList } from '../../../core/trust/trust-list.ts';
import { EVERY_EVENT } from '../../support/every-event.ts';
import { Random } from '../../support/random.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { expectThrows } from '../../support/throws-code.ts';

const trust = new TrustList();
EVERY_EVENT.forEach((event, i) => trust.apply(event, 1_671_580_800 + i));
const entries = trust.history;

describe('trust entries', () => {
  const out = new ByteWriter();
  for (const entry of entries) writeTrustEntry(out, entry);
  const section = out.bytes.slice();

  it('of every kind are read back as they were', () => {
    expect(readTrustEntries(section)).to.deep.equal(entries);
  });

  it('are refused when they are cut short or of an unknown kind', () => {
    for (let length = 1; length < 9; length++) {
      expectThrows(() => readTrustEntries(section.subarray(0, section.length - length)), 'BYTES_CUT_SHORT');
    }
    expectThrows(() => readTrustEntries(Uint8Array.from([99, 0, 0, 0, 0, 0, 0, 0, 1])), 'BYTES_CUT_SHORT');
  });
});

describe('sections of roots', () => {
  const random = new Random(testSeed);

  /** Rows as a ledger could have them, of one to three accounts. */
  function sectionOf(rows: number, rootBytes: number): Uint8Array {
    const accounts = Array.from({ length: 1 + random.below(3) }, () => random.bytes(20));
    const out = new ByteWriter();
    let timeSeconds = 1_671_580_800;
    let sequence = random.below(1000);
    for (let row = 0; row < rows; row++) {
      timeSeconds += random.below(100);
      sequence += 1 + random.below(30);
      out.raw(random.bytes(rootBytes)).raw(random.pick(accounts));
      out
        .u64(timeSeconds)
        .u64(sequence)
        .u8(6 + random.below(7));
    }
    return out.bytes.slice();
  }

  for (const [name, rootBytes] of [
    ['roots/long/2022-12-21/aa/00000000', 32],
    ['short/2022-12-21/aa/00000000', 20],
  ] as const) {
    it(`${name} travel by columns and arrive as they were, whole or from any row on`, () => {
      for (let round = 0; round < runs(30, 500); round++) {
        const count = 1 + random.below(40);
        const section = sectionOf(count, rootBytes);
        const from = random.below(count);
        const rows = readRows(name, section);
        const out = { columns: new ByteWriter(), roots: new ByteWriter() };
        writeColumns(out, rows, { from });
        const input = { columns: new ByteReader(out.columns.bytes), roots: new ByteReader(out.roots.bytes) };
        const held = section.subarray(0, (section.length / count) * from);
        const added = readColumns(input, { name, held, count: count - from });
        expect(toHex(concatBytes(held, added))).to.equal(toHex(section));
        expect([input.columns.left, input.roots.left]).to.deep.equal([0, 0]);
      }
    });
  }
});

describe('changes of a status list', () => {
  const bits = fc.constantFrom(1, 2, 4, 8);
  const lists = bits.chain((each) =>
    fc.record({
      bits: fc.constant(each),
      before: fc.uint8Array({ minLength: 50, maxLength: 50 }),
      after: fc.uint8Array({ minLength: 50, maxLength: 50 }),
    }),
  );

  it('make of one list the other, over the wire too', () => {
    const property = fc.property(lists, ({ bits, before, after }) => {
      const list = new StatusList(bits, after);
      for (const base of [undefined, new StatusList(bits, before)]) {
        const out = { gaps: new ByteWriter(), values: new ByteWriter() };
        writeChanges(out, changesFrom(base, list), bits);
        const input = { gaps: new ByteReader(out.gaps.bytes), values: new ByteReader(out.values.bytes) };
        const changes = readChanges(input, bits);
        expect(withChanges(base ?? { bits, byteLength: 50 }, changes).bytes).to.deep.equal(after);
      }
    });
    fc.assert(property, { numRuns: runs(100, 2000), seed: testSeed });
  });

  it('are refused beyond the end of the list, and when they are more than there are bytes', () => {
    const beyond = { indices: Uint32Array.of(200), values: Uint8Array.of(1) };
    expectThrows(() => withChanges({ bits: 2, byteLength: 50 }, beyond), 'BUNDLE_MALFORMED');
    const input = {
      gaps: new ByteReader(Uint8Array.of(0xff, 0x7f)),
      values: new ByteReader(new Uint8Array(0)),
    };
    expectThrows(() => readChanges(input, 2), 'BUNDLE_MALFORMED');
  });
});

describe('base64', () => {
  it('has one text for each byte string', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(toBase64(bytes)).to.equal(text);
        expect(fromBase64(text)).to.deep.equal(bytes);
      }),
    );
    for (const text of ['A', 'AA', 'AA=', 'AB==', 'AAA', 'AA==A', 'AA-=', ' AA==', 'AA==\n', '====']) {
      expectThrows(() => fromBase64(text), 'BASE64_INVALID');
    }
  });
});
