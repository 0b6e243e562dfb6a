/** docs/health-code.md against the code: its schemes, its grounds and what an audit finds. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { FINDING_CODES } from '../../auditor/report.ts';
import { GROUNDS } from '../../core/health/grounds.ts';
import { SCHEME_FORMS } from '../../core/health/schemes.ts';
import { SCHEMES } from '../../core/record/derived.ts';

const page = readFileSync(new URL('../../docs/health-code.md', import.meta.url), 'utf8').replaceAll(
  '\\|',
  '¦',
);

/** The rows of the tables whose first cell, in code marks, `isOf` takes; cells without their marks. */
function rows(isOf: (cell: string) => boolean): readonly (readonly string[])[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '').replaceAll('¦', '|')))
    .map(([, ...cells]) => cells)
    .filter(([first = '']) => isOf(first));
}

describe('docs/health-code.md', () => {
  it('names every scheme with its colours and its policy', () => {
    const told = rows((cell) => SCHEMES.some((scheme) => scheme === cell));
    expect(told.map(([scheme]) => scheme)).to.deep.equal([...SCHEMES]);
    for (const [scheme, , colours, policy] of told) {
      const form = SCHEME_FORMS[SCHEMES.find((one) => one === scheme) ?? 'MO'];
      expect(colours).to.equal(form.colours.join(', '));
      expect(policy?.split(' ')[0]).to.equal(form.policyId);
    }
  });

  it('names every ground, and no other', () => {
    expect(rows((cell) => cell.startsWith('hcl|')).map(([ground]) => ground)).to.deep.equal([...GROUNDS]);
  });

  it('names every finding of an audit of colours', () => {
    const codes = FINDING_CODES.filter((code) => code.startsWith('COLOUR'));
    expect(rows((cell) => cell.startsWith('COLOUR')).map(([code]) => code)).to.deep.equal(codes);
  });
});
