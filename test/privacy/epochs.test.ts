/** Epochs of keys: what a turn moves and destroys, while issuing goes on; and K4, no key and nonce twice. */
import { Buffer } from 'node:buffer';
import { cp, link, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { readersOf } from '../../issuer/store.ts';
import { EpochKeys } from '../../issuer/privacy/epoch-keys.ts';
import { Issuer } from '../../issuer/issuer.ts';
import type { IssuerSecrets } from '../../issuer/secrets.ts';
import { createRandomBytes, type RandomBytes } from '../../service/clock.ts';
import { Envelope, epochOf } from '../../service/envelope.ts';
import { Store } from '../../service/store.ts';
import { DID, issueAll, IssuerHouse, vaccination } from '../issuer/support/issuer-house.ts';
import { expectRejects } from '../issuer/support/rejects-code.ts';
import { isLongRun, runs } from '../support/scale.ts';
import { expectThrows } from '../support/throws-code.ts';
import { checkAfterErasure } from './support/after-erasure.ts';
import { makeLegacyStore } from './support/legacy-store.ts';
import { unwrapAll, type StoppedIssuer } from './support/unwrapped.ts';

const people = (count: number, from = 0) => Array.from({ length: count }, (_, i) => vaccination(from + i));
const epochsOf = (house: IssuerHouse): Promise<string[]> => readdir(join(house.folder, 'issuer', 'epochs'));

describe('the turn of an epoch', function () {
  this.timeout(isLongRun ? 600_000 : 60_000);

  it('goes on while records come in: none is lost, none is issued twice, all are under the new key', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const [gone, ...kept] = await issueAll(issuer, people(150));
    await issuer.privacy.erase(gone?.recordId ?? '', 'subject-request');
    // Some hundred go through the finishing thread, which seals with its own keys, before and after the turn begins.
    const [, second, third, twins] = await Promise.all([
      issuer.privacy.pass({ force: true }),
      issueAll(issuer, people(220, 150)),
      issueAll(issuer, people(220, 370)),
      issueAll(issuer, people(220, 150)),
    ]);
    expect(twins.map(({ recordId }) => recordId)).to.deep.equal(second.map(({ recordId }) => recordId));
    expect(await epochsOf(house)).to.deep.equal(['epoch-0000000003.key']);
    await checkAfterErasure(house, issuer, {
      gone: gone === undefined ? [] : [gone],
      kept: [...kept, ...second, ...third],
      keptRecords: people(589, 1),
    });
    await issuer.close();
    expect(await sealedEpochs(house)).to.deep.equal([3]);
  });

  it('is not begun when nothing was erased', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    await issueAll(issuer, people(3));
    await issuer.privacy.pass({ force: true });
    expect(await epochsOf(house)).to.deep.equal(['epoch-0000000002.key']);
  });

  it('waits until its time, so that erasures share one, and never longer than half a day', async () => {
    await using house = await IssuerHouse.create();
    await using issuer = await house.open();
    const rows = await issueAll(issuer, people(3));
    await issuer.privacy.erase(rows[0]?.recordId ?? '', 'subject-request');
    house.nowMs += 12 * 3_600_000 - 1000;
    await issuer.privacy.erase(rows[1]?.recordId ?? '', 'subject-request');
    await issuer.privacy.pass({ force: false });
    expect(await epochsOf(house)).to.deep.equal(['epoch-0000000002.key']);
    house.nowMs += 1000;
    await issuer.privacy.pass({ force: false });
    expect(await epochsOf(house)).to.deep.equal(['epoch-0000000003.key']);
    for (const row of rows.slice(0, 2)) {
      expect((await issuer.privacy.erasure(row.recordId)).stage).to.equal('dead');
    }
  });

  it('takes a store from before there were epochs along, and what was named before is still found', async () => {
    await using house = await IssuerHouse.create();
    const rows = await makeLegacyStore(house, people(4));
    await using issuer = await house.open();
    const again = await issueAll(issuer, people(4));
    expect(again.map(({ duplicate, recordId }) => [duplicate, recordId])).to.deep.equal(
      rows.map(({ recordId }) => [true, recordId]),
    );
    await issuer.privacy.pass({ force: false });
    await checkAfterErasure(house, issuer, { gone: [], kept: rows, keptRecords: people(4) });
    await issuer.close();
    expect(await sealedEpochs(house)).to.have.length(1);
  });
});

