import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { it } from 'mocha';
import type { IntakeMediaType } from '../../../issuer/intake/intake.ts';
import { describeCorpus } from '../../support/corpora.ts';
import { readAllRows, summarise } from './read-all.ts';

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => /\.(?:csv|json)$/.test(name));
}

/** Everything that is refused names a field and a reason, unless it is the whole file. */
async function expectTakenOrNamed(mediaType: IntakeMediaType, path: string): Promise<void> {
  const rows = await readAllRows(mediaType, readFileSync(path));
  expect(rows).to.not.deep.equal([]);
  for (const row of rows) {
    if ('record' in row) continue;
    expect(row.problems).to.not.deep.equal([]);
    for (const { field, code, reason } of row.problems) {
      expect(code).to.match(/^(?:INTAKE|RECORD)_/);
      expect(reason).to.match(/\S/);
      if (row.row > 0 && code !== 'INTAKE_CSV_COLUMN_UNKNOWN') expect(field).to.match(/\S/);
    }
  }
}

describeCorpus('fhir-r4-examples', (folder) => {
  for (const name of filesOf(folder)) {
    it(`${name} is taken in or refused with field and reason`, () =>
      expectTakenOrNamed('application/fhir+json', join(folder, name)));
  }

  const expected: readonly (readonly [name: string, summary: string])[] = [
    ['Immunization-notGiven.json', '1 Immunization.status INTAKE_FHIR_STATUS'],
    ['Immunization-example.json', '1 Immunization.isSubpotent INTAKE_FHIR_STATUS'],
    ['Immunization-historical.json', '1 Immunization.primarySource INTAKE_FHIR_STATUS'],
    ['Observation-vp-oyster.json', '1 Observation.code INTAKE_FHIR_CODE'],
    ['Patient-pat2.json', '1 resourceType INTAKE_FHIR_RESOURCE'],
    ['Bundle-father.json', '0 Bundle.type INTAKE_FHIR_BUNDLE_TYPE'],
    ['Bundle-bundle-search-warning.json', '0 Bundle.entry INTAKE_NOTHING_TO_ISSUE'],
  ];
  for (const [name, summary] of expected) {
    if (!filesOf(folder).includes(name)) continue;
    it(`${name}: ${summary}`, async () => {
      const rows = await readAllRows('application/fhir+json', readFileSync(join(folder, name)));
      expect(summarise(rows)).to.deep.equal([summary]);
    });
  }
});

for (const [corpus, below] of [
  ['synthea-csv', ''],
  ['divoc', 'bulk-input'],
] as const) {
  describeCorpus(corpus, (folder) => {
    for (const name of filesOf(join(folder, below))) {
      const mediaType = name.endsWith('.csv') ? 'text/csv' : 'application/json';
      it(`${name} has another form: refused with field and reason`, async () => {
        const path = join(folder, below, name);
        await expectTakenOrNamed(mediaType, path);
        const rows = await readAllRows(mediaType, readFileSync(path));
        expect(rows.some((row) => 'record' in row)).to.equal(false);
      });
    }
  });
}
