/** Data keys and nonces of all records in a stopped issuer's store, got by nothing but AES-256-GCM. */
import { Buffer } from 'node:buffer';
import { createDecipheriv } from 'node:crypto';
import { join } from 'node:path';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { EpochKeys } from '../../../issuer/privacy/epoch-keys.ts';
import type { IssuerSecrets } from '../../../issuer/secrets.ts';
import { readersOf } from '../../../issuer/store.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { Envelope, epochOf, type KeyEncryptionKey } from '../../../service/envelope.ts';
import { Store } from '../../../service/store.ts';

export interface StoppedIssuer {
  readonly dataFolder: string;
  readonly did: string;
  readonly secrets: Pick<IssuerSecrets, 'keyEncryption'>;
}

export interface UnwrappedKey {
  readonly dataKey: Buffer;
  /** Of its wrapping, under its epoch's key. */
  readonly nonce: Buffer;
}

export async function epochKeysOf({
  dataFolder,
  did,
  secrets,
}: StoppedIssuer): Promise<readonly KeyEncryptionKey[]> {
  const randomBytes = createRandomBytes();
  const root = new Envelope(secrets.keyEncryption, randomBytes);
  return (await EpochKeys.open({ folder: join(dataFolder, 'epochs'), root, did, randomBytes }, 0)).keys;
}

export async function unwrapAll(issuer: StoppedIssuer): Promise<readonly UnwrappedKey[]> {
  const keys = new Map((await epochKeysOf(issuer)).map(({ epoch, key }) => [epoch, key]));
  await using store = await Store.open(join(issuer.dataFolder, 'store'));
  const found: UnwrappedKey[] = [];
  for await (const { key: number, value } of readersOf(store).records.entries()) {
    const nonce = Buffer.from(value.subarray(5, 17));
    const decipher = createDecipheriv('aes-256-gcm', keys.get(epochOf(value)) ?? '', nonce);
    decipher.setAAD(concatBytes(toUtf8(`hcl/record/1\0${issuer.did}\0`), number));
    decipher.setAuthTag(value.subarray(49, 65));
    const dataKey = Buffer.concat([decipher.update(value.subarray(17, 49)), decipher.final()]);
    found.push({ dataKey, nonce });
  }
  return found;
}
