/** What a store holds of some records, taken from a copy of it: what erasure must leave nowhere. */
import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { toCanonicalJson } from '../../../core/bytes/canonical-json.ts';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import type { HealthRecord } from '../../../core/record/record.ts';
import { KeyedIndex } from '../../../issuer/keyed-index.ts';
import { EpochKeys } from '../../../issuer/privacy/epoch-keys.ts';
import { RecordSealer } from '../../../issuer/record-entry.ts';
import type { IssuedRow } from '../../../issuer/row.ts';
import { readersOf, type IssuerTables } from '../../../issuer/store.ts';
import { readUint64, toUint64 } from '../../../service/big-endian.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { Envelope, epochOf } from '../../../service/envelope.ts';
import { Store, type TableReader } from '../../../service/store.ts';
import { codeThrownBy } from '../../support/throws-code.ts';
import { DID, type IssuerHouse } from '../../issuer/support/issuer-house.ts';
import type { Needle } from './spellings.ts';

/** A copy of the issuer's data folder as a backup takes it: the store and, when asked, the epochs' keys. */
export async function backUp(house: IssuerHouse, name: string): Promise<string> {
  const target = join(house.folder, name);
  await cp(join(house.folder, 'issuer'), target, { recursive: true });
  return target;
}

export interface HeldRecord {
  readonly number: number;
  readonly sealed: Uint8Array;
}

/** What a backup holds. */
export class Backup implements AsyncDisposable {
  readonly tables: IssuerTables;
  readonly #store: Store;

  private constructor(store: Store) {
    this.#store = store;
    this.tables = readersOf(store);
  }

  static async open(folder: string): Promise<Backup> {
    return new Backup(await Store.open(join(folder, 'store')));
  }

  async records(rows: readonly IssuedRow[], house: IssuerHouse): Promise<readonly HeldRecord[]> {
    const index = new KeyedIndex(house.secrets.indexKey);
    const numbers = rows.map(({ recordId }) => index.fromRecordId(recordId) ?? 0);
    const values = await this.tables.records.getMany(numbers.map(toUint64));
    return numbers.map((number, i) => ({ number, sealed: values[i] ?? new Uint8Array(0) }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.close();
  }
}

const WRAPPED_AT = 17;
const CIPHERTEXT_AT = 65;

/** The bytes of envelopes: the wrapped key, and the beginning, middle and end of the ciphertext. */
export function envelopeNeedles(records: readonly HeldRecord[]): readonly Needle[] {
  return records.flatMap(({ number, sealed }) => {
    const part = (label: string, from: number, length: number): Needle => {
      return { label: `${label} of record ${number}`, bytes: sealed.subarray(from, from + length) };
    };
    return [
      part('wrapped key', WRAPPED_AT, 32),
      part('beginning', CIPHERTEXT_AT, 24),
      part('middle', Math.floor(sealed.length / 2), 24),
      part('end', sealed.length - 40, 24),
    ];
  });
}

/** The keyed names under which the records are found: of handles, of contents, of documents. */
export async function nameNeedles(
  { tables }: Backup,
  records: readonly HeldRecord[],
): Promise<readonly Needle[]> {
  const numbers = new Set(records.map(({ number }) => number));
  const named = async (
    label: string,
    table: TableReader,
    numberOf: (key: Uint8Array, value: Uint8Array) => number,
  ): Promise<Needle[]> => {
    const found: Needle[] = [];
    for await (const { key, value } of table.entries()) {
      if (!numbers.has(numberOf(key, value))) continue;
      found.push({ label: `${label} ${found.length}`, bytes: Buffer.from(key.subarray(0, 16)) });
    }
    return found;
  };
  return [
    ...(await named('handle', tables.handles, (_, value) => readUint64(value))),
    ...(await named('content', tables.duplicates, (_, value) => readUint64(value))),
    ...(await named('document', tables.documents, (key) => readUint64(key, 16))),
  ];
}

/** Every 32-byte secret that the issuer has now: those of its secrets file, and those of its epochs. */
export async function keysOf({ folder, secrets }: IssuerHouse): Promise<readonly Uint8Array[]> {
  const root = new Envelope(secrets.keyEncryption, createRandomBytes());
  const options = {
    folder: join(folder, 'issuer', 'epochs'),
    root,
    did: DID,
    randomBytes: createRandomBytes(),
  };
  const epochs = await EpochKeys.open(options, 0);
  return [
    ...[...secrets.keyEncryption, ...epochs.keys].map(({ key }) => key),
    secrets.indexKey,
    secrets.batchSeed,
    Buffer.from(secrets.signingKey.d, 'base64url'),
    Buffer.from(secrets.ledgerAccountKey.slice(2), 'hex'),
  ];
}

/** Whether one of the keys opens it. */
export function opens({ number, sealed }: HeldRecord, keys: readonly Uint8Array[]): boolean {
  return keys.some((key) => {
    const envelope = new Envelope([{ epoch: epochOf(sealed), key }], createRandomBytes());
    return codeThrownBy(() => new RecordSealer(envelope, DID).open(number, sealed)) === undefined;
  });
}

/** What of a guessed record is in a backup, for whoever has these keys: each alone, and with the index key. */
export async function confirms(
  { tables }: Backup,
  guess: HealthRecord,
  keys: readonly Uint8Array[],
  { secrets }: IssuerHouse,
): Promise<readonly string[]> {
  const joined = keys.map((key) =>
    createHmac('sha256', secrets.indexKey).update('hcl/index/2/epoch').update(key).digest(),
  );
  const { docType, docIssuer, docNumber } = guess.subject;
  const document = toUtf8(toCanonicalJson({ docType, docIssuer, docNumber }));
  const found = new Set<string>();
  for (const index of [...keys, ...joined].map((key) => new KeyedIndex(key))) {
    const content = index.ofRecord(toUtf8(toCanonicalJson(guess)));
    if ((await tables.duplicates.get(content)) !== undefined) found.add('content');
    const name = index.ofDocument(document);
    const range = { from: name, before: concatBytes(name, new Uint8Array(9).fill(0xff)) };
    if ((await tables.documents.first(range)) !== undefined) found.add('document');
  }
  return [...found];
}
