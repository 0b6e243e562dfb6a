import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { expect } from 'chai';
import { readSealedFile, writeSealedFile, type Sealing } from '../../../issuer/keys/sealed-file.ts';
import { createUnlockFile, readUnlock } from '../../../issuer/keys/unlock.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { expectRejects } from '../support/rejects-code.ts';

const randomBytes = createRandomBytes();
const SECRET = '{"the":"secret, 密鑰"}';
/** Cheap: what scrypt costs is not what these tests are about. */
const sealing: Sealing = {
  purpose: 'signing-keys',
  secret: { bytes: toUtf8('a passphrase of the test'), cost: 4096 },
};

describe('a sealed file', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-sealed-'));
    path = join(folder, 'keys.json');
    await writeSealedFile(path, SECRET, { ...sealing, randomBytes });
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function change(edit: (file: Record<string, unknown>) => void): Promise<void> {
    const file = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    edit(file);
    await writeFile(path, JSON.stringify(file));
  }

  it('gives back what was sealed, lies there 0600 and leaves nothing beside it', async () => {
    expect(await readSealedFile(path, sealing)).to.equal(SECRET);
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    expect(await readdir(folder)).to.deep.equal(['keys.json']);
  });

  it('holds nothing of the secret, and never the same bytes twice', async () => {
    const first = await readFile(path, 'utf8');
    expect(first).not.to.include('secret');
    expect(first).not.to.include(Buffer.from(SECRET).toString('base64url').slice(4, 16));
    await writeSealedFile(path, SECRET, { ...sealing, randomBytes });
    const second = await readFile(path, 'utf8');
    for (const member of ['salt', 'iv', 'sealed']) {
      const of = (text: string): string | undefined => new RegExp(`"${member}": "([^"]+)"`).exec(text)?.[1];
      expect(of(second)).not.to.equal(of(first));
    }
  });

  it('tells a wrong passphrase from a damaged file', async () => {
    const other = { ...sealing, secret: { ...sealing.secret, bytes: toUtf8('another passphrase') } };
    await expectRejects(() => readSealedFile(path, other), 'KEY_PASSPHRASE_WRONG');
    const bytes = await readFile(path);
    const at = bytes.indexOf('"sealed": "') + 20;
    bytes[at] = bytes[at] === 0x41 ? 0x42 : 0x41;
    await writeFile(path, bytes);
    await expectRejects(() => readSealedFile(path, sealing), 'KEY_FILE_DAMAGED');
    await expectRejects(() => readSealedFile(path, other), 'KEY_FILE_DAMAGED');
  });

  it('is damaged when it is cut at any place', async () => {
    const bytes = await readFile(path);
    for (let length = 0; length < bytes.length - 1; length += 17) {
      await writeFile(path, bytes.subarray(0, length));
      await expectRejects(() => readSealedFile(path, sealing), 'KEY_FILE_DAMAGED');
    }
  });

  it('of another version, another purpose, or with a cost that fills the memory is refused', async () => {
    await expectRejects(
      () => readSealedFile(path, { ...sealing, purpose: 'ledger-account' }),
      'KEY_MISMATCH',
    );
    await change((file) => (file['version'] = 2));
    await expectRejects(() => readSealedFile(path, sealing), 'KEY_FILE_FORMAT_UNKNOWN');
    await change((file) => {
      file['version'] = 1;
      file['kdf'] = { ...(file['kdf'] as object), n: 2 ** 21 };
    });
    await expectRejects(() => readSealedFile(path, sealing), 'KEY_FILE_DAMAGED');
  });

  it('does not open once somebody has mended the check after changing cost or purpose', async () => {
    const { toCanonicalJson } = await import('../../../core/bytes/canonical-json.ts');
    const { createHash } = await import('node:crypto');
    await change((file) => {
      file['purpose'] = 'ledger-account';
      const { check: _, ...body } = file;
      file['check'] = createHash('sha256').update(toCanonicalJson(body)).digest('base64url');
    });
    const other = { ...sealing, purpose: 'ledger-account' } as const;
    await expectRejects(() => readSealedFile(path, other), 'KEY_PASSPHRASE_WRONG');
  });

  it('is opened by a key file, and by no other', async () => {
    const secret = await readUnlock(await createUnlockFile(join(folder, 'unlock.key'), randomBytes));
    await writeSealedFile(path, SECRET, { ...sealing, secret, randomBytes });
    const again = await readUnlock(await createUnlockFile(join(folder, 'unlock.key'), randomBytes));
    expect(await readSealedFile(path, { ...sealing, secret: again })).to.equal(SECRET);
    const other = await readUnlock(await createUnlockFile(join(folder, 'other.key'), randomBytes));
    await expectRejects(() => readSealedFile(path, { ...sealing, secret: other }), 'KEY_PASSPHRASE_WRONG');
    await chmod(join(folder, 'unlock.key'), 0o640);
    await expectRejects(
      () => readUnlock({ kind: 'key-file', path: join(folder, 'unlock.key') }),
      'FILE_READABLE_BY_OTHERS',
    );
  });
});

describe('a passphrase', () => {
  const read = (passphrase: string): Promise<unknown> => readUnlock({ kind: 'passphrase', passphrase });

  it('costs an attacker 128 MiB a guess, and is the same however it was typed', async () => {
    const composed = await readUnlock({ kind: 'passphrase', passphrase: 'Zürich wünscht Glück 2022' });
    const decomposed = await readUnlock({
      kind: 'passphrase',
      passphrase: 'Zürich wünscht Glück 2022'.normalize('NFD'),
    });
    expect(composed.cost).to.equal(2 ** 17);
    expect(decomposed.bytes).to.deep.equal(composed.bytes);
  });

  for (const weak of [
    '',
    'short',
    'aaaaaaaaaaaaaaaaaaaaaaaa',
    'change-me-please-soon',
    'my password is long enough',
  ]) {
    it(`like "${weak}" is refused`, async () => {
      await expectRejects(() => read(weak), 'KEY_PASSPHRASE_WEAK');
    });
  }
});
