import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { readIssuerConfig } from '../../issuer/config.ts';
import { createSecrets, readOrCreateSecrets, readSecrets } from '../../issuer/secrets.ts';
import { createRandomBytes } from '../../service/clock.ts';
import { readEnv } from '../../service/config.ts';
import { readSecretFile, writeFileAtomically } from '../../service/files.ts';
import { expectThrows } from '../support/throws-code.ts';
import { expectRejects } from '../issuer/support/rejects-code.ts';

describe('settings from the environment', () => {
  const env = readEnv({ X_PORT: '8080', X_URL: 'https://a.example/', X_BAD: '8o8o', X_EMPTY: '' }, 'X_');

  it('are typed, and say which variable is wrong but not its value', () => {
    expect(env.integer('PORT', { min: 0, max: 65_535 })).to.equal(8080);
    expect(env.url('URL')).to.equal('https://a.example');
    expectThrows(() => env.integer('BAD', { min: 0, max: 9 }), 'CONFIG_INVALID');
    expectThrows(() => env.integer('PORT', { min: 0, max: 9 }), 'CONFIG_INVALID');
    expectThrows(() => env.text('MISSING'), 'CONFIG_MISSING');
    expectThrows(() => env.text('EMPTY'), 'CONFIG_MISSING');
    expect(() => env.integer('BAD', { min: 0, max: 9 }))
      .to.throw(/X_BAD/)
      .and.not.match(/8o8o/);
  });

  it('make an issuer’s configuration with defaults, frozen', () => {
    const config = readIssuerConfig({
      HCL_ISSUER_DID: 'did:web:hk-dh.example',
      HCL_ISSUER_NAME: 'Department of Health',
      HCL_ISSUER_JURISDICTION: 'HK',
      HCL_ISSUER_DATA: '/var/lib/hcl',
      HCL_ISSUER_PUBLIC_URL: 'https://hk-dh.example',
    });
    expect(config.windowMs).to.deep.equal({ short: 30_000, long: 600_000 });
    expect(Object.isFrozen(config) && Object.isFrozen(config.windowMs)).to.equal(true);
  });

  it('refuse an issuer without a did:web', () => {
    const environment = {
      HCL_ISSUER_DID: 'did:key:z6Mk',
      HCL_ISSUER_NAME: 'x',
      HCL_ISSUER_JURISDICTION: 'HK',
      HCL_ISSUER_DATA: '/x',
      HCL_ISSUER_PUBLIC_URL: 'https://hk-dh.example',
    };
    expectThrows(() => readIssuerConfig(environment), 'CONFIG_INVALID');
  });
});

describe('secrets in files', () => {
  it('come back as they were made, from a file that only its owner reads', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'secrets.json');
      const made = await readOrCreateSecrets(path, createRandomBytes());
      expect((await stat(path)).mode & 0o777).to.equal(0o600);
      const read = await readSecrets(path);
      expect(read.signingKey).to.deep.equal(made.signingKey);
      expect(read.operatorToken).to.equal(made.operatorToken);
      expect([...read.keyEncryption[0].key]).to.deep.equal([...made.keyEncryption[0].key]);
      expect((await readOrCreateSecrets(path, createRandomBytes())).operatorToken).to.equal(
        made.operatorToken,
      );
    });
  });

  it('are refused when others can read them', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'secrets.json');
      await writeFileAtomically(path, 'x');
      await chmod(path, 0o644);
      await expectRejects(() => readSecretFile(path), 'FILE_READABLE_BY_OTHERS');
    });
  });

  it('are refused in any other form, without quoting them', async () => {
    await inFolder(async (folder) => {
      const good = createSecrets(createRandomBytes());
      const forms = [
        '',
        '{',
        '{}',
        JSON.stringify({ version: 1, ...good, indexKey: 'short' }),
        JSON.stringify([good]),
      ];
      for (const form of forms) {
        const path = join(folder, 'secrets.json');
        await writeFile(path, form, { mode: 0o600 });
        await expectRejects(() => readSecrets(path), 'ISSUER_SECRET_INVALID');
      }
    });
  });

  it('are replaced as a whole: no half-written file stays', async () => {
    await inFolder(async (folder) => {
      await writeFileAtomically(join(folder, 'a'), 'one');
      await writeFileAtomically(join(folder, 'a'), 'two');
      expect(await readSecretFile(join(folder, 'a'))).to.equal('two');
      await writeFileAtomically(join(folder, 'a'), [Buffer.from('th'), Buffer.from('ree')]);
      expect(await readSecretFile(join(folder, 'a'))).to.equal('three');
      expect(await readdir(folder)).to.deep.equal(['a']);
    });
  });
});

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hcl-config-'));
  try {
    await test(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
