import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  deployedContract,
  eventContracts,
  formatDeployment,
  parseDeployment,
  type Deployment,
} from '../../ledger/deployment.ts';
import { LedgerError } from '../../ledger/errors.ts';

const contract = (digit: string): Deployment['contracts']['trustList'] => ({
  address: `0x${digit.repeat(40)}`,
  codeHash: `0x${digit.repeat(64)}`,
  fromBlock: 3,
});
const deployment: Deployment = {
  version: 1,
  chainId: 20_221_221,
  genesisHash: `0x${'e'.repeat(64)}`,
  contracts: {
    accessManager: contract('1'),
    trustList: contract('2'),
    batchAnchor: contract('3'),
    statusAnchor: contract('4'),
  },
};

const registries = { policyRegistry: contract('5'), conversionRegistry: contract('6') };
const full: Deployment = { ...deployment, contracts: { ...deployment.contracts, ...registries } };

describe('deployment file', () => {
  it('reads what it wrote', () => {
    expect(parseDeployment(formatDeployment(full))).to.deep.equal(full);
  });

  it('names the contracts to follow, with the registries of policies and conversions or without', () => {
    const old = parseDeployment(formatDeployment(deployment));
    const addresses = ['2', '3', '4', '5', '6'].map((digit) => contract(digit).address);
    expect(eventContracts(old)).to.deep.equal(addresses.slice(0, 3));
    expect(eventContracts(full)).to.deep.equal(addresses);
    expect(deployedContract(full, 'conversionRegistry')).to.deep.equal(contract('6'));
    expect(() => deployedContract(old, 'conversionRegistry'))
      .to.throw(LedgerError)
      .with.property('code', 'LEDGER_DEPLOYMENT_INVALID');
  });

  const faults: readonly (readonly [rule: string, change: (json: Json) => unknown])[] = [
    ['another version', (json) => ({ ...json, version: 2 })],
    ['no chain id', (json) => ({ ...json, chainId: undefined })],
    ['a chain id as text', (json) => ({ ...json, chainId: '1' })],
    ['a member it does not know', (json) => ({ ...json, extra: 1 })],
    ['a genesis hash of another length', (json) => ({ ...json, genesisHash: '0xee' })],
    ['a genesis hash in upper case', (json) => ({ ...json, genesisHash: `0x${'E'.repeat(64)}` })],
    ['a contract missing', (json) => ({ ...json, contracts: { ...json.contracts, trustList: undefined } })],
    [
      'two contracts at one address',
      (json) => ({ ...json, contracts: { ...json.contracts, trustList: contract('3') } }),
    ],
    [
      'a block number below 1',
      (json) => ({
        ...json,
        contracts: { ...json.contracts, trustList: { ...contract('2'), fromBlock: 0 } },
      }),
    ],
    [
      'one registry without the other',
      (json) => ({ ...json, contracts: { ...json.contracts, policyRegistry: contract('5') } }),
    ],
    ['null', () => null],
  ];
  for (const [rule, change] of faults) {
    it(`refuses ${rule}`, () => expectInvalid(JSON.stringify(change(deployment))));
  }

  it('refuses what is not JSON', () => expectInvalid('version: 1'));
});

type Json = Deployment;

function expectInvalid(text: string): void {
  expect(() => parseDeployment(text))
    .to.throw(LedgerError)
    .with.property('code', 'LEDGER_DEPLOYMENT_INVALID');
}
