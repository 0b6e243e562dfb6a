/** A record that does not open any more: it is named, keeps nobody else from erasure, and goes with its epoch. */
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { toHex } from '../../core/bytes/hex.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { KeyedIndex } from '../../issuer/keyed-index.ts';
import type { IssuedRow } from '../../issuer/row.ts';
import { TABLES } from '../../issuer/store.ts';
import type { Log, LogFields } from '../../service/logging.ts';
import { toUint64 } from '../../service/big-endian.ts';
import { Store, WriteBatch } from '../../service/store.ts';
import { issueAll, IssuerHouse, labTest } from '../issuer/support/issuer-house.ts';
import { expectRejects } from '../issuer/support/rejects-code.ts';
import { Backup, backUp, keysOf, opens } from './support/forensics.ts';

const DAY_MS = 86_400_000;
const ENVELOPE_VERSION = 0;
const CIPHERTEXT = 100;

describe('a record that does not open', () => {
  for (const { what, at } of [
    { what: 'its bytes', at: CIPHERTEXT },
    { what: 'the head of its envelope', at: ENVELOPE_VERSION },
  ]) {
    it(`for ${what} are spoilt, is named and left behind; the others of its chunk are erased, and its epoch ends`, async () => {
      await using house = await IssuerHouse.create();
      const rows = await issueTests(house, 5);
      const bad = rows[2]?.recordId ?? '';
      await using backup = await Backup.open(await backUp(house, 'backup'));
      const copies = await backup.records(rows, house);
      await spoil(house, bad, at);

      const errors: LogFields[] = [];
      await using issuer = await house.open({ ports: { log: logInto(errors) } });
      house.nowMs += 40 * DAY_MS;
      await issuer.privacy.pass({ force: false });
      for (const { recordId } of rows.filter((row) => row.recordId !== bad)) {
        expect((await issuer.privacy.erasure(recordId)).stage).to.equal('erased');
      }
      expect(await issuer.privacy.erasure(bad)).to.deep.include({ stage: 'unreadable', receipts: [] });
      expect(await issuer.privacy.unreadable()).to.deep.equal([bad]);
      expect(errors).to.deep.equal([{ code: 'RECORD_UNREADABLE', count: 1 }]);

      await issuer.privacy.pass({ force: true });
      for (const { recordId } of rows)
        expect((await issuer.privacy.erasure(recordId)).stage).to.equal('dead');
      await expectRejects(() => issuer.record(bad), 'RECORD_NOT_FOUND');
      for (const { handle } of rows[2]?.credentials ?? []) {
        await expectRejects(() => issuer.credential(handle), 'CREDENTIAL_NOT_FOUND');
      }
      const present = await keysOf(house);
      expect(
        copies.filter((copy) => opens(copy, present)),
        'in an older copy',
      ).to.deep.equal([]);
    });
  }

  it('and opens after all is erased as it should be: revoked, with receipts', async () => {
    await using house = await IssuerHouse.create();
    const [row] = await issueTests(house, 1);
    const recordId = row?.recordId ?? '';
    await spoil(house, recordId, CIPHERTEXT);
    const first = await house.open();
    expect((await first.privacy.erase(recordId, 'subject-request')).stage).to.equal('unreadable');
    await first.close();
    await spoil(house, recordId, CIPHERTEXT);
    await using second = await house.open();
    expect(await second.privacy.erase(recordId, 'subject-request')).to.include({ stage: 'erased' });
    expect((await second.privacy.erasure(recordId)).receipts).to.have.length(2);
    expect(await second.privacy.unreadable()).to.deep.equal([]);
  });

  it('and is not to be erased keeps its epoch alive, is named, and ends it once it is to be erased', async () => {
    await using house = await IssuerHouse.create();
    const [kept, gone] = (await issueTests(house, 2)).map(({ recordId }) => recordId);
    await spoil(house, kept ?? '', CIPHERTEXT);
    await using issuer = await house.open();
    await issuer.privacy.erase(gone ?? '', 'subject-request');
    await expectRejects(() => issuer.privacy.pass({ force: true }), 'ENVELOPE_TAMPERED');
    expect(await issuer.privacy.unreadable()).to.deep.equal([kept]);
    expect((await issuer.privacy.erasure(gone ?? '')).stage).to.equal('erased');
    await issuer.privacy.erase(kept ?? '', 'unlawful-collection');
    await issuer.privacy.pass({ force: true });
    expect((await issuer.privacy.erasure(gone ?? '')).stage).to.equal('dead');
    expect(await issuer.privacy.unreadable()).to.deep.equal([]);
  });

  it('is left out of its batch’s account, where an audit misses it; the other leaves are told', async () => {
    await using house = await IssuerHouse.create();
    const rows = await issueTests(house, 3);
    await spoil(house, rows[0]?.recordId ?? '', CIPHERTEXT);
    await using issuer = await house.open();
    expect(await accounted(issuer, house)).to.equal(4);
    await issuer.privacy.erase(rows[0]?.recordId ?? '', 'subject-request');
    await issuer.privacy.pass({ force: true });
    expect(await accounted(issuer, house)).to.equal(4);
  });
});

/** Anchored, and the store closed. */
async function issueTests(house: IssuerHouse, count: number): Promise<readonly IssuedRow[]> {
  await using issuer = await house.open();
  const rows = await issueAll(
    issuer,
    Array.from({ length: count }, (_, n) => labTest(n)),
  );
  await issuer.settle();
  return rows;
}

/** Turns one bit of the record's envelope; once more turns it back. */
async function spoil(house: IssuerHouse, recordId: string, at: number): Promise<void> {
  await using store = await Store.open(join(house.folder, 'issuer', 'store'));
  const number = new KeyedIndex(house.secrets.indexKey).fromRecordId(recordId) ?? 0;
  const sealed = await store.table(TABLES.records).get(toUint64(number));
  const spoilt = Uint8Array.from(sealed ?? []);
  spoilt[at] = (spoilt[at] ?? 0) ^ 1;
  await store.commit(new WriteBatch().put(TABLES.records, toUint64(number), spoilt));
}

async function accounted(issuer: Issuer, house: IssuerHouse): Promise<number> {
  const roots = house.ledger.batches.map(({ root }) => toHex(root));
  const accounts = await Promise.all(roots.map((root) => issuer.privacy.account(root)));
  return accounts.flatMap(({ leaves }) => leaves).length;
}

function logInto(errors: LogFields[]): Log {
  const quiet = (): void => undefined;
  return { error: (fields) => void errors.push(fields), warn: quiet, info: quiet, debug: quiet };
}
