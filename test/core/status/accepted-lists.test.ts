import { describe, it } from 'mocha';
import { expect } from 'chai';
import { toHex } from '../../../core/bytes/hex.ts';
import { acceptLists, StatusLists, type PublishedList } from '../../../core/status/accepted-lists.ts';
import { statusListDigest, statusListsRoot } from '../../../core/status/list-digest.ts';
import { StatusList } from '../../../core/status/token-status-list.ts';
import type { StatusAnchor } from '../../../core/trust/ledger-state.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';

const lists: readonly PublishedList[] = ['b', 'a', 'c'].map((uri, i) => ({
  uri,
  version: i + 1,
  list: StatusList.empty().with(i, 'revoked'),
}));

function anchorOf(published: readonly PublishedList[], version = 1): StatusAnchor {
  const digests = published.map(({ uri, version: own, list }) => ({
    uri,
    digest: statusListDigest(nodeCrypto, { uri, version: own, bits: list.bits, bytes: list.bytes }),
  }));
  return {
    issuer: '0x01',
    version,
    listsRoot: toHex(statusListsRoot(nodeCrypto, digests)),
    actsDigest: '0x00',
    nextUpdate: 200,
    timeSeconds: 100,
  };
}

describe('status lists', () => {
  it('are accepted in any order when they are the set that was anchored', () => {
    const accepted = new StatusLists([acceptLists(nodeCrypto, anchorOf(lists), lists.toReversed())]);
    const list = accepted.get('0x01', 'a');
    expect(list).to.include({ version: 2, setVersion: 1, publishedAtSeconds: 100, nextUpdateSeconds: 200 });
    expect(list?.list.get(1)).to.equal('revoked');
  });

  const [first, ...rest] = lists;
  if (first === undefined) throw new Error('there are three lists');
  const refused: Readonly<Record<string, readonly PublishedList[]>> = {
    'one left out': rest,
    'one twice': [...lists, first],
    'one added': [...lists, { ...first, uri: 'd' }],
    'another version': [{ ...first, version: 9 }, ...rest],
    'another entry': [{ ...first, list: first.list.with(5, 'revoked') }, ...rest],
    'none at all': [],
  };
  for (const [rule, published] of Object.entries(refused)) {
    it(`are refused with ${rule}`, () => {
      expect(() => acceptLists(nodeCrypto, anchorOf(lists), published))
        .to.throw()
        .with.property('code', 'STATUS_LISTS_MISMATCH');
    });
  }

  it('of an issuer are replaced together, and never by older ones', () => {
    const older = acceptLists(nodeCrypto, anchorOf(lists, 4), lists);
    const newer = acceptLists(nodeCrypto, anchorOf(rest, 5), rest);
    const held = StatusLists.empty.with(older).with(newer);
    expect(held.get('0x01', 'b')).to.equal(undefined);
    expect(held.versionOf('0x01')).to.equal(5);
    expect(() => held.with(older))
      .to.throw()
      .with.property('code', 'STATUS_LISTS_OLD');
  });

  it('of two issuers under one URI stay apart', () => {
    const one = acceptLists(nodeCrypto, anchorOf(lists), lists);
    const other = acceptLists(nodeCrypto, { ...anchorOf(rest), issuer: '0x02' }, rest);
    const held = new StatusLists([one, other]);
    expect(held.get('0x01', 'a')?.issuer).to.equal('0x01');
    expect(held.get('0x02', 'a')?.issuer).to.equal('0x02');
    expect(held.get('0x02', 'b')).to.equal(undefined);
  });
});
