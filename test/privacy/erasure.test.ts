/** Reliability goal P6 and domain case F30: what erasure leaves, and what it does not. */
import { Buffer } from 'node:buffer';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { fromBase64url } from '../../core/bytes/base64url.ts';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { readErasureReceipt } from '../../core/receipt/erasure-receipt.ts';
import { commitmentOf, leafHash } from '../../core/commitment/leaf.ts';
import { decodeCode } from '../../core/qr/code.ts';
import { parseClaims } from '../../core/credential/parse.ts';
import { readStatusToken } from '../../core/status/status-token.ts';
import { REASONS } from '../../core/verify/reasons.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import type { IssuedRow } from '../../issuer/row.ts';
import { KeyedIndex } from '../../issuer/keyed-index.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { DID, issueAll, IssuerHouse, vaccination } from '../issuer/support/issuer-house.ts';
import { expectRejects } from '../issuer/support/rejects-code.ts';
import { isLongRun, runs } from '../support/scale.ts';
import {
  Backup,
  backUp,
  confirms,
  envelopeNeedles,
  keysOf,
  nameNeedles,
  opens,
} from './support/forensics.ts';
import { allBytesBelow } from './support/level-files.ts';
import { hitsOf, spellingsOf, type Needle } from './support/spellings.ts';

const SUBJECTS = runs(200, 3_000);
const ERASED = runs(50, 1_000);

describe('erasure: what is left', function () {
  this.timeout(isLongRun ? 600_000 : 60_000);

  it('no ciphertext, wrapped key, salt or name in the store’s files; the others stay as they were', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const { gone, kept } = await issueSome(issuer);
    const codes = await codesOf(issuer, kept);
    const handles = gone.flatMap(({ credentials }) => credentials.map(({ handle }) => handle));
    await using backup = await Backup.open(await backUp(house, 'backup'));
    const records = await backup.records(gone, house);
    const envelopes = envelopeNeedles(records);
    const names = await nameNeedles(backup, records);
    expect(names).to.have.length(ERASED * 4);
    expect(
      await hitsInStore(house, [...envelopes.slice(0, 4), ...names.slice(0, 4)]),
    ).to.have.length.at.least(8);

    for (const { recordId } of gone) await issuer.privacy.erase(recordId, 'subject-request');
    await issuer.privacy.pass({ force: true });
    await issuer.settle();

    const salts = handles.map((handle): Needle => ({ label: 'salt', bytes: fromBase64url(handle) }));
    const texts = handles.map((handle): Needle => ({ label: 'salt in base64url', bytes: toUtf8(handle) }));
    const needles = [...envelopes, ...names, ...salts, ...texts].flatMap(spellingsOf);
    expect(await hitsInStore(house, needles)).to.deep.equal([]);
    for (const { recordId, credentials } of gone) {
      await expectRejects(() => issuer.record(recordId), 'RECORD_NOT_FOUND');
      for (const { handle } of credentials)
        await expectRejects(() => issuer.credential(handle), 'CREDENTIAL_NOT_FOUND');
      expect((await issuer.privacy.erasure(recordId)).stage).to.equal('dead');
    }
    expect(await codesOf(issuer, kept)).to.deep.equal(codes);
  });

  it('nothing that a backup and all present keys could read, or confirm a guess with', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const { gone } = await issueSome(issuer);
    const before = await keysOf(house);
    await using backup = await Backup.open(await backUp(house, 'backup'));
    const records = await backup.records(gone, house);
    for (const { recordId } of gone) await issuer.privacy.erase(recordId, 'subject-request');
    await issuer.privacy.pass({ force: true });
    const present = await keysOf(house);

    expect(records.filter((record) => opens(record, before))).to.have.length(
      ERASED,
      'the old keys open them',
    );
    expect(records.filter((record) => opens(record, present))).to.deep.equal([]);
    const guess = vaccination(0);
    expect(await confirms(backup, guess, before, house)).to.deep.equal(['content', 'document']);
    expect(await confirms(backup, guess, present, house)).to.deep.equal([]);
    const copy = await backUp(house, 'restored');
    await cp(join(house.folder, 'backup', 'store'), join(copy, 'store'), { recursive: true, force: true });
    await expectRejects(() => house.open({ config: { dataFolder: copy } }), 'ISSUER_EPOCH_LOST');
  });

  it('a status entry, revoked, so that a print is answered "withdrawn" and nothing more', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [vaccination(1)]);
    await issuer.settle();
    const print = await issuer.code(row?.credentials[0]?.handle ?? '');
    await issuer.privacy.erase(row?.recordId ?? '', 'subject-request');
    await issuer.settle();
    const { idx, uri } = parseClaims(decodeCode(print).payloadBytes).status.status_list;
    const token = await issuer.statusToken(uri.split('/').at(-1) ?? '');
    expect(readStatusToken(token, issuer.key.publicKey).list.get(idx)).to.equal('revoked');
    expect(REASONS.STATUS_REVOKED.title.en).to.contain('withdrawn');
  });

  it('a receipt for each leaf, signed, with nothing of a person in it', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [vaccination(1)]);
    const handles = row?.credentials.map(({ handle }) => handle) ?? [];
    await issuer.settle();
    const leaves = await Promise.all(handles.map((handle) => leafOf(issuer, handle)));
    const { receipts } = await issuer.privacy.erase(row?.recordId ?? '', 'court-order');
    const read = receipts.map((receipt) => readErasureReceipt(receipt, issuer.key.publicKey));
    expect(read.map(({ leaf }) => leaf)).to.have.members(leaves);
    expect(read.map(({ issuer: did }) => did)).to.deep.equal([DID, DID]);
    for (const receipt of receipts) {
      const payload = Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString();
      for (const word of [...handles, row?.recordId ?? '', 'SPECIMEN', 'court'])
        expect(payload).to.not.contain(word);
    }
  });
});