describe('a new key in the secrets file', () => {
  it('guards everything after the next turn, which begins by itself: the old one may go', async () => {
    await using house = await IssuerHouse.create();
    const first = await house.open();
    const rows = await issueAll(first, people(3));
    await first.close();
    const [old] = house.secrets.keyEncryption;
    const fresh = { epoch: old.epoch + 1, key: createRandomBytes()(32) };
    const openWith = (keyEncryption: IssuerSecrets['keyEncryption']): Promise<Issuer> =>
      Issuer.open(house.config(), { ...house.secrets, keyEncryption }, house.ports());
    const second = await openWith([old, fresh]);
    await second.privacy.pass({ force: false });
    await second.close();
    await expectRejects(() => openWith([old]), 'ENVELOPE_EPOCH_UNKNOWN');
    await using third = await openWith([fresh]);
    for (const { recordId } of rows) expect((await third.record(recordId)).credentials).to.have.length(2);
    await third.privacy.pass({ force: false });
    expect(await epochsOf(house)).to.deep.equal(['epoch-0000000003.key']);
  });
});

describe('the files of epochs', () => {
  it('are for the owner alone, hold no key in the clear, and open under no other issuer', async () => {
    await using house = await IssuerHouse.create();
    const options = await keyOptions(house);
    const keys = await EpochKeys.open(options, 0);
    const { key } = await keys.create(5);
    const path = join(options.folder, 'epoch-0000000005.key');
    expect((await stat(path)).mode & 0o077).to.equal(0);
    expect((await readFile(path)).includes(Buffer.from(key))).to.equal(false);
    expect((await EpochKeys.open(options, 0)).keys).to.deep.equal([{ epoch: 5, key }]);
    await expectRejects(
      () => EpochKeys.open({ ...options, did: 'did:web:other.example' }, 0),
      'ENVELOPE_TAMPERED',
    );
  });

  it('are overwritten before they are unlinked: another name of the same file shows zeros', async () => {
    await using house = await IssuerHouse.create();
    const options = await keyOptions(house);
    const keys = await EpochKeys.open(options, 0);
    await keys.create(1);
    await keys.create(2);
    await link(join(options.folder, 'epoch-0000000001.key'), join(house.folder, 'other-name'));
    await keys.destroyBefore(2);
    expect((await readFile(join(house.folder, 'other-name'))).every((byte) => byte === 0)).to.equal(true);
    expect(await readdir(options.folder)).to.deep.equal(['epoch-0000000002.key']);
  });

  it('that are gone stop the issuer at its start, before it makes new ones over them', async () => {
    await using house = await IssuerHouse.create();
    const issuer = await house.open();
    await issueAll(issuer, people(1));
    await issuer.close();
    await rm(join(house.folder, 'issuer', 'epochs'), { recursive: true });
    await expectRejects(() => house.open(), 'ISSUER_EPOCH_LOST');
  });
});

