import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HealthRecord } from '../../../core/record/record.ts';
import { validityOf } from '../../../core/record/validity.ts';
import type { IntakeMediaType } from '../../../issuer/intake/intake.ts';
import { movedTo } from '../../../scripts/demo/seed-file.ts';
import { readAllRows, recordsOf, summarise } from './read-all.ts';

const FILES: readonly (readonly [
  name: string,
  mediaType: IntakeMediaType,
  good: number,
  refused: readonly string[],
])[] = [
  [
    'hk-vaccinations.csv',
    'text/csv',
    38,
    [
      '11 docNumber RECORD_DOCUMENT_CHECK_DIGIT',
      '23 date RECORD_DATE_INVALID',
      '35 product RECORD_FIELD_FORMAT',
      '35 doseNumber RECORD_DOSE_ORDER',
    ],
  ],
  [
    'hk-other-records.csv',
    'text/csv',
    7,
    [
      '5 recoveredOn RECORD_DATE_ORDER',
      '8 validUntil RECORD_VALIDITY_TOO_LONG',
      '11 symptoms RECORD_ANSWERS_CONTRADICT',
    ],
  ],
  ['gd-tests.csv', 'text/csv', 18, ['7 collectedAt RECORD_FIELD_FORMAT', '14 result RECORD_CODE_SYSTEM']],
  [
    'mo-bundle.json',
    'application/fhir+json',
    26,
    ['34 Immunization.status INTAKE_FHIR_STATUS', '45 Observation.effectiveDateTime RECORD_FIELD_FORMAT'],
  ],
];

describe("the demonstration's files", () => {
  for (const [name, mediaType, good, refused] of FILES) {
    it(`${name}: ${good} records, and each bad row with its reason`, async () => {
      const rows = await readAllRows(mediaType, demoFile(name));
      expect(recordsOf(rows)).to.have.lengthOf(good);
      expect(summarise(rows).filter((line) => !line.endsWith(' ok'))).to.deep.equal(refused);
    });
  }

  it('hk-other-records.csv is as good on any later day, when it is taken as that day’s', async () => {
    const name = 'hk-other-records.csv';
    const text = new TextDecoder().decode(demoFile(name));
    for (const nowMs of [Date.UTC(2024, 1, 29), Date.UTC(2026, 11, 31, 17), Date.UTC(2035, 5, 1, 12)]) {
      const rows = await readAllRows('text/csv', movedTo(nowMs, text), { nowSeconds: nowMs / 1000 });
      expect(summarise(rows).filter((line) => !line.endsWith(' ok'))).to.deep.equal(
        FILES.find(([file]) => file === name)?.[3],
      );
      const ends = recordsOf(rows).map((record) => validityOf(record).expiresAtSeconds ?? 0);
      expect(ends.every((end) => end > nowMs / 1000)).to.equal(true);
    }
  });

  it('are specimens: every document number is of a range that is not given out', async () => {
    const records: HealthRecord[] = [];
    for (const [name, mediaType] of FILES)
      records.push(...recordsOf(await readAllRows(mediaType, demoFile(name))));
    const documents = records.flatMap(({ subject }) => [subject, ...(subject.linked ?? [])]);
    for (const { docNumber } of documents) {
      expect(docNumber).to.match(
        /^(?:[QX]\d{6}\([\dA]\)|SPEC\d+|440000\d{11}[\dX]|[CH]99\d{6}|9\d{6}\(\d\))$/,
      );
    }
  });
});

function demoFile(name: string): Uint8Array {
  return readFileSync(new URL(`../../../scripts/demo/${name}`, import.meta.url));
}
