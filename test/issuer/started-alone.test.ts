/**
 * An issuer and a verifier that nobody starts but their environment: real processes, the contracts on the embedded
 * ledger, sealed keys. And K6 from the command line: what makes an issuer refuse to start.
 */
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { expect } from 'chai';
import { runCommand } from '../../cli/commands.ts';
import { toHex } from '../../core/bytes/hex.ts';
import { fromJwk } from '../../core/credential/key.ts';
import { thumbprintOf } from '../../core/credential/thumbprint.ts';
import { keyFilesIn, openOrCreateIssuerKeys } from '../../issuer/keys/issuer-keys.ts';
import { writeAccountKeys } from '../../issuer/keys/ledger-account-file.ts';
import { createUnlockFile, readUnlock } from '../../issuer/keys/unlock.ts';
import { createSecrets, writeSecrets, type IssuerSecrets } from '../../issuer/secrets.ts';
import { formatDeployment, type Deployment } from '../../ledger/deployment.ts';
import { verifyUntil } from '../../scripts/demo/service-client.ts';
import { createRandomBytes } from '../../service/clock.ts';
import type { Environment } from '../../service/config.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { ioDouble, type RecordedIo } from '../cli/io-double.ts';
import {
  admitIssuer,
  deployTo,
  FAR_FUTURE,
  handOf,
  ISSUER,
  ISSUER_DID,
  keyOf,
  startTestNode,
} from '../ledger/support/test-ledger.ts';
import { until } from '../support/until.ts';
import { passportVaccination } from './support/issuer-house.ts';
import { IssuerOperator } from './support/issuer-process.ts';
import { LoneService } from './support/lone-service.ts';

const randomBytes = createRandomBytes();
/** Hardhat's first account. */
const HARDHAT = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const DEPLOYMENT: Deployment = {
  version: 1,
  chainId: 1,
  genesisHash: toHex(new Uint8Array(32)),
  // In the order of the names, each at an address of its own.
  contracts: Object.fromEntries(
    ['accessManager', 'trustList', 'batchAnchor', 'statusAnchor'].map((name, i) => [
      name,
      { address: toHex(new Uint8Array(20).fill(i + 1)), codeHash: toHex(new Uint8Array(32)), fromBlock: 1 },
    ]),
  ) as Deployment['contracts'],
};

