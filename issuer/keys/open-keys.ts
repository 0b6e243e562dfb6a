/** From settings to all that an issuer works with, opened and checked; closed again with it. */
import type { Crypto } from '../../core/crypto.ts';
import type { RandomBytes } from '../../service/clock.ts';
import type { WorkingSecrets } from '../secrets.ts';
import { checkSecrets } from './check-keys.ts';
import { fileKeyStore } from './file-key-store.ts';
import { keyFilesIn, openIssuerKeys, openWithoutSigningKey } from './issuer-keys.ts';
import { readKeyFile } from './key-file.ts';
import type { KeySettings, SigningKeyPlace } from './key-settings.ts';
import type { Pkcs11Library } from './pkcs11-library.ts';
import { openPkcs11Signer } from './pkcs11-signer.ts';
import type { KeyStorePort } from './ports.ts';
import { readUnlock, type Unlock } from './unlock.ts';

export interface OpenKeysDependencies {
  readonly crypto: Crypto;
  readonly randomBytes: RandomBytes;
  /** Unix seconds. */
  readonly nowSeconds: () => number;
  /** Only asked for when the signing key lies in a module. */
  readonly loadPkcs11: () => Pkcs11Library;
}

export interface OpenedKeys extends AsyncDisposable {
  readonly secrets: WorkingSecrets;
  /** Absent where the signing key lies in a module: there it changes with the settings. */
  readonly keyStore?: KeyStorePort;
}

/** Throws any `KeyError`, and `FILE_READABLE_BY_OTHERS`. */
export async function openKeys(
  settings: KeySettings,
  dependencies: OpenKeysDependencies,
): Promise<OpenedKeys> {
  const { folder, signing } = settings;
  const { randomBytes, nowSeconds } = dependencies;
  const unlock = await toUnlock(settings.unlock);
  const files = keyFilesIn(folder, { secret: await readUnlock(unlock), randomBytes });
  if (signing.kind === 'file') {
    const { secrets } = await openIssuerKeys({ folder, unlock, randomBytes, nowSeconds });
    return { secrets, keyStore: fileKeyStore(files.signing), [Symbol.asyncDispose]: async () => undefined };
  }
  const others = await openWithoutSigningKey(files);
  const signer = await openModule(signing, dependencies);
  const secrets = { ...others, signingKey: signer };
  checkSecrets(secrets);
  return { secrets, [Symbol.asyncDispose]: () => signer[Symbol.asyncDispose]() };
}

async function openModule(
  { pinFile, ...place }: Extract<SigningKeyPlace, { kind: 'pkcs11' }>,
  { crypto, loadPkcs11 }: OpenKeysDependencies,
): ReturnType<typeof openPkcs11Signer> {
  const pin = withoutLineEnd(await readKeyFile(pinFile));
  return await openPkcs11Signer({ ...place, pin }, { library: loadPkcs11(), crypto });
}

async function toUnlock({ kind, path }: KeySettings['unlock']): Promise<Unlock> {
  return kind === 'key-file'
    ? { kind, path }
    : { kind: 'passphrase', passphrase: withoutLineEnd(await readKeyFile(path)) };
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}
