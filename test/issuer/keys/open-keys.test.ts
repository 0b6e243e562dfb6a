import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { expect } from 'chai';
import { createUnlockFile, type Unlock } from '../../../issuer/keys/unlock.ts';
import { keyFilesIn, openOrCreateIssuerKeys } from '../../../issuer/keys/issuer-keys.ts';
import { readKeySettings, type KeySettings } from '../../../issuer/keys/key-settings.ts';
import { openKeys, type OpenedKeys } from '../../../issuer/keys/open-keys.ts';
import { loadPkcs11js } from '../../../issuer/keys/pkcs11-library.ts';
import { writeAccountKeys } from '../../../issuer/keys/ledger-account-file.ts';
import { SigningKeyStore, toStoredKey } from '../../../issuer/keys/signing-key-store.ts';
import { writeStoreSecrets } from '../../../issuer/keys/store-secrets-file.ts';
import { createSecrets, type IssuerSecrets } from '../../../issuer/secrets.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { expectThrows } from '../../support/throws-code.ts';
import { expectRejects } from '../support/rejects-code.ts';

const randomBytes = createRandomBytes();
const PASSPHRASE = 'zebra copper violin harbour noon';

describe('settings of an issuer’s keys', () => {
  it('name the folder and what opens it', () => {
    const files = { HCL_ISSUER_KEYS: '/k', HCL_ISSUER_KEYS_UNLOCK_FILE: '/media/unlock.key' };
    expect(readKeySettings(files)).to.deep.equal({
      folder: '/k',
      unlock: { kind: 'key-file', path: '/media/unlock.key' },
      signing: { kind: 'file' },
    });
  });

  it('name the module, its token, key and PIN', () => {
    const { signing } = readKeySettings({
      HCL_ISSUER_KEYS: '/k',
      HCL_ISSUER_KEYS_PASSPHRASE_FILE: '/run/credentials/passphrase',
      HCL_ISSUER_PKCS11_MODULE: '/usr/lib/module.so',
      HCL_ISSUER_PKCS11_TOKEN: 'issuer',
      HCL_ISSUER_PKCS11_KEY: 'signing-2',
      HCL_ISSUER_PKCS11_PIN_FILE: '/run/credentials/pin',
    });
    expect(signing).to.include({ kind: 'pkcs11', keyLabel: 'signing-2', sessions: 8 });
  });

  it('are refused when something is missing, or said twice', () => {
    const folder = { HCL_ISSUER_KEYS: '/k' };
    expectThrows(() => readKeySettings({ HCL_ISSUER_KEYS_UNLOCK_FILE: '/u' }), 'CONFIG_MISSING');
    expectThrows(() => readKeySettings(folder), 'CONFIG_MISSING');
    const unlock = { ...folder, HCL_ISSUER_KEYS_UNLOCK_FILE: '/u' };
    expectThrows(
      () => readKeySettings({ ...unlock, HCL_ISSUER_KEYS_PASSPHRASE_FILE: '/p' }),
      'CONFIG_INVALID',
    );
    expectThrows(() => readKeySettings({ ...unlock, HCL_ISSUER_PKCS11_MODULE: '/m' }), 'CONFIG_MISSING');
  });
});

describe('an issuer’s keys, opened by settings', () => {
  let base: string;

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'hcl-open-keys-'));
  });

  afterEach(async () => {
    await rm(base, { recursive: true, force: true });
  });

  async function make(unlock: Unlock): Promise<IssuerSecrets> {
    const made = await openOrCreateIssuerKeys({
      folder: join(base, 'issuer'),
      unlock,
      randomBytes,
      nowSeconds: () => 1,
      plainFile: join(base, 'none'),
    });
    return made.secrets;
  }

  function open(changes: Partial<KeySettings>): Promise<OpenedKeys> {
    const unlock = { kind: 'key-file', path: join(base, 'unlock.key') } as const;
    const settings = { folder: join(base, 'issuer'), unlock, signing: { kind: 'file' } as const, ...changes };
    const loadPkcs11 = (): ReturnType<typeof loadPkcs11js> => loadPkcs11js('pkcs11js-that-is-not-there');
    return openKeys(settings, { crypto: nodeCrypto, randomBytes, nowSeconds: () => 1, loadPkcs11 });
  }

  it('are those that were made, by key file, and the next key comes from the same store', async () => {
    const made = await make(await createUnlockFile(join(base, 'unlock.key'), randomBytes));
    await using keys = await open({});
    expect(keys.secrets).to.deep.equal(made);
    await expectRejects(() => keys.keyStore!.load('A'.repeat(43)), 'KEY_UNKNOWN');
  });

  it('are those that were made, by a passphrase in a file', async () => {
    const made = createSecrets(randomBytes);
    // Sealed at a low cost, which the files themselves name: what scrypt takes is not what this is about.
    const secret = { bytes: toUtf8(PASSPHRASE), cost: 1024 };
    const files = keyFilesIn(join(base, 'issuer'), { secret, randomBytes });
    await mkdir(join(base, 'issuer'), { mode: 0o700 });
    await SigningKeyStore.create(files.signing, toStoredKey(made.signingKey, 1));
    await writeAccountKeys(files.account, { current: made.ledgerAccountKey });
    await writeStoreSecrets(files.store, made);
    const path = join(base, 'passphrase');
    await writeFile(path, `${PASSPHRASE}\n`, { mode: 0o600 });
    await using keys = await open({ unlock: { kind: 'passphrase-file', path } });
    expect(keys.secrets.operatorToken).to.equal(made.operatorToken);
    await writeFile(path, `${PASSPHRASE}?\n`);
    await expectRejects(() => open({ unlock: { kind: 'passphrase-file', path } }), 'KEY_PASSPHRASE_WRONG');
  });

  it('say what to install when the signing key lies in a module', async () => {
    await make(await createUnlockFile(join(base, 'unlock.key'), randomBytes));
    const pinFile = join(base, 'pin');
    const place = { modulePath: '/m', tokenLabel: 't', keyLabel: 'k', pinFile, sessions: 1 };
    await expectRejects(() => open({ signing: { kind: 'pkcs11', ...place } }), 'KEY_FILE_MISSING');
    await writeFile(pinFile, '1234\n', { mode: 0o600 });
    await expectRejects(() => open({ signing: { kind: 'pkcs11', ...place } }), 'KEY_HSM_NOT_INSTALLED');
  });
});
