import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { RECORD_PROBLEM_CODES } from '../../../core/record/problem.ts';
import { RECORD_SCHEMAS } from '../../../core/record/schema.ts';
import { isObjectSchema } from '../../../core/record/structure.ts';
import { INTAKE_PROBLEM_CODES } from '../../../issuer/intake/row.ts';

const page = readFileSync(new URL('../../../docs/intake.md', import.meta.url), 'utf8');

/** The first cells, in code marks, of the table rows between two headings. */
function firstCells(from: string, to: string): readonly string[] {
  const section = page.slice(page.indexOf(from), page.indexOf(to));
  return [...section.matchAll(/^\| `(\w+)`/gm)].map(([, cell = '']) => cell);
}

describe('docs/intake.md', () => {
  it('lists exactly the columns there are', () => {
    const fields = Object.values(RECORD_SCHEMAS).flatMap(({ properties }) =>
      Object.entries(properties).flatMap(([name, schema]) =>
        isObjectSchema(schema) ? Object.keys(schema.properties) : [name],
      ),
    );
    expect(firstCells('## CSV', '### Documents')).to.have.members([...new Set(fields)]);
  });

  it('lists exactly the problem codes there are', () => {
    const codes = firstCells('## Problem codes', "## The demonstration's files");
    expect(codes).to.have.members([...RECORD_PROBLEM_CODES, ...INTAKE_PROBLEM_CODES]);
  });
});
