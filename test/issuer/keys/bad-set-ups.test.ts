/**
 * K6: a service refuses to start on keys that are missing, published, guessed, mixed up, shared or open to others. Each
 * row spoils one thing of a good folder, and names the code; the sentence says what to do and no secret.
 */
import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { fromBase64url } from '../../../core/bytes/base64url.ts';
import { toHex } from '../../../core/bytes/hex.ts';
import { HclError } from '../../../core/errors.ts';
import { checkSecrets } from '../../../issuer/keys/check-keys.ts';
import { keyFilesIn, openIssuerKeys, openOrCreateIssuerKeys } from '../../../issuer/keys/issuer-keys.ts';
import { writeAccountKeys } from '../../../issuer/keys/ledger-account-file.ts';
import { SigningKeyStore, toStoredKey } from '../../../issuer/keys/signing-key-store.ts';
import { writeStoreSecrets } from '../../../issuer/keys/store-secrets-file.ts';
import { createUnlockFile, readUnlock, type Unlock } from '../../../issuer/keys/unlock.ts';
import { createSecrets, type IssuerSecrets, type PrivateJwk } from '../../../issuer/secrets.ts';
import { startIssuer } from '../../../issuer/server.ts';
import { createRandomBytes } from '../../../service/clock.ts';
import { IssuerHouse } from '../support/issuer-house.ts';
import { codeThrownBy } from '../../support/throws-code.ts';

const randomBytes = createRandomBytes();

interface Folder {
  readonly base: string;
  readonly folder: string;
  readonly files: ReturnType<typeof keyFilesIn>;
  readonly secrets: IssuerSecrets;
  unlock: Unlock;
}

/** RFC 7517 A.2. */
const PUBLISHED: PrivateJwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
  d: '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE',
};
/** Hardhat's first account. */
const HARDHAT = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';

async function signWith({ files }: Folder, jwk: PrivateJwk): Promise<void> {
  await SigningKeyStore.create(files.signing, toStoredKey(jwk, 1));
}

function anotherKey(): PrivateJwk {
  // A P-256 private key has exactly these members.
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    format: 'jwk',
  }) as unknown as PrivateJwk;
}

const SET_UPS: readonly {
  readonly name: string;
  readonly code: string;
  readonly spoil: (folder: Folder) => Promise<unknown>;
}[] = [
  {
    name: 'no file of signing keys',
    code: 'KEY_FILE_MISSING',
    spoil: ({ files }) => rm(files.signing.path),
  },
  {
    name: 'no key file to unlock with',
    code: 'KEY_FILE_MISSING',
    spoil: async (folder) => (folder.unlock = { kind: 'key-file', path: join(folder.base, 'gone.key') }),
  },
  {
    name: 'a passphrase from the manual',
    code: 'KEY_PASSPHRASE_WEAK',
    spoil: async (folder) => (folder.unlock = { kind: 'passphrase', passphrase: 'changeme-changeme' }),
  },
  {
    name: 'another passphrase',
    code: 'KEY_PASSPHRASE_WRONG',
    spoil: async (folder) =>
      (folder.unlock = { kind: 'passphrase', passphrase: 'six words that dice have drawn' }),
  },
  {
    name: 'signing keys that the group can read',
    code: 'FILE_READABLE_BY_OTHERS',
    spoil: ({ files }) => chmod(files.signing.path, 0o640),
  },
  {
    name: 'an account key that everybody can read',
    code: 'FILE_READABLE_BY_OTHERS',
    spoil: ({ files }) => chmod(files.account.path, 0o604),
  },
  {
    name: 'a folder in which others can replace files',
    code: 'KEY_FOLDER_OPEN',
    spoil: ({ folder }) => chmod(folder, 0o777),
  },
  {
    name: 'half a file',
    code: 'KEY_FILE_DAMAGED',
    spoil: async ({ files }) => {
      const bytes = await readFile(files.account.path);
      await writeFile(files.account.path, bytes.subarray(0, bytes.length / 2));
    },
  },
  {
    name: 'a file of a later version',
    code: 'KEY_FILE_FORMAT_UNKNOWN',
    spoil: async ({ files }) => {
      const text = await readFile(files.store.path, 'utf8');
      await writeFile(files.store.path, text.replace('"version": 1', '"version": 2'));
    },
  },
  {
    name: 'account and signing keys in each other’s place',
    code: 'KEY_MISMATCH',
    spoil: ({ files }) => rename(files.account.path, files.signing.path),
  },
  {
    name: 'a public part of another key',
    code: 'KEY_MISMATCH',
    spoil: (folder) => signWith(folder, { ...folder.secrets.signingKey, d: anotherKey().d }),
  },
  {
    name: 'the signing key of a specification',
    code: 'KEY_WELL_KNOWN',
    spoil: (folder) => signWith(folder, PUBLISHED),
  },
  {
    name: 'the account of a development chain',
    code: 'KEY_WELL_KNOWN',
    spoil: ({ files }) => writeAccountKeys(files.account, { current: HARDHAT }),
  },
  {
    name: 'a development account that is to take over',
    code: 'KEY_WELL_KNOWN',
    spoil: ({ files, secrets }) =>
      writeAccountKeys(files.account, { current: secrets.ledgerAccountKey, next: HARDHAT }),
  },
  ...[
    { name: 'of zeros', key: `0x${'00'.repeat(32)}` },
    { name: 'that is one', key: `0x${'00'.repeat(31)}01` },
    { name: 'of ones', key: `0x${'ff'.repeat(32)}` },
    {
      name: 'that is the order minus two',
      key: '0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036413f',
    },
    { name: 'that counts', key: toHex(Uint8Array.from({ length: 32 }, (_, i) => i)) },
  ].map(({ name, key }) => ({
    name: `an account key ${name}`,
    code: 'KEY_WEAK',
    spoil: ({ files }: Folder) => writeAccountKeys(files.account, { current: key }),
  })),
  {
    name: 'one secret that signs and anchors',
    code: 'KEY_SHARED',
    spoil: ({ files, secrets }) =>
      writeAccountKeys(files.account, { current: toHex(fromBase64url(secrets.signingKey.d)) }),
  },
  {
    name: 'one secret for index and seeds',
    code: 'KEY_SHARED',
    spoil: ({ files, secrets }) =>
      writeStoreSecrets(files.store, { ...secrets, batchSeed: secrets.indexKey }),
  },
  {
    name: 'one token for operators and auditors',
    code: 'KEY_SHARED',
    spoil: ({ files, secrets }) =>
      writeStoreSecrets(files.store, { ...secrets, auditorToken: secrets.operatorToken }),
  },
  {
    name: 'an operator token that was typed',
    code: 'KEY_WEAK',
    spoil: ({ files, secrets }) =>
      writeStoreSecrets(files.store, { ...secrets, operatorToken: 'a'.repeat(43) }),
  },
];

