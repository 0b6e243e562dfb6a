/** The hardware path against SoftHSM2. Without the library or `pkcs11js` it is skipped, and says why. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { expect } from 'chai';
import { verifyJwsWithDidJwt } from '../../../core/credential/jwt.ts';
import { isLowS } from '../../../core/credential/low-s.ts';
import { signingInput } from '../../../core/credential/signing-input.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { decodeCode } from '../../../core/qr/code.ts';
import { toJws } from '../../../core/qr/jws.ts';
import { keyFilesIn } from '../../../issuer/keys/issuer-keys.ts';
import { writeAccountKeys } from '../../../issuer/keys/ledger-account-file.ts';
import { openKeys } from '../../../issuer/keys/open-keys.ts';
import { writeStoreSecrets } from '../../../issuer/keys/store-secrets-file.ts';
import { createUnlockFile, readUnlock } from '../../../issuer/keys/unlock.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { loadPkcs11js, type Pkcs11Library } from '../../../issuer/keys/pkcs11-library.ts';
import { openPkcs11Signer, type Pkcs11Signer } from '../../../issuer/keys/pkcs11-signer.ts';
import { credentialKeyOf } from '../../../issuer/signing.ts';
import { Issuer } from '../../../issuer/issuer.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { issueAll, IssuerHouse, vaccination } from '../support/issuer-house.ts';
import { expectRejects } from '../support/rejects-code.ts';
import { expectThrows } from '../../support/throws-code.ts';
import { MODULE_PATH, PIN, PKCS11JS, startSoftHsm, TOKEN, whyNoSoftHsm } from './support/soft-hsm.ts';

const missing = whyNoSoftHsm();
const randomBytes = createRandomBytes();
const KEY = 'issuer-1';

function open(changes: { pin?: string; keyLabel?: string; tokenLabel?: string } = {}): Promise<Pkcs11Signer> {
  const options = { modulePath: MODULE_PATH, tokenLabel: TOKEN, keyLabel: KEY, pin: PIN, sessions: 4 };
  return openPkcs11Signer(
    { ...options, ...changes },
    { library: loadPkcs11js(PKCS11JS), crypto: nodeCrypto },
  );
}

describe('signing in a hardware module', () => {
  it('says what to install when pkcs11js is not there', () => {
    expectThrows(() => loadPkcs11js('pkcs11js-that-is-not-there'), 'KEY_HSM_NOT_INSTALLED');
  });

  it('says that a library is no module, and leaves nothing open', async () => {
    const calls: string[] = [];
    const broken = new Proxy({} as Pkcs11Library, {
      get: (_, name) => () => {
        calls.push(String(name));
        if (name === 'load') throw new Error('file too short');
      },
    });
    const options = { modulePath: '/dev/null', tokenLabel: TOKEN, keyLabel: KEY, pin: PIN, sessions: 1 };
    await expectRejects(
      () => openPkcs11Signer(options, { library: broken, crypto: nodeCrypto }),
      'KEY_HSM_FAILED',
    );
    expect(calls).to.deep.equal(['load']);
  });
});

describe(`signing in a hardware module: SoftHSM2${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  before(function () {
    if (missing !== undefined) this.skip();
  });

  it('makes signatures, all low-S, that did-jwt and the scanners’ path find good, sixteen at a time', async () => {
    await using _ = await startSoftHsm([KEY]);
    await using signer = await open();
    const key = credentialKeyOf(nodeCrypto, signer);
    const imported = nodeCrypto.importEs256(key.publicKey);
    await Promise.all(
      Array.from({ length: 16 }, async (_, i) => {
        const payloadBytes = toUtf8(`{"n":${i}}`);
        const signature = await key.signCredential(payloadBytes);
        expect(isLowS(signature)).to.equal(true);
        const { headerBytes } = key;
        const input = signingInput(headerBytes, payloadBytes);
        expect(await nodeCrypto.verifyEs256(imported, input, signature)).to.equal(true);
        const jws = toJws({ headerBytes, payloadBytes, signature });
        expect(verifyJwsWithDidJwt(jws, key.publicKey)).to.equal(true);
      }),
    );
  });

  it('issues: codes and status lists carry the key of the module', async () => {
    await using _ = await startSoftHsm([KEY]);
    await using signer = await open();
    await using house = await IssuerHouse.create();
    const secrets = { ...house.secrets, signingKey: signer };
    await using issuer = await Issuer.open(house.config(), secrets, house.ports());
    const rows = await issueAll(
      issuer,
      Array.from({ length: 40 }, (_, n) => vaccination(n)),
    );
    await issuer.settle();
    for (const { handle } of rows.flatMap(({ credentials }) => credentials)) {
      const code = decodeCode(await issuer.code(handle));
      expect(verifyJwsWithDidJwt(toJws(code), signer.publicKey)).to.equal(true);
    }
    for (const { token } of (await issuer.statusManifest()).lists) {
      expect(verifyJwsWithDidJwt(token, signer.publicKey)).to.equal(true);
    }
  });

  it('is what the settings say: the account and the store’s secrets in sealed files, the signing key in the module', async () => {
    await using _ = await startSoftHsm([KEY]);
    await using house = await IssuerHouse.create();
    const folder = join(house.folder, 'issuer');
    const unlock = await createUnlockFile(join(house.folder, 'unlock.key'), randomBytes);
    const files = keyFilesIn(folder, { secret: await readUnlock(unlock), randomBytes });
    await mkdir(folder, { mode: 0o700 });
    await writeAccountKeys(files.account, { current: house.secrets.ledgerAccountKey });
    await writeStoreSecrets(files.store, house.secrets);
    const pinFile = join(house.folder, 'pin');
    await writeFile(pinFile, `${PIN}\n`, { mode: 0o600 });
    const place = { modulePath: MODULE_PATH, tokenLabel: TOKEN, keyLabel: KEY, pinFile, sessions: 2 };
    await using keys = await openKeys(
      {
        folder,
        unlock: { kind: 'key-file', path: join(house.folder, 'unlock.key') },
        signing: { kind: 'pkcs11', ...place },
      },
      { crypto: nodeCrypto, randomBytes, nowSeconds: () => 1, loadPkcs11: () => loadPkcs11js(PKCS11JS) },
    );
    await using issuer = await Issuer.open(house.config(), keys.secrets, house.ports());
    expect(await issueAll(issuer, [vaccination(1)])).to.have.lengthOf(1);
  });

  it('refuses another PIN, a token or key that is not there, and a key that could be read out', async () => {
    await using _ = await startSoftHsm([KEY, 'twice', 'twice', 'open'], ['open']);
    await expectRejects(() => open({ pin: '0000-0000' }), 'KEY_PASSPHRASE_WRONG');
    await expectRejects(() => open({ tokenLabel: 'another' }), 'KEY_UNKNOWN');
    await expectRejects(() => open({ keyLabel: 'another' }), 'KEY_UNKNOWN');
    await expectRejects(() => open({ keyLabel: 'twice' }), 'KEY_UNKNOWN');
    await expectRejects(() => open({ keyLabel: 'open' }), 'KEY_WEAK');
  });
});
