import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { leafHash } from '../../../core/commitment/leaf.ts';
import { statusListDigest, statusListsRoot } from '../../../core/status/list-digest.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { naiveRoot } from '../../support/naive-merkle.ts';
import { expectThrows } from '../../support/throws-code.ts';

const list = { uri: 'https://hk-dh.example/status/1', version: 258, bits: 2, bytes: Uint8Array.of(1, 2, 3) };
const digestOf = (change: Partial<typeof list>): string =>
  toHex(statusListDigest(nodeCrypto, { ...list, ...change }));

describe('status list digest', () => {
  it('covers domain, uri, version, bits and array', () => {
    const hash = createHash('sha256');
    hash.update('hcl/status/1\0').update(Uint8Array.of(30)).update(list.uri);
    hash
      .update(Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 2))
      .update(Uint8Array.of(2))
      .update(list.bytes);
    expect(digestOf({})).to.equal(`0x${hash.digest('hex')}`);
  });

  it('differs when anything differs, also where parts meet', () => {
    const digests = [
      digestOf({}),
      digestOf({ uri: 'https://hk-dh.example/status/2' }),
      digestOf({ version: 259 }),
      digestOf({ version: 2 ** 40 }),
      digestOf({ bits: 4 }),
      digestOf({ bytes: Uint8Array.of(1, 2, 3, 0) }),
      digestOf({ uri: `${list.uri}\0` }),
    ];
    expect(new Set(digests)).to.have.property('size', digests.length);
  });
});

describe('root over status lists', () => {
  const lists = ['b', 'a', 'á', 'aa', '\u{1f600}', '\uffff'].map((uri, i) => ({
    uri,
    digest: nodeCrypto.sha256(Uint8Array.of(i)),
  }));

  it('is the RFC 9162 root in the order of the uris’ bytes, whatever order they come in', () => {
    const byUri = new Map(lists.map(({ uri, digest }) => [uri, leafHash(nodeCrypto, digest)]));
    // UTF-8 keeps the order of code points, UTF-16 would put the emoji before U+FFFF.
    const sorted = ['a', 'aa', 'b', 'á', '\uffff', '\u{1f600}'];
    const expected = naiveRoot(sorted.map((uri) => byUri.get(uri) ?? new Uint8Array(0)));
    expect(statusListsRoot(nodeCrypto, lists)).to.deep.equal(expected);
    expect(statusListsRoot(nodeCrypto, lists.toReversed())).to.deep.equal(expected);
  });

  it('of no list is SHA-256 of nothing', () => {
    expect(statusListsRoot(nodeCrypto, [])).to.deep.equal(nodeCrypto.sha256(new Uint8Array(0)));
  });

  it('of one list is its leaf hash', () => {
    const digest = nodeCrypto.sha256(toUtf8('list'));
    const expected = nodeCrypto.sha256(concatBytes(Uint8Array.of(0), digest));
    expect(statusListsRoot(nodeCrypto, [{ uri: 'a', digest }])).to.deep.equal(expected);
  });

  it('refuses the same uri twice', () => {
    const [first] = lists;
    expectThrows(
      () => statusListsRoot(nodeCrypto, [...lists, ...(first ? [first] : [])]),
      'STATUS_LIST_INVALID',
    );
  });
});