describe('envelopes', function () {
  this.timeout(isLongRun ? 900_000 : 60_000);

  it('are wrapped anew with their ciphertext as it was, and open under the new key alone', () => {
    const randomBytes = createRandomBytes();
    const [first, second] = [1, 2].map((epoch) => ({ epoch, key: randomBytes(32) }));
    const [aad, text] = [toUtf8('record 1'), toUtf8('CHAN, TAI MAN')];
    const envelope = new Envelope([first!], randomBytes);
    const old = envelope.seal(text, aad);
    envelope.addKey(second!);
    const moved = envelope.rewrap(old, aad);
    expect([old, moved].map(epochOf)).to.deep.equal([1, 2]);
    expect(Buffer.from(moved.subarray(65)).equals(old.subarray(65))).to.equal(true);
    expect(Buffer.from(moved.subarray(5, 65)).equals(old.subarray(5, 65))).to.equal(false);
    envelope.dropKeysBefore(2);
    expect(Buffer.from(envelope.open(moved, aad)).equals(text)).to.equal(true);
    expectThrows(() => envelope.open(old, aad), 'ENVELOPE_EPOCH_UNKNOWN');
    expectThrows(() => envelope.rewrap(old, aad), 'ENVELOPE_EPOCH_UNKNOWN');
    expectThrows(() => envelope.rewrap(moved, toUtf8('record 2')), 'ENVELOPE_TAMPERED');
  });

  it(`repeat no data key and no nonce in ${runs(10_000, 10_000_000)} seals over ${runs(20, 1_000)} starts (K4)`, () => {
    const [seals, starts] = [runs(10_000, 10_000_000), runs(20, 1_000)];
    const key = { epoch: 1, key: createRandomBytes()(32) };
    const drawn = { keys: new BigUint64Array(seals), nonces: new BigUint64Array(seals) };
    let sealed = 0;
    for (let start = 0; start < starts; start++) {
      const fresh = createRandomBytes();
      const counted: RandomBytes = (length) => {
        const bytes = fresh(length);
        (length === 32 ? drawn.keys : drawn.nonces)[sealed] = Buffer.from(bytes).readBigUInt64LE();
        return bytes;
      };
      const envelope = new Envelope([key], counted);
      for (let i = 0; i < seals / starts; i++, sealed++) envelope.seal(key.key, key.key);
    }
    for (const values of [drawn.keys, drawn.nonces]) {
      expect(values.includes(0n)).to.equal(false);
      expect(repeated(values)).to.equal(0);
    }
  });

  it('of an issuer share neither, also over restarts, its finishing thread, and a copy put back', async () => {
    await using house = await IssuerHouse.create();
    for (let life = 0; life < 3; life++) {
      await using issuer = await house.open();
      await issueAll(issuer, people(30, life * 30));
    }
    await cp(join(house.folder, 'issuer'), join(house.folder, 'copy'), { recursive: true });
    {
      await using issuer = await house.open();
      await issueAll(issuer, people(30, 90));
    }
    await using copy = await house.open({ config: { dataFolder: join(house.folder, 'copy') } });
    await issueAll(copy, people(30, 90));
    await copy.close();
    const stopped = (name: string): StoppedIssuer => {
      return { dataFolder: join(house.folder, name), did: DID, secrets: house.secrets };
    };
    const [ours, theirs] = [await unwrapAll(stopped('issuer')), await unwrapAll(stopped('copy'))];
    expect(ours).to.have.length(120);
    // The 90 that the copy was made with are the same records, so 150 in all.
    const all = [...ours, ...theirs];
    expect(new Set(all.map(({ dataKey }) => dataKey.toString('hex'))).size).to.equal(150);
    expect(new Set(all.map(({ nonce }) => nonce.toString('hex'))).size).to.equal(150);
  });
});

/** Neighbours that are equal once sorted. */
function repeated(values: BigUint64Array): number {
  values.sort();
  let count = 0;
  for (let i = 1; i < values.length; i++) if (values[i] === values[i - 1]) count++;
  return count;
}

async function sealedEpochs(house: IssuerHouse): Promise<readonly number[]> {
  await using store = await Store.open(join(house.folder, 'issuer', 'store'));
  const { records, lists } = readersOf(store);
  const epochs = new Set<number>();
  for (const table of [records, lists])
    for await (const { value } of table.entries()) epochs.add(epochOf(value));
  return [...epochs];
}

async function keyOptions(house: IssuerHouse): Promise<Parameters<typeof EpochKeys.open>[0]> {
  const randomBytes = createRandomBytes();
  const root = new Envelope(house.secrets.keyEncryption, randomBytes);
  return { folder: join(house.folder, 'keys'), root, did: DID, randomBytes };
}
