import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { fromHex, toHex } from '../../core/bytes/hex.ts';
import { parseClaims } from '../../core/credential/parse.ts';
import { decodeCode } from '../../core/qr/code.ts';
import { statusListDigest, statusListsRoot } from '../../core/status/list-digest.ts';
import { encodeBitstring, STATUS_PURPOSES, toBitstring } from '../../core/status/bitstring-status-list.ts';
import { readStatusToken } from '../../core/status/status-token.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { TABLES } from '../../issuer/store.ts';
import { toUint64 } from '../../service/big-endian.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { Store, WriteBatch } from '../../service/store.ts';
import { DID, issueAll, IssuerHouse, vaccination } from './support/issuer-house.ts';
import { expectRejects } from './support/rejects-code.ts';
import { act } from './support/two-people.ts';

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
    await act(issuer, { by: 'credential', handle: row?.credentials[0]?.handle ?? '' });
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

  it('of a store from before acts had two approvals are refused, not misread', async () => {
    await using house = await IssuerHouse.create();
    await (await house.open()).close();
    const store = await Store.open(join(house.folder, 'issuer', 'store'));
    const old = new WriteBatch().put({ ...TABLES.statuses, format: 1 }, toUint64(1), new Uint8Array(1));
    await store.commit(old);
    await store.close();
    await expectRejects(() => house.open(), 'STORE_FORMAT_UNKNOWN');
  });

  it('stages a version anew when the ledger was away past its next update', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [vaccination(1)]);
    await issuer.settle();
    house.ledger.isDown = true;
    await act(issuer, { by: 'record', recordId: row?.recordId ?? '' });
    await issuer.pass().catch(() => undefined);
    house.nowMs += 3 * DAY_MS;
    house.ledger.timeSeconds += (3 * DAY_MS) / 1000;
    house.ledger.isDown = false;
    await issuer.pass();
    expect(house.ledger.statuses.map(({ version }) => version)).to.deep.equal([1, 2]);
    expect(await listedAs(issuer, row?.credentials[1]?.handle)).to.equal('revoked');
  });
});

