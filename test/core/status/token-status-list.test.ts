import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { fromBase64url, toBase64url } from '../../../core/bytes/base64url.ts';
import { fromHex } from '../../../core/bytes/hex.ts';
import { fromUtf8 } from '../../../core/bytes/utf8.ts';
import {
  decodeStatusList,
  encodeStatusList,
  MAX_STATUS_BYTES,
  MIN_STATUS_ENTRIES,
  STATUS_VALUES,
  StatusList,
} from '../../../core/status/token-status-list.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { expectThrows } from '../../support/throws-code.ts';

const value = fc.constantFrom(...STATUS_VALUES);

describe('status list (IETF Token Status List)', () => {
  it('puts entry 0 into the least significant bits', () => {
    const list = StatusList.empty(8).with(0, 'revoked').with(1, 'suspended').with(7, 'superseded');
    expect([...list.bytes]).to.deep.equal([0b00001001, 0b11000000]);
  });

  it('has at least 131,072 entries, all valid, unless asked for fewer', () => {
    const list = StatusList.empty();
    expect(list.size).to.equal(MIN_STATUS_ENTRIES);
    expect(list.bytes).to.have.length(32_768);
    expect([0, 77, MIN_STATUS_ENTRIES - 1].map((index) => list.get(index))).to.deep.equal([
      'valid',
      'valid',
      'valid',
    ]);
  });

  it('says of each entry what was last set, and nothing else changes', () => {
    const change = fc.record({ index: fc.nat(63), value });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const before = StatusList.empty(64);
        const list = before.withAll(changes);
        const expected = Array.from({ length: 64 }, () => 'valid');
        for (const { index, value } of changes) expected[index] = value;
        expect(Array.from({ length: 64 }, (_, index) => list.get(index))).to.deep.equal(expected);
        expect(before.bytes.every((byte) => byte === 0)).to.equal(true);
      }),
    );
  });

  it('comes back from its token form', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 2000 }),
        fc.constantFrom(1, 2, 4, 8),
        (bytes, bits) => {
          const decoded = decodeStatusList(encodeStatusList(new StatusList(bits, bytes)));
          expect(decoded.bits).to.equal(bits);
          expect(decoded.bytes).to.deep.equal(bytes);
        },
      ),
    );
  });

  const list = StatusList.empty(8);
  for (const index of [8, -1, 0.5, NaN, Infinity, 2 ** 53]) {
    it(`has no entry ${index}`, () => {
      expectThrows(() => list.get(index), 'STATUS_INDEX_OUT_OF_RANGE');
      expectThrows(() => list.with(index, 'revoked'), 'STATUS_INDEX_OUT_OF_RANGE');
    });
  }

  it('a number above 3 is unknown, never valid', () => {
    expectThrows(() => new StatusList(4, Uint8Array.of(0xf0)).get(1), 'STATUS_VALUE_UNKNOWN');
    expectThrows(() => new StatusList(8, Uint8Array.of(4)).get(0), 'STATUS_VALUE_UNKNOWN');
  });

  it('entries of one bit cannot hold a suspension', () => {
    expectThrows(() => new StatusList(1, Uint8Array.of(0)).with(0, 'suspended'), 'STATUS_VALUE_UNKNOWN');
  });

  const { lst } = encodeStatusList(list);
  const bomb = toBase64url(deflateSync(new Uint8Array(MAX_STATUS_BYTES + 1)));
  const refused: readonly (readonly [
    why: string,
    encoded: { readonly bits: number; readonly lst: string },
  ])[] = [
    ['3 bits', { bits: 3, lst }],
    ['0 bits', { bits: 0, lst }],
    ['padding', { bits: 2, lst: `${lst}=` }],
    ['nothing', { bits: 2, lst: '' }],
    ['no zlib', { bits: 2, lst: toBase64url(Uint8Array.of(1, 2, 3, 4, 5, 6, 7)) }],
    ['an empty array', { bits: 2, lst: toBase64url(deflateSync(new Uint8Array(0))) }],
    ['a bomb', { bits: 2, lst: bomb }],
    ['a byte after the stream', { bits: 2, lst: toBase64url(Uint8Array.of(...fromBase64url(lst), 0)) }],
  ];
  for (const [why, encoded] of refused) {
    it(`refuses ${why}`, () => expectThrows(() => decodeStatusList(encoded), 'STATUS_LIST_INVALID'));
  }

  it('reads the largest list', () => {
    const largest = new StatusList(2, new Uint8Array(MAX_STATUS_BYTES));
    expect(decodeStatusList(encodeStatusList(largest)).size).to.equal(2 ** 22);
  });

  describeCorpus('status-lists', (folder) => {
    for (const name of ['token-status-list-1bit.json', 'token-status-list-4bit.json']) {
      it(`${name}: each of 2^20 entries says what is published`, () => {
        const vector = JSON.parse(readFileSync(join(folder, name), 'utf8')) as LargeVector;
        const decoded = decodeStatusList(vector.json);
        expect(decoded.size).to.equal(vector.size);
        for (let index = 0; index < decoded.size; index++) {
          const expected = vector.status[index] ?? 0;
          if (decoded.raw(index) !== expected) expect.fail(`entry ${index}`);
        }
      });
    }

    it('token-status-list-small.json: the bytes are those published', () => {
      const text = readFileSync(join(folder, 'token-status-list-small.json'), 'utf8');
      const { cases } = JSON.parse(text) as { readonly cases: readonly SmallVector[] };
      for (const { bits, byteArrayHex, lst } of cases) {
        expect(decodeStatusList({ bits, lst }).bytes).to.deep.equal(fromHex(`0x${byteArrayHex}`));
        expect(
          decodeStatusList(encodeStatusList(new StatusList(bits, fromHex(`0x${byteArrayHex}`)))).bytes,
        ).to.deep.equal(fromHex(`0x${byteArrayHex}`));
      }
    });

    it('the list in the example token decodes', () => {
      const jwt = readFileSync(join(folder, 'token-status-list-jwt-line1208.txt'), 'utf8').trim();
      const payload = JSON.parse(fromUtf8(fromBase64url(jwt.split('.')[1] ?? '')) ?? '') as TokenPayload;
      const decoded = decodeStatusList(payload.status_list);
      const raw = Array.from({ length: decoded.size }, (_, index) => decoded.raw(index));
      expect(raw).to.deep.equal([1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]);
    });
  });
});

interface LargeVector {
  readonly size: number;
  readonly status: Readonly<Record<number, number>>;
  readonly json: { readonly bits: number; readonly lst: string };
}

interface SmallVector {
  readonly bits: number;
  readonly byteArrayHex: string;
  readonly lst: string;
}

interface TokenPayload {
  readonly status_list: { readonly bits: number; readonly lst: string };
}
