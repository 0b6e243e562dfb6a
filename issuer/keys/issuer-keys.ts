/**
 * All keys of an issuer on one machine: a folder (0700) with three sealed files (0600), each written alone.
 *
 *   signing-keys.json     `signing-key-store.ts`: sign credentials and status lists
 *   ledger-account.json   `ledger-account-file.ts`: anchors
 *   store-secrets.json    `store-secrets-file.ts`: the store's keys and the operator's token
 *
 * Earlier releases kept everything in one plain file (`secrets.ts`).
 */
import { access, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { equalBytes } from '../../core/bytes/equal.ts';
import { fromHex } from '../../core/bytes/hex.ts';
import { fromBase64url, toBase64url } from '../../core/bytes/base64url.ts';
import type { RandomBytes } from '../../service/clock.ts';
import { makePrivateFolder, syncFolder } from '../../service/files.ts';
import { createSecrets, readSecrets, type IssuerSecrets } from '../secrets.ts';
import { checkApart, checkSecrets } from './check-keys.ts';
import { KeyError } from './errors.ts';
import { readKeyFile } from './key-file.ts';
import { readAccountKeys, writeAccountKeys } from './ledger-account-file.ts';
import { SigningKeyStore, toStoredKey } from './signing-key-store.ts';
import { readStoreSecrets, writeStoreSecrets } from './store-secrets-file.ts';
import { readUnlock, type Unlock, type UnlockSecret } from './unlock.ts';

export interface IssuerKeysOptions {
  readonly folder: string;
  readonly unlock: Unlock;
  readonly randomBytes: RandomBytes;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
}

export interface IssuerKeys {
  /** As they are now; `signingKey` is the store's current one. */
  readonly secrets: IssuerSecrets;
  readonly signing: SigningKeyStore;
}

/** The three files, opened the same way. */
export function keyFilesIn(
  folder: string,
  { secret, randomBytes }: { readonly secret: UnlockSecret; readonly randomBytes: RandomBytes },
): Readonly<
  Record<'signing' | 'account' | 'store', { path: string; secret: UnlockSecret; randomBytes: RandomBytes }>
> {
  const at = (name: string): { path: string; secret: UnlockSecret; randomBytes: RandomBytes } => {
    return { path: join(folder, name), secret, randomBytes };
  };
  return {
    signing: at('signing-keys.json'),
    account: at('ledger-account.json'),
    store: at('store-secrets.json'),
  };
}

/** The files of an issuer whose signing key lies elsewhere; throws as {@link openIssuerKeys}. */
export async function openWithoutSigningKey(
  files: ReturnType<typeof keyFilesIn>,
): Promise<Omit<IssuerSecrets, 'signingKey'>> {
  const { current: ledgerAccountKey } = await readAccountKeys(files.account);
  return { ...(await readStoreSecrets(files.store)), ledgerAccountKey };
}

/** Opens and checks everything; throws any `KeyError`, and `FILE_READABLE_BY_OTHERS`. */
export async function openIssuerKeys(options: IssuerKeysOptions): Promise<IssuerKeys> {
  const { folder, unlock, randomBytes } = options;
  const files = keyFilesIn(folder, { secret: await readUnlock(unlock), randomBytes });
  const signing = await SigningKeyStore.open(files.signing);
  const account = await readAccountKeys(files.account);
  const store = await readStoreSecrets(files.store);
  const secrets = { ...store, signingKey: signing.current.jwk, ledgerAccountKey: account.current };
  checkSecrets(secrets);
  const accounts = [account.current, account.next].filter((key) => key !== undefined);
  checkApart([...signing.keys.map(({ jwk }) => fromBase64url(jwk.d)), ...accounts.map(fromHex)]);
  return { secrets, signing };
}

/**
 * For one machine: opens what is there, or makes it whole. A folder that is there is never filled up: what is missing
 * from it was lost, and a new key in its place would be another issuer's.
 *
 * @param plainFile the one file of earlier releases, if there was one, which is sealed and removed
 */
export async function openOrCreateIssuerKeys(
  options: IssuerKeysOptions & { readonly plainFile?: string },
): Promise<IssuerKeys> {
  const { folder, plainFile, randomBytes } = options;
  const former = plainFile !== undefined && (await isThere(plainFile)) ? plainFile : undefined;
  if (!(await isThere(folder))) {
    await sealSecrets(former === undefined ? createSecrets(randomBytes) : await readPlain(former), options);
  }
  const keys = await openIssuerKeys(options);
  if (former !== undefined) await removePlain(former, keys.secrets);
  return keys;
}

/** Seals into a folder beside, which is then renamed: a crash leaves all three files or none. */
async function sealSecrets(secrets: IssuerSecrets, options: IssuerKeysOptions): Promise<void> {
  const { folder, unlock, randomBytes, nowSeconds } = options;
  const beside = `${folder}.new`;
  await makePrivateFolder(beside);
  const files = keyFilesIn(beside, { secret: await readUnlock(unlock), randomBytes });
  await SigningKeyStore.create(files.signing, toStoredKey(secrets.signingKey, nowSeconds()));
  await writeAccountKeys(files.account, { current: secrets.ledgerAccountKey });
  // Earlier releases had none.
  await writeStoreSecrets(files.store, { auditorToken: toBase64url(randomBytes(32)), ...secrets });
  await rename(beside, folder);
  await syncFolder(dirname(folder));
}

async function readPlain(file: string): Promise<IssuerSecrets> {
  await readKeyFile(file);
  return await readSecrets(file);
}

/** A plain file beside sealed ones was left by a crash, and says the same. Throws `KEY_MISMATCH` when it does not. */
async function removePlain(file: string, { operatorToken, batchSeed }: IssuerSecrets): Promise<void> {
  const plain = await readPlain(file);
  if (plain.operatorToken !== operatorToken || !equalBytes(plain.batchSeed, batchSeed)) {
    throw new KeyError(
      'KEY_MISMATCH',
      `${file} and the sealed keys differ: move away the one that is not yours`,
    );
  }
  await rm(file);
}

export async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
