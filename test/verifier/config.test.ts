import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { Hex } from '../../core/trust/ledger-event.ts';
import { formatDeployment, type Deployment } from '../../ledger/deployment.ts';
import { ConfigError } from '../../service/config.ts';
import { readConfig } from '../../verifier/config.ts';

const contract = (digit: string): Deployment['contracts']['trustList'] => ({
  address: `0x${digit.repeat(40)}`,
  codeHash: `0x${digit.repeat(64)}`,
  fromBlock: 1,
});
const genesisHash: Hex = `0x${'ab'.repeat(32)}`;
const DEPLOYMENT: Deployment = {
  version: 1,
  chainId: 5,
  genesisHash,
  contracts: {
    accessManager: contract('1'),
    trustList: contract('2'),
    batchAnchor: contract('3'),
    statusAnchor: contract('4'),
  },
};

const BUNDLES = {
  HCL_VERIFIER_BUNDLES: '/srv/bundle',
  HCL_VERIFIER_BUNDLE_KEY: '/etc/hcl/log-key.jwk.json',
  HCL_VERIFIER_BUNDLE_NAME: 'verifier.example',
  HCL_VERIFIER_WITNESSES: 'https://a.example/,https://b.example',
};

describe('the configuration of a verifier', () => {
  let folder: string;
  let environment: Readonly<Record<string, string>>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-verifier-config-'));
    await writeFile(join(folder, 'deployment.json'), formatDeployment(DEPLOYMENT));
    environment = {
      HCL_VERIFIER_DATA: join(folder, 'data'),
      HCL_VERIFIER_DEPLOYMENT: join(folder, 'deployment.json'),
      HCL_VERIFIER_RPC: 'http://127.0.0.1:8545,http://127.0.0.1:8546/',
      HCL_VERIFIER_ISSUERS: 'did:web:a.example=https://a.example/,did:web:b.example=http://127.0.0.1:1',
    };
  });

  after(() => rm(folder, { recursive: true }));

  it('fills in safe defaults', () => {
    expect(readConfig(environment)).to.deep.include({
      deployment: DEPLOYMENT,
      rpcUrls: ['http://127.0.0.1:8545', 'http://127.0.0.1:8546'],
      issuers: [
        { did: 'did:web:a.example', url: 'https://a.example' },
        { did: 'did:web:b.example', url: 'http://127.0.0.1:1' },
      ],
      host: '127.0.0.1',
      port: 4100,
    });
  });

  it('asks what it is told to, and nothing of foreign signers unless told whose', () => {
    const plain = readConfig(environment);
    expect(plain).to.deep.include({ policies: ['base'], unregistered: 'tell', filesMs: 10_000 });
    expect(plain).not.to.have.property('trustFile');
    const told = readConfig({
      ...environment,
      HCL_VERIFIER_POLICIES: 'hk.vp, lane.json',
      HCL_VERIFIER_UNREGISTERED_POLICIES: 'refer',
      HCL_VERIFIER_TRUST: 'trust.json',
      HCL_VERIFIER_FILES_SECONDS: '60',
    });
    expect(told).to.deep.include({
      policies: ['hk.vp', 'lane.json'],
      unregistered: 'refer',
      trustFile: 'trust.json',
      filesMs: 60_000,
    });
  });

  it('publishes bundles only where it is told to', () => {
    expect(readConfig(environment)).to.not.have.property('bundle');
    expect(readConfig({ ...environment, ...BUNDLES }).bundle).to.deep.equal({
      folder: '/srv/bundle',
      keyFile: '/etc/hcl/log-key.jwk.json',
      keyName: 'verifier.example',
      witnessUrls: ['https://a.example', 'https://b.example'],
      everySeconds: 60,
      shortDays: 30,
    });
  });

  it('says that it is about to stop for half a second, or as long as it is told', () => {
    expect(readConfig(environment).unreadyMs).to.equal(500);
    expect(readConfig({ ...environment, HCL_VERIFIER_UNREADY_MS: '15000' }).unreadyMs).to.equal(15_000);
  });

  const wrong: Readonly<Record<string, string>> = {
    HCL_VERIFIER_DATA: '',
    HCL_VERIFIER_DEPLOYMENT: '/nowhere/deployment.json',
    HCL_VERIFIER_RPC: 'ftp://127.0.0.1',
    HCL_VERIFIER_ISSUERS: 'a.example',
    HCL_VERIFIER_PORT: '70000',
    HCL_VERIFIER_POLL_MS: '1',
    HCL_VERIFIER_UNREADY_MS: '300001',
    HCL_VERIFIER_POLICIES: 'base,,hk.vp',
    HCL_VERIFIER_UNREGISTERED_POLICIES: 'maybe',
    HCL_VERIFIER_FILES_SECONDS: '86401',
    HCL_VERIFIER_WITNESSES: 'witness.example',
    HCL_VERIFIER_BUNDLE_SECONDS: '-7',
    HCL_VERIFIER_BUNDLE_DAYS: '1000',
    HCL_VERIFIER_BUNDLE_KEY: '',
    HCL_VERIFIER_BUNDLE_NAME: '',
  };
  for (const [name, value] of Object.entries(wrong)) {
    it(`names ${name} when it is wrong, and not its value`, () => {
      expect(() => readConfig({ ...environment, ...BUNDLES, [name]: value }))
        .to.throw(ConfigError)
        .with.property('message')
        .that.contains(name)
        .and.does.not.contain(value === '' ? '\u0000' : value);
    });
  }
});
