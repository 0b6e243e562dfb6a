/** A store as version 0.1 left it: sealed with the keys of the secrets file, named by the index key alone. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import type { HealthRecord } from '../../../core/record/record.ts';
import { KeyedIndex } from '../../../issuer/keyed-index.ts';
import { EpochKeys } from '../../../issuer/privacy/epoch-keys.ts';
import { RecordSealer } from '../../../issuer/record-entry.ts';
import type { IssuedRow } from '../../../issuer/row.ts';
import { readersOf, TABLES } from '../../../issuer/store.ts';
import { readUint32, readUint64 } from '../../../service/big-endian.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { Envelope, epochOf } from '../../../service/envelope.ts';
import { Store, WriteBatch } from '../../../service/store.ts';
import { DID, issueAll, type IssuerHouse } from '../../issuer/support/issuer-house.ts';

/** Issues and settles, then takes everything back to what it was before there were epochs. */
export async function makeLegacyStore(
  house: IssuerHouse,
  records: readonly HealthRecord[],
): Promise<readonly IssuedRow[]> {
  const issuer = await house.open();
  const rows = await issueAll(issuer, records);
  await issuer.settle();
  await issuer.close();
  const root = new Envelope(house.secrets.keyEncryption, createRandomBytes());
  const folder = join(house.folder, 'issuer', 'epochs');
  const { keys } = await EpochKeys.open({ folder, root, did: DID, randomBytes: createRandomBytes() }, 0);
  const [newest] = keys;
  if (newest === undefined) throw new Error('a store has an epoch');
  await using store = await Store.open(join(house.folder, 'issuer', 'store'));
  await store.commit(await undoing(store, new Envelope([newest], createRandomBytes()), house, root));
  await rm(folder, { recursive: true });
  return rows;
}

async function undoing(store: Store, now: Envelope, house: IssuerHouse, root: Envelope): Promise<WriteBatch> {
  const tables = readersOf(store);
  const index = new KeyedIndex(house.secrets.indexKey);
  const [from, to] = [new RecordSealer(now, DID), new RecordSealer(root, DID)];
  const batch = new WriteBatch();
  for (const name of ['duplicates', 'expiries', 'documents'] as const) {
    for await (const { key } of tables[name].entries()) batch.delete(TABLES[name], key);
  }
  for await (const { key, value } of tables.records.entries()) {
    const number = readUint64(key);
    const entry = from.open(number, value);
    batch.put(TABLES.records, key, to.seal(number, entry));
    batch.put(TABLES.duplicates, index.ofRecord(entry.recordBytes), key);
  }
  for await (const { key, value } of tables.lists.entries()) {
    if (epochOf(value) === root.epoch) continue;
    const aad = toUtf8(`hcl/list/1\0${readUint32(key)}`);
    batch.put(TABLES.lists, key, root.seal(now.open(value, aad), aad));
  }
  for (const name of ['epoch', 'epoch-turn', 'retention-day']) batch.delete(TABLES.meta, toUtf8(name));
  return batch;
}
