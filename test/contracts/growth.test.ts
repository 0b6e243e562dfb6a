import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { artifacts } from 'hardhat';
import { describe, it } from 'mocha';

/** What can be done once in the life of a ledger does not grow. */
const ONCE = ['recordPredecessor'];

describe('contracts/test/Growth.t.sol measures every write', () => {
  for (const contract of [
    'ITrustList',
    'IBatchAnchor',
    'IStatusAnchor',
    'IPolicyRegistry',
    'IConversionRegistry',
  ]) {
    it(`of ${contract}`, async () => {
      const test = await readFile(new URL('../../contracts/test/Growth.t.sol', import.meta.url), 'utf8');
      const { abi } = await artifacts.readArtifact(contract);
      const writes = abi
        .filter(({ type }) => type === 'function')
        .filter(({ stateMutability }) => stateMutability !== 'view' && stateMutability !== 'pure')
        .map(({ name }) => String(name));
      const missing = writes.filter((name) => !test.includes(`${contract}.${name},`));
      expect(missing.filter((name) => !ONCE.includes(name))).to.deep.equal([]);
    });
  }
});
