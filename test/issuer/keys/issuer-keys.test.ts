import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { expect } from 'chai';
import {
  keyFilesIn,
  openIssuerKeys,
  openOrCreateIssuerKeys,
  type IssuerKeys,
  type IssuerKeysOptions,
} from '../../../issuer/keys/issuer-keys.ts';
import {
  prepareNextAccount,
  readAccountKeys,
  takeNextAccount,
} from '../../../issuer/keys/ledger-account-file.ts';
import { SigningKeyStore } from '../../../issuer/keys/signing-key-store.ts';
import { readStoreSecrets } from '../../../issuer/keys/store-secrets-file.ts';
import { createUnlockFile, readUnlock } from '../../../issuer/keys/unlock.ts';
import { createSecrets, readSecrets, writeSecrets } from '../../../issuer/secrets.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { expectRejects } from '../support/rejects-code.ts';

const randomBytes = createRandomBytes();
const NOW = 1_671_610_000;

describe('an issuer’s keys on one machine', () => {
  let base: string;
  let options: IssuerKeysOptions & { readonly plainFile: string };
  let files: ReturnType<typeof keyFilesIn>;

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'hcl-keys-'));
    const unlock = await createUnlockFile(join(base, 'unlock.key'), randomBytes);
    const folder = join(base, 'issuer');
    options = {
      folder,
      unlock,
      randomBytes,
      nowSeconds: () => NOW,
      plainFile: join(base, 'issuer-secrets.json'),
    };
    files = keyFilesIn(folder, { secret: await readUnlock(unlock), randomBytes });
  });

  afterEach(async () => {
    await rm(base, { recursive: true, force: true });
  });

  const open = (): Promise<IssuerKeys> => openOrCreateIssuerKeys(options);

  it('are made once, in three files that only their owner reads', async () => {
    const { secrets } = await open();
    expect((await open()).secrets).to.deep.equal(secrets);
    expect((await openIssuerKeys(options)).secrets).to.deep.equal(secrets);
    const names = await readdir(options.folder);
    expect(names.sort()).to.deep.equal(['ledger-account.json', 'signing-keys.json', 'store-secrets.json']);
    expect((await stat(options.folder)).mode & 0o777).to.equal(0o700);
    for (const name of names) {
      expect((await stat(join(options.folder, name))).mode & 0o777).to.equal(0o600);
    }
  });

  it('of an earlier release are sealed, stay the same, and the plain file goes', async () => {
    const plain = createSecrets(randomBytes);
    await writeSecrets(options.plainFile, plain);
    const before = await readSecrets(options.plainFile);
    const { secrets, signing } = await open();
    expect(secrets.signingKey).to.deep.equal(before.signingKey);
    expect(secrets.ledgerAccountKey).to.equal(before.ledgerAccountKey);
    expect(secrets.operatorToken).to.equal(before.operatorToken);
    expect(secrets.keyEncryption.map(({ key }) => [...key])).to.deep.equal(
      before.keyEncryption.map(({ key }) => [...key]),
    );
    expect(signing.current.createdAtSeconds).to.equal(NOW);
    expect(await readdir(base)).to.have.members(['issuer', 'unlock.key']);
    for (const name of await readdir(options.folder)) {
      const text = await readFile(join(options.folder, name), 'latin1');
      for (const secret of [plain.signingKey.d, plain.ledgerAccountKey.slice(2), plain.operatorToken]) {
        expect(text).not.to.include(secret);
      }
    }
  });

  it('of an earlier release get a token for auditors, which stays', async () => {
    await writeSecrets(options.plainFile, createSecrets(randomBytes));
    await open();
    const { auditorToken = '' } = await readStoreSecrets(files.store);
    expect(auditorToken).to.have.lengthOf(43);
    await open();
    expect((await readStoreSecrets(files.store)).auditorToken).to.equal(auditorToken);
  });

  it('sealed, with the plain file still there after a crash, open and the plain file goes', async () => {
    const plain = createSecrets(randomBytes);
    await writeSecrets(options.plainFile, plain);
    await open();
    await writeSecrets(options.plainFile, plain);
    expect((await open()).secrets.operatorToken).to.equal(plain.operatorToken);
    expect(await readdir(base)).not.to.include('issuer-secrets.json');
  });

  it('beside another issuer’s plain file are refused, and nothing is removed', async () => {
    await open();
    await writeSecrets(options.plainFile, createSecrets(randomBytes));
    await expectRejects(open, 'KEY_MISMATCH');
    expect(await readdir(base)).to.include('issuer-secrets.json');
  });

  it('that were lost in part are never made anew', async () => {
    await open();
    await rm(files.store.path);
    const signing = await readFile(files.signing.path);
    await expectRejects(open, 'KEY_FILE_MISSING');
    expect(await readFile(files.signing.path)).to.deep.equal(signing);
  });

  it('grow: a new signing key waits until it is made current, and a former one can be destroyed', async () => {
    const { secrets, signing } = await open();
    const first = signing.current.kid;
    const next = await signing.add(NOW + 1);
    expect((await open()).secrets.signingKey).to.deep.equal(secrets.signingKey);
    await expectRejects(() => signing.remove(first), 'KEY_NOT_EFFECTIVE');
    await signing.makeCurrent(next.kid);
    const reopened = await SigningKeyStore.open(files.signing);
    expect(reopened.current).to.deep.equal(next);
    expect(reopened.keys.map(({ kid }) => kid)).to.deep.equal([first, next.kid]);
    await reopened.remove(first);
    await expectRejects(() => reopened.makeCurrent(first), 'KEY_UNKNOWN');
    expect((await SigningKeyStore.open(files.signing)).keys).to.deep.equal([next]);
  });

  it('change their account: prepared once, then taken, and the former key is gone', async () => {
    const { secrets } = await open();
    await expectRejects(() => takeNextAccount(files.account), 'KEY_UNKNOWN');
    const next = await prepareNextAccount(files.account);
    expect(await prepareNextAccount(files.account)).to.equal(next);
    expect((await open()).secrets.ledgerAccountKey).to.equal(secrets.ledgerAccountKey);
    await takeNextAccount(files.account);
    expect((await open()).secrets.ledgerAccountKey).to.equal(next);
    expect(await readAccountKeys(files.account)).to.deep.equal({ current: next });
  });
});
