import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  issuerByName,
  parseConsortiumFile,
  readConsortiumFile,
  writeConsortiumFile,
  type ConsortiumFile,
} from '../../cli/consortium-file.ts';
import { CliError } from '../../cli/errors.ts';

const FILE: ConsortiumFile = {
  version: 1,
  rpcUrl: 'http://127.0.0.1:8545',
  chainId: 31_337,
  deployment: 'deployment.json',
  verifierUrl: 'http://127.0.0.1:4100',
  issuers: [
    {
      name: 'HK-DH',
      did: 'did:web:hk-dh.example',
      url: 'http://127.0.0.1:4001',
      jurisdiction: 'HK',
      operatorTokenFile: 'HK-DH/operator.token',
    },
  ],
};

describe('the consortium file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-consortium-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('comes back as it was written, with its paths made absolute', async () => {
    await writeConsortiumFile(folder, FILE);
    const file = await readConsortiumFile(folder);
    expect(file.deployment).to.equal(join(folder, 'deployment.json'));
    expect(file.issuers[0]?.operatorTokenFile).to.equal(join(folder, 'HK-DH/operator.token'));
    expect({ ...file, deployment: '', issuers: [] }).to.deep.equal({ ...FILE, deployment: '', issuers: [] });
  });

  it('is readable by its owner alone', async () => {
    await writeConsortiumFile(folder, FILE);
    expect((await stat(join(folder, 'consortium.json'))).mode & 0o777).to.equal(0o600);
  });

  it('says how to start when there is none', async () => {
    const error = await readConsortiumFile(folder).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(CliError).with.property('code', 'CLI_NOT_STARTED');
  });

  const damaged: Readonly<Record<string, unknown>> = {
    'another version': { ...FILE, version: 2 },
    'a field it does not know': { ...FILE, extra: 1 },
    'a URL that is none': { ...FILE, rpcUrl: 'not a url' },
    'a file URL': { ...FILE, verifierUrl: 'file:///etc/passwd' },
    'a chain id that is a text': { ...FILE, chainId: '31337' },
    'issuers that are no list': { ...FILE, issuers: {} },
    'an issuer without a name': { ...FILE, issuers: [{ ...FILE.issuers[0], name: '' }] },
    'no object at all': [],
  };
  for (const [what, value] of Object.entries(damaged)) {
    it(`refuses ${what}`, () => {
      expect(() => parseConsortiumFile(JSON.stringify(value)))
        .to.throw(CliError)
        .with.property('code', 'CLI_FILE_INVALID');
    });
  }

  it('lists the issuers when a name is unknown', () => {
    expect(() => issuerByName(FILE, 'XX'))
      .to.throw(CliError, 'HK-DH')
      .with.property('code', 'CLI_USAGE');
  });
});
