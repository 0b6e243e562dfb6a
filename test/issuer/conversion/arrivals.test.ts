/** What is made of what a stranger shows at the target: how much work, by which clock, and what can be mended. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toHex } from '../../../core/bytes/hex.ts';
import { acceptCarried, type CarriedList } from '../../../core/conversion/carried-list.ts';
import { defaultMappings } from '../../../core/conversion/default-mappings.ts';
import { mappingDigest } from '../../../core/conversion/mapping.ts';
import { decodeCode, encodeCode } from '../../../core/qr/code.ts';
import { statusListDigest, statusListsRoot } from '../../../core/status/list-digest.ts';
import { encodeStatusList, StatusList } from '../../../core/status/token-status-list.ts';
import { LedgerState } from '../../../core/trust/ledger-state.ts';
import { mappingInForce } from '../../../issuer/conversion/mapping-in-force.ts';
import { issuerIdOf } from '../../../ledger/identifiers.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { expectRejects, expectThrows } from '../../support/throws-code.ts';
import { ConvertingIssuers, PLACES } from './converting-issuers.ts';

/** Counts how often its array is looked at. */
class WatchedList implements CarriedList {
  readonly digests: CarriedList['digests'];
  readonly uri: string;
  readonly version: number;
  readonly #lst: string;
  reads = 0;

  constructor({ digests, uri, version, lst }: CarriedList) {
    this.digests = digests;
    this.uri = uri;
    this.version = version;
    this.#lst = lst;
  }

  get lst(): string {
    this.reads++;
    return this.#lst;
  }
}

/** The ledger as it is read by now. */
function stateOf({ ledger }: ConvertingIssuers): LedgerState {
  const state = new LedgerState();
  for (const block of ledger.blocks) state.apply(block);
  return state;
}

describe('a list that is carried', () => {
  it('is not read for a code that nobody signed', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    const { target } = (await issuers.at('MO')).conversion;
    const list = new WatchedList(carried.list);
    const { code } = issuers.arrival(traveller, carried);
    const forged = encodeCode({ ...decodeCode(code), signature: new Uint8Array(64).fill(1) });
    await expectRejects(target.admit({ code: forged, list }), 'CONVERSION_CODE_NOT_VALID');
    expect(list.reads).to.equal(0);
    expect(await target.admit({ code, list })).to.include({ decision: 'accepted' });
    expect(list.reads).to.be.above(0);
  });

  it('is not read unless the ledger vouches for its digests, nor beyond the size of our lists', async () => {
    await using issuers = await ConvertingIssuers.create();
    const { list } = await issuers.carry(await issuers.traveller('HK'), 'HK', 'MO');
    const source = issuerIdOf(PLACES.HK.did);
    const anchor = stateOf(issuers).statusAnchors.get(source);
    const accepted = (carried: CarriedList): boolean =>
      acceptCarried(nodeCrypto, anchor, carried).get(source, carried.uri) !== undefined;
    const digest = `0x${'ab'.repeat(32)}`;
    const unknown = new WatchedList({
      ...list,
      digests: [...list.digests, { uri: 'https://x.example', digest }],
    });
    expect([accepted(list), accepted(unknown), unknown.reads]).to.deep.equal([true, false, 0]);
    if (anchor === undefined) throw new Error('an anchor');
    const huge = new StatusList(2, new Uint8Array(1_048_576));
    const { uri, version } = list;
    const ofHuge = statusListDigest(nodeCrypto, { uri, version, bits: 2, bytes: huge.bytes });
    const listsRoot = toHex(statusListsRoot(nodeCrypto, [{ uri, digest: ofHuge }]));
    const carried = {
      uri,
      version,
      digests: [{ uri, digest: toHex(ofHuge) }],
      lst: encodeStatusList(huge).lst,
    };
    const lists = acceptCarried(nodeCrypto, { ...anchor, listsRoot }, carried);
    expect(lists.get(source, uri)).to.equal(undefined);
  });

  it('that somebody else’s withdrawal has made old is fetched again: CONVERSION_LIST_OUTDATED until then', async () => {
    await using issuers = await ConvertingIssuers.create();
    const [traveller, other] = [await issuers.traveller('HK'), await issuers.traveller('HK')];
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    await issuers.withdraw('HK', other, (await issuers.carry(other, 'HK', 'MO')).id);
    await issuers.settle('HK', 'MO');
    const { target } = (await issuers.at('MO')).conversion;
    await expectRejects(target.admit(issuers.arrival(traveller, carried)), 'CONVERSION_LIST_OUTDATED');
    const { source } = (await issuers.at('HK')).conversion;
    const { package: fresh = carried } = await source.conversion(carried.id);
    expect(await target.admit(issuers.arrival(traveller, fresh))).to.include({ decision: 'accepted' });
  });
});

describe('the time of a decision', () => {
  it('is never before the last block: a way that is closed by then is closed, however slow our clock', async () => {
    await using issuers = await ConvertingIssuers.create();
    const traveller = await issuers.traveller('HK');
    const carried = await issuers.carry(traveller, 'HK', 'MO');
    issuers.ledger.withdrawMapping('HK-DH', 'MO-SSM', issuers.ledger.nowSeconds + 30);
    issuers.ledger.tick(60);
    await issuers.settle('HK', 'MO');
    const arrival = issuers.arrival(traveller, carried);
    issuers.ledger.nowSeconds -= 50;
    const { target } = (await issuers.at('MO')).conversion;
    await expectRejects(target.admit(arrival), 'CONVERSION_MAPPING_NOT_IN_FORCE');
  });
});

describe('the mapping in force', () => {
  it('is none where its content is of another way than the ledger says', async () => {
    await using issuers = await ConvertingIssuers.create();
    const [mapping] = defaultMappings().between('HK-DH', 'MO-SSM');
    if (mapping === undefined) throw new Error('a mapping');
    const state = stateOf(issuers);
    const policies = {
      mappingAt: () => ({ digest: toHex(mappingDigest(nodeCrypto, mapping)), effectiveFrom: 0 }),
      mappingVersions: () => [],
    };
    const known = { roots: state.roots, head: state.head, version: state.version, trust: state.trust };
    const { conversions, statusAnchors } = state;
    const context = {
      crypto: nodeCrypto,
      mappings: defaultMappings(),
      state: { ...known, conversions, statusAnchors, policies },
    };
    const [hk, gd, mo] = (['HK', 'GD', 'MO'] as const).map((place) =>
      state.trust.issuerByDid(PLACES[place].did),
    );
    if (hk === undefined || gd === undefined || mo === undefined) throw new Error('three issuers');
    expect(mappingInForce({ source: hk, target: mo }, 0, context)).to.include({ id: 'map.hk-mo' });
    for (const between of [
      { source: gd, target: mo },
      { source: hk, target: gd },
    ]) {
      expectThrows(() => mappingInForce(between, 0, context), 'CONVERSION_MAPPING_NOT_IN_FORCE');
    }
  });
});
