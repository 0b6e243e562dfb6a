/** docs/privacy.md says of every table what it holds of a person, and of every type of record how long it is kept. */
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import { DEFAULT_RETENTION_DAYS } from '../../issuer/privacy/retention.ts';
import { TABLES } from '../../issuer/store.ts';

const page = readFileSync(new URL('../../docs/privacy.md', import.meta.url), 'utf8');

/** Rows of the table below a heading: its first two cells. */
function rowsBelow(heading: string): readonly (readonly [name: string, second: string])[] {
  const [section = ''] = page.slice(page.indexOf(`## ${heading}\n`)).split(/\nElsewhere:|\n## /);
  const rows = [...section.matchAll(/^\| (`[^|]+`) +\| ([^|]+) \|/gm)];
  return rows.flatMap(([, names = '', second = '']) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => [name, second.trim()] as const),
  );
}

describe('docs/privacy.md', () => {
  it('names every table of the issuer’s store, and no other', () => {
    const named = rowsBelow('What is held where').map(([name]) => name);
    expect(named.toSorted()).to.deep.equal(Object.keys(TABLES).toSorted());
  });

  it('gives each type of record the days that the code has', () => {
    const days = rowsBelow('How long').map(([type, text]) => [
      type,
      text === 'until asked' ? undefined : Number(text),
    ]);
    expect(Object.fromEntries(days)).to.deep.equal(DEFAULT_RETENTION_DAYS);
  });
});
