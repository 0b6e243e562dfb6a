import { hash } from 'node:crypto';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { changesDigest, placesDigest, type ActChanges } from '../../../core/act/places.ts';
import { toHex, type Hex } from '../../../core/bytes/hex.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';

const ACT: Hex = `0x${'22'.repeat(32)}`;
const OTHER: Hex = `0x${'11'.repeat(32)}`;

describe('digest of places', () => {
  it('is SHA-256 over lists in order of their uris and big-endian indices', () => {
    const bytes = Buffer.concat([
      Buffer.from('hcl/places/1\0'),
      Buffer.from([3]),
      Buffer.from('a/1'),
      Buffer.from([2, 0, 0, 0, 7, 0, 1, 0, 0]),
      Buffer.from([3]),
      Buffer.from('a/2'),
      Buffer.from([1, 0, 0, 0, 9]),
    ]);
    const lists = [
      { uri: 'a/2', indices: [9] },
      { uri: 'a/1', indices: [7, 65_536] },
    ];
    expect(toHex(placesDigest(nodeCrypto, lists))).to.equal(`0x${hash('sha256', bytes, 'hex')}`);
  });
});

describe('digest of changes', () => {
  const change: ActChanges = {
    act: ACT,
    lists: [
      { uri: 'a/2', value: 'revoked', indices: [9] },
      { uri: 'a/1', value: 'suspended', indices: [7] },
      { uri: 'a/1', value: 'valid', indices: [8] },
    ],
  };

  it('of nothing is zeros', () => {
    expect(toHex(changesDigest(nodeCrypto, []))).to.equal(`0x${'00'.repeat(32)}`);
  });

  it('of one act is the RFC 9162 leaf over its changes, by uri and then value', () => {
    const inner = Buffer.concat([
      Buffer.from('hcl/changes/1\0'),
      Buffer.from('22'.repeat(32), 'hex'),
      Buffer.from([3, ...Buffer.from('a/1'), 0, 1, 0, 0, 0, 8]),
      Buffer.from([3, ...Buffer.from('a/1'), 2, 1, 0, 0, 0, 7]),
      Buffer.from([3, ...Buffer.from('a/2'), 1, 1, 0, 0, 0, 9]),
    ]);
    const leaf = Buffer.concat([Buffer.from([0]), hash('sha256', inner, 'buffer')]);
    expect(toHex(changesDigest(nodeCrypto, [change]))).to.equal(`0x${hash('sha256', leaf, 'hex')}`);
  });

  it('does not depend on the sequence in which acts and lists are given', () => {
    const second: ActChanges = { act: OTHER, lists: [{ uri: 'a/1', value: 'revoked', indices: [1, 2] }] };
    const turned = { act: ACT, lists: change.lists.toReversed() };
    const digest = toHex(changesDigest(nodeCrypto, [change, second]));
    expect(toHex(changesDigest(nodeCrypto, [second, turned]))).to.equal(digest);
  });

  const others: Readonly<Record<string, ActChanges>> = {
    'one more place': { act: ACT, lists: [...change.lists, { uri: 'a/3', value: 'revoked', indices: [1] }] },
    'another value': {
      act: ACT,
      lists: change.lists.map((list) => ({ ...list, value: 'superseded' as const })),
    },
    'another act': { ...change, act: OTHER },
    'another index': { act: ACT, lists: change.lists.map((list) => ({ ...list, indices: [5] })) },
  };
  for (const [what, other] of Object.entries(others)) {
    it(`is another with ${what}`, () => {
      expect(toHex(changesDigest(nodeCrypto, [other]))).not.to.equal(
        toHex(changesDigest(nodeCrypto, [change])),
      );
    });
  }
});
