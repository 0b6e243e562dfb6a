import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { artifacts } from 'hardhat';
import { describe, it } from 'mocha';

describe('contract tests name every error and every event', () => {
  for (const contract of [
    'ITrustList',
    'IBatchAnchor',
    'IStatusAnchor',
    'IPolicyRegistry',
    'IConversionRegistry',
    'ConsortiumAccess',
  ]) {
    it(`of ${contract}`, async () => {
      const folder = new URL('./', import.meta.url);
      const files = (await readdir(folder)).filter((file) => file.endsWith('.test.ts'));
      const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')));
      const { abi } = await artifacts.readArtifact(contract);
      // Of ConsortiumAccess its own, not OpenZeppelin's.
      const names = abi
        .filter(({ type }) => type === 'error' || type === 'event')
        .map((item) => String(item.name))
        .filter((name) => contract !== 'ConsortiumAccess' || name.startsWith(contract));
      const unnamed = names.filter((name) => !texts.some((text) => text.includes(`'${name}'`)));
      expect(unnamed).to.deep.equal([]);
    });
  }
});