describe('erasure: as an act', () => {
  it('of an id that is none of ours, and of one that was never handed out, is answered alike', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await expectRejects(() => issuer.privacy.erase('x'.repeat(22), 'retention-over'), 'RECORD_NOT_FOUND');
    const unused = new KeyedIndex(house.secrets.indexKey).toRecordId(77);
    await expectRejects(() => issuer.privacy.erase(unused, 'retention-over'), 'RECORD_NOT_FOUND');
    await expectRejects(() => issuer.privacy.erasure(unused), 'ERASURE_NOT_FOUND');
  });

  it('is done once, however often it is asked for', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [vaccination(1)]);
    const first = await issuer.privacy.erase(row?.recordId ?? '', 'subject-request');
    house.nowMs += 60_000;
    const again = await issuer.privacy.erase(row?.recordId ?? '', 'court-order');
    expect({ ...again, receipts: [] }).to.deep.equal({ ...first, receipts: [] });
    await issuer.settle();
    expect(house.ledger.statuses).to.have.length(1);
  });

  it('takes a record that waits for its batch too: its leaf is anchored, its code never released', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [vaccination(1)]);
    const { receipts } = await issuer.privacy.erase(row?.recordId ?? '', 'subject-request');
    await issuer.settle();
    const published = await Promise.all(house.ledger.batches.map(({ root }) => issuer.batch(toHex(root))));
    const leaves = published.flatMap((batch) => batch.leaves);
    for (const receipt of receipts) {
      expect(leaves).to.include(readErasureReceipt(receipt, issuer.key.publicKey).leaf);
    }
    await expectRejects(() => issuer.code(row?.credentials[0]?.handle ?? ''), 'CREDENTIAL_NOT_FOUND');
  });

  it('lets the same facts be issued again, as a new record', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [vaccination(1)]);
    await issuer.privacy.erase(row?.recordId ?? '', 'subject-request');
    const [again] = await issueAll(issuer, [vaccination(1)]);
    expect(again?.duplicate).to.equal(false);
    expect(again?.recordId).to.not.equal(row?.recordId);
    await issuer.privacy.pass({ force: true });
    const [third] = await issueAll(issuer, [vaccination(1)]);
    expect(third).to.deep.include({ duplicate: true, recordId: again?.recordId });
  });

  it('works while the ledger is away; what it revoked is published afterwards', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [row] = await issueAll(issuer, [vaccination(1)]);
    await issuer.settle();
    house.ledger.isDown = true;
    await issuer.privacy.erase(row?.recordId ?? '', 'subject-request');
    await issuer.privacy.pass({ force: true });
    expect((await issuer.privacy.erasure(row?.recordId ?? '')).stage).to.equal('dead');
    house.ledger.isDown = false;
    await issuer.settle();
    expect(house.ledger.statuses).to.have.length(2);
  });
});

interface Issued {
  readonly gone: readonly IssuedRow[];
  readonly kept: readonly IssuedRow[];
}

async function issueSome(issuer: Issuer): Promise<Issued> {
  const rows = await issueAll(
    issuer,
    Array.from({ length: SUBJECTS }, (_, i) => vaccination(i)),
  );
  await issuer.settle();
  return { gone: rows.slice(0, ERASED), kept: rows.slice(ERASED) };
}

async function codesOf(issuer: Issuer, rows: readonly IssuedRow[]): Promise<readonly string[]> {
  const handles = rows.flatMap(({ credentials }) => credentials.map(({ handle }) => handle));
  return await Promise.all(handles.map((handle) => issuer.code(handle)));
}

async function leafOf(issuer: Issuer, handle: string): Promise<Hex> {
  const { headerBytes, payloadBytes } = decodeCode(await issuer.code(handle));
  return toHex(leafHash(nodeCrypto, commitmentOf(nodeCrypto, headerBytes, payloadBytes)));
}

/** Without Level's list of its files: that names the first and the last key of each, and keys tell nobody anything. */
async function hitsInStore(house: IssuerHouse, needles: readonly Needle[]): Promise<readonly string[]> {
  const all = await allBytesBelow(join(house.folder, 'issuer', 'store'));
  return hitsOf(
    needles,
    all.filter(({ name }) => !name.includes('MANIFEST')),
  );
}
