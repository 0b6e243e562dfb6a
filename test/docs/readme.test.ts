/** The README says what is so: its files exist, its packages are the ones installed, its commands are known. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { COMMAND_NAMES } from '../../cli/commands.ts';

const root = resolve(import.meta.dirname, '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
};
const inCode = [...readme.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');

describe('the README', () => {
  it('names only files and folders that are there', () => {
    const paths = inCode.filter((text) => /^[a-z]+\/[\w./-]*$/.test(text) && !text.startsWith('data/'));
    const links = [...readme.matchAll(/\]\(([\w./-]+)\)/g)].map((match) => match[1] ?? '');
    expect(paths.length).to.be.above(20);
    for (const path of [...paths, ...links]) expect(existsSync(join(root, path)), path).to.equal(true);
  });

  it('gives a reason for every package that ships, and for no other', () => {
    const table = readme.slice(readme.indexOf('## Dependencies'), readme.indexOf('Development:'));
    const named = [...table.matchAll(/`((?:@[\w-]+\/)?[\w-]+)`/g)].map((match) => match[1] ?? '');
    expect(new Set(named.filter((name) => name in manifest.dependencies))).to.deep.equal(
      new Set(Object.keys(manifest.dependencies)),
    );
  });

  it('names every development package', () => {
    const text = readme.slice(readme.indexOf('Development:'));
    const missing = Object.keys(manifest.devDependencies).filter(
      (name) => !name.startsWith('@types/') && !text.includes(`\`${name}\``),
    );
    expect(missing).to.deep.equal([]);
  });

  it('shows only commands that exist', () => {
    const shown = [...readme.matchAll(/npm run -s hcl -- (\w+)/g)].map((match) => match[1] ?? '');
    expect(shown).to.have.length.above(4);
    for (const name of shown) expect(COMMAND_NAMES).to.include(name);
    for (const [, script] of readme.matchAll(/npm run (?!-s)([\w:]+)/g))
      expect(manifest.scripts).to.have.property(script ?? '');
  });
});
