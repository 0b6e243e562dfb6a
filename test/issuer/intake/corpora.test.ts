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

/** Files of examples that say something else than the rest: rows by field and code. */
const OUTCOMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'Bundle-101.json': { 'Observation.code INTAKE_FHIR_CODE': 17 },
  'Bundle-10bb101f-a121-4264-a920-67be9cb82c74.json': { 'Bundle.type INTAKE_FHIR_BUNDLE_TYPE': 1 },
  'Bundle-bundle-example.json': { 'resourceType INTAKE_FHIR_RESOURCE': 2 },
  'Bundle-bundle-response-medsallergies.json': { 'Bundle.type INTAKE_FHIR_BUNDLE_TYPE': 1 },
  'Bundle-bundle-response.json': { 'Bundle.type INTAKE_FHIR_BUNDLE_TYPE': 1 },
  'Bundle-bundle-search-warning.json': { 'Bundle.entry INTAKE_NOTHING_TO_ISSUE': 1 },
  'Bundle-father.json': { 'Bundle.type INTAKE_FHIR_BUNDLE_TYPE': 1 },
  'Bundle-ghp.json': { 'Observation.code INTAKE_FHIR_CODE': 51 },
  'Bundle-lipids.json': { 'Observation.code INTAKE_FHIR_CODE': 4 },
  'Bundle-lri-example.json': { 'Observation.code INTAKE_FHIR_CODE': 16 },
  'Bundle-micro.json': { 'Observation.code INTAKE_FHIR_CODE': 25, 'resourceType INTAKE_FHIR_RESOURCE': 1 },
  'DiagnosticReport-f201.json': { 'DiagnosticReport.result INTAKE_FHIR_VALUE': 1 },
  'Immunization-example.json': { 'Immunization.isSubpotent INTAKE_FHIR_STATUS': 1 },
  'Immunization-historical.json': { 'Immunization.primarySource INTAKE_FHIR_STATUS': 1 },
  'Immunization-notGiven.json': { 'Immunization.status INTAKE_FHIR_STATUS': 1 },
};
const SUPPORTING = /^(?:Patient|Organization|Location|Practitioner|PractitionerRole|Specimen|Device)-/;

/** None of the examples is a COVID-19 test; a resource of another kind gives nothing by itself. */
function expectedOf(name: string): Readonly<Record<string, number>> | undefined {
  if (/^(?:Bundle|Immunization|DiagnosticReport)-/.test(name)) return OUTCOMES[name];
  return name.startsWith('Observation-')
    ? { 'Observation.code INTAKE_FHIR_CODE': 1 }
    : { 'resourceType INTAKE_FHIR_RESOURCE': 1 };
}

async function outcomeOf(path: string): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const line of summarise(await readAllRows('application/fhir+json', readFileSync(path)))) {
    const summary = line.replace(/^\d+ /, '');
    counts[summary] = (counts[summary] ?? 0) + 1;
  }
  return counts;
}

describeCorpus('fhir-r4-examples', (folder) => {
  for (const name of filesOf(folder)) {
    it(`${name} is taken in or refused with field and reason`, () =>
      expectTakenOrNamed('application/fhir+json', join(folder, name)));
  }

  const files = filesOf(folder);

  // The corpus comes in two halves, and this is one of them.
  const isKnownHalf = files.length === 89 && Object.keys(OUTCOMES).every((name) => files.includes(name));
  const onKnownHalf = isKnownHalf ? it : it.skip;

  onKnownHalf('gives for each file exactly the rows that its content asks for', async () => {
    for (const name of files)
      expect(await outcomeOf(join(folder, name)), name).to.deep.equal(expectedOf(name));
  });

  onKnownHalf('in all: 199 rows, none taken, each refused for one of eight reasons', async () => {
    const sums: Record<string, number> = {};
    for (const name of files) {
      for (const [summary, count] of Object.entries(await outcomeOf(join(folder, name)))) {
        sums[summary] = (sums[summary] ?? 0) + count;
      }
    }
    expect(sums).to.deep.equal({
      'Observation.code INTAKE_FHIR_CODE': 149,
      'resourceType INTAKE_FHIR_RESOURCE': 41,
      'Bundle.type INTAKE_FHIR_BUNDLE_TYPE': 4,
      'Bundle.entry INTAKE_NOTHING_TO_ISSUE': 1,
      'DiagnosticReport.result INTAKE_FHIR_VALUE': 1,
      'Immunization.isSubpotent INTAKE_FHIR_STATUS': 1,
      'Immunization.primarySource INTAKE_FHIR_STATUS': 1,
      'Immunization.status INTAKE_FHIR_STATUS': 1,
    });
  });

  onKnownHalf('as NDJSON give as many rows as one by one, less those without record', async () => {
    const singles = files.filter((name) => !name.startsWith('Bundle-'));
    const texts = singles.map((name) => JSON.stringify(JSON.parse(readFileSync(join(folder, name), 'utf8'))));
    const rows = await readAllRows('application/fhir+ndjson', texts.join('\n'));
    const supporting = singles.filter((name) => SUPPORTING.test(name)).length;
    expect(rows.length).to.equal(singles.length - supporting);
    expect(rows.some((row) => 'record' in row)).to.equal(false);
  });
});

describeCorpus('synthea-csv', (folder) => {
  const outcomes: Readonly<Record<string, string>> = {
    'conditions.csv': '1 PATIENT INTAKE_CSV_FOREIGN',
    'encounters.csv': '1 ENCOUNTERCLASS INTAKE_CSV_FOREIGN',
    'immunizations.csv': '1 PATIENT INTAKE_CSV_FOREIGN',
    'observations.csv': '1 PATIENT INTAKE_CSV_FOREIGN',
    'organizations.csv': '1 NAME INTAKE_CSV_FOREIGN',
    'patients.csv': '1 Id INTAKE_CSV_FOREIGN',
    'providers.csv': '1 SPECIALITY INTAKE_CSV_FOREIGN',
  };
  for (const name of filesOf(folder)) {
    it(`${name} is refused at its header, by one column and with the reason`, async () => {
      const rows = await readAllRows('text/csv', readFileSync(join(folder, name)));
      expect(summarise(rows)).to.deep.equal([outcomes[name]]);
      expect(JSON.stringify(rows)).to.include(`Synthea's ${name}`);
    });
  }

  it('has nothing that could be issued: no dose has a number, no name is one of a document', () => {
    const columns = (name: string): readonly string[] =>
      readFileSync(join(folder, name), 'utf8').split('\n', 1)[0]?.trim().split(',') ?? [];
    expect(columns('immunizations.csv').filter((column) => /DOSE|SERIES/.test(column))).to.deep.equal([]);
    const [header = [], ...patients] = readFileSync(join(folder, 'patients.csv'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    const last = header.indexOf('LAST');
    expect(patients).to.not.deep.equal([]);
    for (const patient of patients) expect(patient[last]).to.match(/\d/);
  });
});

describeCorpus('divoc', (folder) => {
  for (const name of filesOf(join(folder, 'bulk-input'))) {
    const mediaType = name.endsWith('.csv') ? 'text/csv' : 'application/json';
    it(`${name} has another form: refused with field and reason`, async () => {
      const path = join(folder, 'bulk-input', name);
      await expectTakenOrNamed(mediaType, path);
      const rows = await readAllRows(mediaType, readFileSync(path));
      expect(rows.some((row) => 'record' in row)).to.equal(false);
    });
  }
});