describe('a service started alone', function () {
  this.timeout(120_000);
  let base: string;
  let settings: Record<string, string>;

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'hcl-alone-'));
    settings = {
      HCL_ISSUER_DID: ISSUER_DID,
      HCL_ISSUER_NAME: 'Clinic (specimen)',
      HCL_ISSUER_JURISDICTION: 'HK',
      HCL_ISSUER_DATA: join(base, 'issuer'),
      HCL_ISSUER_PUBLIC_URL: 'https://clinic.example',
      HCL_ISSUER_WINDOW_LONG_MS: '100',
      HCL_ISSUER_PORT: '0',
      HCL_ISSUER_LOG_LEVEL: 'error',
      // Nothing listens there: an issuer whose ledger is down starts all the same.
      HCL_ISSUER_RPC: 'http://127.0.0.1:1',
      HCL_ISSUER_DEPLOYMENT: join(base, 'deployment.json'),
      HCL_ISSUER_KEYS: join(base, 'keys'),
      HCL_ISSUER_KEYS_UNLOCK_FILE: join(base, 'unlock.key'),
    };
    await writeFile(join(base, 'deployment.json'), formatDeployment(DEPLOYMENT));
  });

  afterEach(async () => {
    await rm(base, { recursive: true, force: true });
  });

  /** Keys whose account the test's ledger lets in. */
  async function makeKeys(): Promise<IssuerSecrets> {
    const plainFile = join(base, 'plain.json');
    await writeSecrets(plainFile, {
      ...createSecrets(randomBytes),
      ledgerAccountKey: toHex(keyOf('account')),
    });
    const unlock = await createUnlockFile(join(base, 'unlock.key'), randomBytes);
    const folder = join(base, 'keys');
    return (await openOrCreateIssuerKeys({ folder, unlock, randomBytes, nowSeconds: () => 1, plainFile }))
      .secrets;
  }

  async function startIssuer(
    env: Environment,
  ): Promise<{ readonly exitCode: number; readonly io: RecordedIo }> {
    const io = ioDouble({ env });
    return { exitCode: await runCommand('start', ['issuer'], io), io };
  }

  it('issues, stops on SIGTERM, and finds its records when it is started again', async () => {
    await using node = await startTestNode({ nowSeconds: () => Math.floor(Date.now() / 1000) });
    const deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    await writeFile(join(base, 'deployment.json'), formatDeployment(deployment));
    const secrets = await makeKeys();
    using admin = handOf('issuer', node.url, deployment);
    const publicKey = fromJwk(secrets.signingKey);
    const thumbprint = thumbprintOf(nodeCrypto, publicKey);
    await admin.trust.addKey(ISSUER, { publicKey, thumbprint, from: 0, until: FAR_FUTURE });
    const env = { ...settings, HCL_ISSUER_RPC: node.url };
    const record = passportVaccination(1);

    await using first = await LoneService.start('issuer', env);
    const told = await until(() => new IssuerOperator(first.url, secrets).issue(record));
    const handle = told.row.credentials[0]?.handle ?? '';
    const code = await until(() => codeOf(new IssuerOperator(first.url, secrets), handle));
    await using verifier = await LoneService.start('verifier', {
      HCL_VERIFIER_DATA: join(base, 'verifier'),
      HCL_VERIFIER_DEPLOYMENT: join(base, 'deployment.json'),
      HCL_VERIFIER_RPC: node.url,
      HCL_VERIFIER_ISSUERS: `${ISSUER_DID}=${first.url}`,
      HCL_VERIFIER_PORT: '0',
      HCL_VERIFIER_POLL_MS: '50',
    });
    const verdict = await verifyUntil(verifier.url, code, ({ validity }) => validity === 'valid');
    expect(verdict.validity).to.equal('valid');
    expect(await refusalOf(() => LoneService.start('issuer', env))).to.include('(STORE_LOCKED)');
    expect(await verifier.stop()).to.deep.equal([0, null]);
    expect(await first.stop()).to.deep.equal([0, null]);

    await using second = await LoneService.start('issuer', env);
    const operator = new IssuerOperator(second.url, secrets);
    expect(await codeOf(operator, handle)).to.equal(code);
    const again = await until(() => operator.issue(record));
    expect(again.row).to.deep.include({ recordId: told.row.recordId, duplicate: true });
    expect(await second.stop()).to.deep.equal([0, null]);
  });

  it('works with the keys that "hcl key create" made, and shows no secret of them', async () => {
    const io = ioDouble();
    const [keys, unlock, tokens] = [join(base, 'keys'), join(base, 'unlock.key'), join(base, 'tokens')];
    const words = ['create', '--keys', keys, '--unlock', unlock, '--tokens', tokens, '--json'];
    expect(await runCommand('key', words, io)).to.equal(0);
    expect(Object.keys(JSON.parse(io.written.out))).to.deep.equal(['kid', 'x', 'y', 'account']);
    for (const secret of [unlock, join(tokens, 'operator.token'), join(tokens, 'auditor.token')]) {
      expect((await stat(secret)).mode & 0o077).to.equal(0);
      expect(io.written.out).not.to.include((await readFile(secret, 'utf8')).trim());
    }

    await using issuer = await LoneService.start('issuer', settings);
    const answer = await fetch(`${issuer.url}/issuer`);
    expect(await answer.text()).to.include(ISSUER_DID);
    expect(await runCommand('key', words, io), 'keys are made once').to.equal(2);
  });

  const REFUSED: readonly {
    readonly name: string;
    readonly code: string;
    readonly says: string;
    readonly spoil: () => Promise<unknown>;
  }[] = [
    {
      name: 'no keys',
      code: 'KEY_FILE_MISSING',
      says: 'signing-keys.json',
      spoil: () => rm(join(base, 'keys', 'signing-keys.json')),
    },
    {
      name: 'keys that everybody can read',
      code: 'FILE_READABLE_BY_OTHERS',
      says: 'store-secrets.json',
      spoil: () => chmod(join(base, 'keys', 'store-secrets.json'), 0o644),
    },
    {
      name: 'a published account',
      code: 'KEY_WELL_KNOWN',
      says: 'the ledger account key',
      spoil: async () => {
        const secret = await readUnlock({ kind: 'key-file', path: join(base, 'unlock.key') });
        const { account } = keyFilesIn(join(base, 'keys'), { secret, randomBytes });
        await writeAccountKeys(account, { current: HARDHAT });
      },
    },
    {
      name: 'no key folder named',
      code: 'CONFIG_MISSING',
      says: 'HCL_ISSUER_KEYS',
      spoil: async () => (settings['HCL_ISSUER_KEYS'] = ''),
    },
    {
      name: 'no ledger named',
      code: 'CONFIG_MISSING',
      says: 'HCL_ISSUER_RPC',
      spoil: async () => (settings['HCL_ISSUER_RPC'] = ''),
    },
    {
      name: 'no deployment file where one is named',
      code: 'CONFIG_INVALID',
      says: 'HCL_ISSUER_DEPLOYMENT',
      spoil: () => rm(join(base, 'deployment.json')),
    },
  ];

  for (const { name, code, says, spoil } of REFUSED) {
    it(`refuses to start with ${name}`, async () => {
      const secrets = await makeKeys();
      await spoil();
      const { exitCode, io } = await startIssuer(settings);
      expect(exitCode).to.equal(1);
      expect(io.written.out).to.equal('');
      expect(io.written.err).to.match(new RegExp(`^hcl start: .*${says}.* \\(${code}\\)\\n$`));
      for (const secret of [secrets.operatorToken, secrets.signingKey.d, HARDHAT.slice(2)]) {
        expect(io.written.err).not.to.include(secret);
      }
    });
  }

  it('refuses names of services that there are not, and options of the demonstration', async () => {
    for (const words of [['auditor'], ['issuer', 'verifier'], ['issuer', '--once']]) {
      expect(await runCommand('start', words, ioDouble()), words.join(' ')).to.equal(2);
    }
  });
});

async function codeOf(operator: IssuerOperator, handle: string): Promise<string | undefined> {
  const answer = await operator.call(`/credentials/${handle}`);
  // The route's response schema.
  return ((await answer.json()) as { readonly code?: string }).code;
}

async function refusalOf(start: () => Promise<LoneService>): Promise<string> {
  return await start().then(
    () => 'it started',
    (error: unknown) => String(error),
  );
}