describe('status: acts', () => {
  it('change that entry and no other, in the next version', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row, other] = await issueAll(issuer, [vaccination(1), vaccination(2)]);
    await issuer.settle();
    const [venue, travel] = row?.credentials.map(({ handle }) => handle) ?? [];
    await act(issuer, { by: 'credential', handle: venue ?? '' }, { reason: 'wrong-person' });
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

  it('on a record take all its credentials', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [vaccination(1)]);
    await issuer.settle();
    await act(issuer, { by: 'record', recordId: row?.recordId ?? '' });
    await issuer.settle();
    for (const { handle } of row?.credentials ?? [])
      expect(await listedAs(issuer, handle)).to.equal('revoked');
  });

  it('that come to the same again, or change nothing yet, make no version', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [vaccination(1)]);
    const target = { by: 'record', recordId: row?.recordId ?? '' } as const;
    await act(issuer, target);
    await issuer.settle();
    await act(issuer, target);
    await act(issuer, target, { kind: 'caution', reason: 'advice-changed' });
    await act(issuer, target, { effectiveFrom: house.nowMs / 1000 + 60 });
    await issuer.settle();
    expect(house.ledger.statuses).to.have.length(1);
    expect(house.ledger.acts).to.have.length(4);
  });

  for (const fault of ['lost', 'landed'] as const) {
    it(`are there after a crash in which the version's publication is ${fault}`, async () => {
      await using house = await IssuerHouse.create();
      const first = await house.open();
      const [row] = await issueAll(first, [vaccination(1)]);
      await first.settle();
      await act(first, { by: 'record', recordId: row?.recordId ?? '' });
      house.ledger.faults.push(undefined, fault);
      await first.pass().catch(() => undefined);
      await first.close();
      await using second = await house.open();
      await second.pass();
      expect(house.ledger.statuses.map(({ version }) => version)).to.deep.equal([1, 2]);
      expect(await listedAs(second, row?.credentials[0]?.handle)).to.equal('revoked');
      expect((await second.statusManifest()).listsRoot).to.equal(house.ledger.statuses[1]?.listsRoot);
    });
  }

  it('of an erasure hold at once, without approval, and stay what they are', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [vaccination(1)]);
    await issuer.settle();
    const handle = row?.credentials[0]?.handle ?? '';
    const place = await issuer.placeOf(handle);
    await issuer.status.revoke([place], 'erased');
    await issuer.status.revoke([place], 'erased');
    expect(issuer.status.isRevocationPublished(place)).to.equal(false);
    await act(
      issuer,
      { by: 'record', recordId: row?.recordId ?? '' },
      { kind: 'stay', reason: 'court-order' },
    );
    await issuer.settle();
    expect(issuer.status.isRevocationPublished(place)).to.equal(true);
    expect((await issuer.statusOf(handle)).acts.map(({ act }) => act.reason)).to.deep.equal([
      'erased',
      'court-order',
    ]);
  });

  it('are refused on handles and records that are not there', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const name = 'x'.repeat(22);
    await expectRejects(() => act(issuer, { by: 'credential', handle: name }), 'CREDENTIAL_NOT_FOUND');
    await expectRejects(() => act(issuer, { by: 'record', recordId: name }), 'RECORD_NOT_FOUND');
    await expectRejects(() => issuer.statusToken('3'), 'STATUS_NOT_PUBLISHED');
    await expectRejects(() => issuer.statusCredential('3', 'revocation'), 'STATUS_NOT_PUBLISHED');
    await issuer.settle();
    await expectRejects(() => issuer.statusToken('3'), 'STATUS_LIST_NOT_FOUND');
    await expectRejects(() => issuer.statusCredential('3', 'revocation'), 'STATUS_LIST_NOT_FOUND');
    expect(issuer.config.did).to.equal(DID);
    expect(fromHex(issuer.id)).to.have.length(32);
  });
});

describe('status: lists for W3C verifiers', () => {
  it('say the same as the token of their list, and are the version on the ledger', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const rows = await issueAll(issuer, [vaccination(1), vaccination(2), vaccination(3)]);
    const recordIds = rows.map(({ recordId }) => recordId);
    await act(issuer, { by: 'record', recordId: recordIds[0] ?? '' });
    await act(
      issuer,
      { by: 'record', recordId: recordIds[1] ?? '' },
      { kind: 'suspend', reason: 'under-investigation' },
    );
    await issuer.settle();
    for (const name of ['1', '2']) {
      const { list, expiresAtSeconds } = readStatusToken(
        await issuer.statusToken(name),
        issuer.key.publicKey,
      );
      for (const purpose of STATUS_PURPOSES) {
        const credential = decodeJwt(await issuer.statusCredential(name, purpose));
        expect(credential).to.deep.include({
          id: `https://hk-dh.example/status/${name}/${purpose}`,
          issuer: DID,
          validUntil: new Date(expiresAtSeconds * 1000).toISOString().replace('.000', ''),
        });
        expect(credential['credentialSubject']).to.deep.include({
          statusPurpose: purpose,
          encodedList: encodeBitstring(toBitstring(list, purpose)),
        });
        expect(toBitstring(list, purpose).filter((byte) => byte > 0)).to.have.length(1);
      }
    }
  });
});

/** What the published lists say of a released credential. */
async function listedAs(issuer: Issuer, handle: string | undefined): Promise<string> {
  const claims = parseClaims(decodeCode(await issuer.code(handle ?? '')).payloadBytes);
  const { idx, uri } = claims.status.status_list;
  const name = uri.split('/').at(-1) ?? '';
  return readStatusToken(await issuer.statusToken(name), issuer.key.publicKey).list.get(idx);
}
