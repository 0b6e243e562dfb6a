import { describe, it } from 'mocha';
import { expect } from 'chai';
import { fromHex, toHex } from '../../core/bytes/hex.ts';
import { parseClaims } from '../../core/credential/parse.ts';
import { decodeCode } from '../../core/qr/code.ts';
import { statusListDigest, statusListsRoot } from '../../core/status/list-digest.ts';
import { readStatusToken } from '../../core/status/status-token.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { DID, issueAll, IssuerHouse, vaccination } from './support/issuer-house.ts';
import { expectRejects } from './support/rejects-code.ts';

const NO_ACTS = toHex(new Uint8Array(32));
const DAY_MS = 86_400_000;

describe('status: versions', () => {
  it('publishes a first version with an empty list for each profile', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await expectRejects(() => issuer.statusManifest(), 'STATUS_NOT_PUBLISHED');
    await issuer.settle();
    expect(house.ledger.statuses).to.have.length(1);
    expect(house.ledger.statuses[0]?.actsDigest).to.equal(NO_ACTS);
    const { lists } = await issuer.statusManifest();
    expect(lists.map(({ uri }) => uri)).to.deep.equal(
      [1, 2].map((name) => `https://hk-dh.example/status/${name}`),
    );
  });

  it('serves lists whose root is the one on the ledger, signed with the issuer’s key', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [vaccination(1)]);
    await issuer.revoke({ handle: row?.credentials[0]?.handle ?? '' }, 'issued-in-error');
    await issuer.settle();
    const manifest = await issuer.statusManifest();
    const digests = manifest.lists.map(({ uri, token, version }) => {
      const read = readStatusToken(token, issuer.key.publicKey);
      expect({ uri: read.uri, version: read.version }).to.deep.equal({ uri, version });
      expect(read.expiresAtSeconds).to.equal(manifest.nextUpdate);
      const digest = statusListDigest(nodeCrypto, {
        uri,
        version,
        bits: read.list.bits,
        bytes: read.list.bytes,
      });
      return { uri, digest };
    });
    expect(toHex(statusListsRoot(nodeCrypto, digests))).to.equal(house.ledger.statuses.at(-1)?.listsRoot);
    expect(manifest.listsRoot).to.equal(house.ledger.statuses.at(-1)?.listsRoot);
    expect(manifest.lists.map(({ digest }) => digest)).to.deep.equal(
      digests.map(({ digest }) => toHex(digest)),
    );
  });

  it('publishes anew after half of the time a version is fresh', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issuer.pass();
    house.nowMs += DAY_MS / 2 - 1000;
    await issuer.pass();
    expect(house.ledger.statuses).to.have.length(1);
    house.nowMs += 1000;
    await issuer.pass();
    expect(house.ledger.statuses.map(({ version }) => version)).to.deep.equal([1, 2]);
    expect(house.ledger.statuses[1]?.listsRoot).to.equal(house.ledger.statuses[0]?.listsRoot);
  });

  it('stages a version anew when the ledger was away past its next update', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [vaccination(1)]);
    await issuer.settle();
    house.ledger.isDown = true;
    await issuer.revoke({ recordId: row?.recordId ?? '' }, 'fraud');
    await issuer.pass().catch(() => undefined);
    house.nowMs += 3 * DAY_MS;
    house.ledger.timeSeconds += (3 * DAY_MS) / 1000;
    house.ledger.isDown = false;
    await issuer.pass();
    expect(house.ledger.statuses.map(({ version }) => version)).to.deep.equal([1, 2]);
    expect(await listedAs(issuer, row?.credentials[1]?.handle)).to.equal('revoked');
  });
});

describe('status: revocation', () => {
  it('changes that entry and no other, in the next version', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row, other] = await issueAll(issuer, [vaccination(1), vaccination(2)]);
    await issuer.settle();
    const [venue, travel] = row?.credentials.map(({ handle }) => handle) ?? [];
    expect(await issuer.revoke({ handle: venue ?? '' }, 'wrong-person')).to.deep.equal({
      alreadyRevoked: false,
      published: false,
    });
    expect(await listedAs(issuer, venue)).to.equal('valid');
    await issuer.pass();
    expect(await listedAs(issuer, venue)).to.equal('revoked');
    expect(await listedAs(issuer, travel)).to.equal('valid');
    for (const { handle } of other?.credentials ?? [])
      expect(await listedAs(issuer, handle)).to.equal('valid');
    const { lists, version } = await issuer.statusManifest();
    expect(version).to.equal(2);
    expect(lists.map((list) => list.version)).to.have.members([1, 2]);
    expect(house.ledger.statuses[1]?.actsDigest).to.not.equal(NO_ACTS);
  });

  it('of a record takes all its credentials', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [vaccination(1)]);
    await issuer.settle();
    await issuer.revoke({ recordId: row?.recordId ?? '' }, 'lot-recalled');
    await issuer.settle();
    for (const { handle } of row?.credentials ?? [])
      expect(await listedAs(issuer, handle)).to.equal('revoked');
  });

  it('is done once, however often it is asked for', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [vaccination(1)]);
    const target = { recordId: row?.recordId ?? '' };
    await issuer.revoke(target, 'fraud');
    const again = { alreadyRevoked: true, published: false };
    expect(await issuer.revoke(target, 'fraud')).to.deep.equal(again);
    await issuer.settle();
    expect(await issuer.revoke(target, 'fraud')).to.deep.equal({ ...again, published: true });
    await issuer.settle();
    expect(house.ledger.statuses).to.have.length(1);
  });

  for (const fault of ['lost', 'landed'] as const) {
    it(`is there after a crash in which the version's publication is ${fault}`, async () => {
      await using house = await IssuerHouse.create();
      const first = await house.open();
      const [row] = await issueAll(first, [vaccination(1)]);
      await first.settle();
      await first.revoke({ recordId: row?.recordId ?? '' }, 'fraud');
      house.ledger.faults.push(fault);
      await first.pass().catch(() => undefined);
      await first.close();
      await using second = await house.open();
      await second.pass();
      expect(house.ledger.statuses.map(({ version }) => version)).to.deep.equal([1, 2]);
      expect(await listedAs(second, row?.credentials[0]?.handle)).to.equal('revoked');
      expect((await second.statusManifest()).listsRoot).to.equal(house.ledger.statuses[1]?.listsRoot);
    });
  }

  it('refuses handles and records that are not there', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await expectRejects(() => issuer.revoke({ handle: 'x'.repeat(22) }, 'fraud'), 'CREDENTIAL_NOT_FOUND');
    await expectRejects(() => issuer.revoke({ recordId: 'x'.repeat(22) }, 'fraud'), 'RECORD_NOT_FOUND');
    await expectRejects(() => issuer.statusToken('3'), 'STATUS_NOT_PUBLISHED');
    await issuer.settle();
    await expectRejects(() => issuer.statusToken('3'), 'STATUS_LIST_NOT_FOUND');
    expect(issuer.config.did).to.equal(DID);
    expect(fromHex(issuer.id)).to.have.length(32);
  });
});

/** What the published lists say of a released credential. */
async function listedAs(issuer: Issuer, handle: string | undefined): Promise<string> {
  const claims = parseClaims(decodeCode(await issuer.code(handle ?? '')).payloadBytes);
  const { idx, uri } = claims.status.status_list;
  const name = uri.split('/').at(-1) ?? '';
  return readStatusToken(await issuer.statusToken(name), issuer.key.publicKey).list.get(idx);
}