async function inGoodFolder(action: (folder: Folder) => Promise<void>): Promise<void> {
  const base = await mkdtemp(join(tmpdir(), 'hcl-bad-keys-'));
  try {
    const unlock = await createUnlockFile(join(base, 'unlock.key'), randomBytes);
    const folder = join(base, 'issuer');
    const { secrets } = await openOrCreateIssuerKeys({
      folder,
      unlock,
      randomBytes,
      nowSeconds: () => 1,
      plainFile: join(base, 'none.json'),
    });
    const files = keyFilesIn(folder, { secret: await readUnlock(unlock), randomBytes });
    await action({ base, folder, unlock, files, secrets });
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

async function refusalOf(folder: Folder): Promise<unknown> {
  const options = { folder: folder.folder, unlock: folder.unlock, randomBytes, nowSeconds: () => 1 };
  return await openIssuerKeys(options).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('K6: keys on which nothing starts', () => {
  it('are none when nothing is wrong', async () => {
    await inGoodFolder(async (folder) => {
      expect(await refusalOf(folder)).to.equal(undefined);
    });
  });

  for (const { name, code, spoil } of SET_UPS) {
    it(`are refused with ${code}: ${name}`, async () => {
      await inGoodFolder(async (folder) => {
        await spoil(folder);
        const error = await refusalOf(folder);
        if (!(error instanceof HclError)) throw new Error('it was not refused');
        expect(error.code).to.equal(code);
        const { signingKey, ledgerAccountKey, operatorToken } = folder.secrets;
        for (const secret of [signingKey.d, ledgerAccountKey, operatorToken, HARDHAT, PUBLISHED.d]) {
          expect(JSON.stringify([error.message, String(error.stack)])).not.to.include(secret);
        }
      });
    });
  }

  it('are refused by the service too, however they came to it', async () => {
    await using house = await IssuerHouse.create();
    const secrets = { ...createSecrets(randomBytes), ledgerAccountKey: HARDHAT };
    expect(codeThrownBy(() => checkSecrets(secrets))).to.equal('KEY_WELL_KNOWN');
    const refused = await startIssuer(house.config(), secrets, house.ports()).then(
      async (started) => await started.close(),
      (error: unknown) => error,
    );
    expect(refused).to.include({ code: 'KEY_WELL_KNOWN' });
  });
});
