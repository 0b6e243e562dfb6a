/** `docs/keys.md` names every code about keys and every setting, and none that does not exist. */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { before, describe, it } from 'mocha';
import { expect } from 'chai';
import { BUDGET_DEFAULTS, budgetRules } from '../../issuer/budget/rules.ts';
import { KEY_ERROR_CODES } from '../../issuer/keys/errors.ts';

const root = resolve(import.meta.dirname, '..', '..');

describe('docs/keys.md', () => {
  let page: string;

  before(async () => {
    page = await readFile(join(root, 'docs', 'keys.md'), 'utf8');
  });

  it('explains every code, and no other', () => {
    const explained = [...page.matchAll(/^\| `(KEY_[A-Z_]+)`/gm)].map(([, code]) => code);
    expect(explained).to.have.members([...KEY_ERROR_CODES]);
  });

  it('names only codes and settings that the issuer knows', async () => {
    const folders = ['keys', 'budget', '.'];
    const sources = await Promise.all(
      folders.map(async (folder) => {
        const names = (await readdir(join(root, 'issuer', folder))).filter((name) => name.endsWith('.ts'));
        return await Promise.all(names.map((name) => readFile(join(root, 'issuer', folder, name), 'utf8')));
      }),
    );
    const source = sources.flat().join('\n');
    for (const [setting] of page.matchAll(/HCL_ISSUER_[A-Z0-9_]+/g)) {
      const own = setting.replace('HCL_ISSUER_', '').replace(/^BUDGET_/, '');
      expect(source, setting).to.include(`'${own}'`);
    }
    for (const [code] of page.matchAll(/\bISSUER_[A-Z_]+\b/g)) expect(source, code).to.include(code);
  });

  it('says the budget as it is', () => {
    const limits = new Map(budgetRules(BUDGET_DEFAULTS).map(({ name, limit }) => [name, limit]));
    const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| `HCL_ISSUER_BUDGET_[A-Z0-9_]+` +\| (\d+) /gm)];
    const said = rows.map(([, name, limit]) => [name, Number(limit)]);
    expect(new Map(said as [string, number][])).to.deep.equal(limits);
  });
});
