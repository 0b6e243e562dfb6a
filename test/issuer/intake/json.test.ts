import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toIntakeMediaType } from '../../../issuer/intake/intake.ts';
import { testRecord, vaccinationRecord } from '../../support/consortium.ts';
import { readAllRows, recordsOf, summarise } from './read-all.ts';

describe('JSON intake', () => {
  it('takes one record, or an array of them', async () => {
    const records = [vaccinationRecord(), testRecord()];
    for (const value of [records, ...records]) {
      expect(recordsOf(await readAllRows('application/json', JSON.stringify(value)))).to.deep.equal(
        [value].flat(),
      );
    }
  });

  it('fills nothing in: our own model says everything itself', async () => {
    const { docIssuer: _, ...subject } = vaccinationRecord().subject;
    const rows = await readAllRows('application/json', JSON.stringify({ ...vaccinationRecord(), subject }));
    expect(summarise(rows)).to.deep.equal(['1 subject.docIssuer RECORD_FIELD_MISSING']);
  });

  const refused: readonly (readonly [rule: string, text: string, summary: readonly string[]])[] = [
    ['an empty body', '', ['0  INTAKE_JSON_INVALID']],
    ['half a document', JSON.stringify(vaccinationRecord()).slice(0, -1), ['0  INTAKE_JSON_INVALID']],
    ['an empty array', '[]', ['0  INTAKE_NOTHING_TO_ISSUE']],
    ['nesting beyond the limit', '['.repeat(65) + ']'.repeat(65), ['0  INTAKE_JSON_TOO_DEEP']],
    ['a million open brackets', '['.repeat(1_000_000), ['0  INTAKE_JSON_TOO_DEEP']],
    [
      'values that are no records',
      '[1,null,"x"]',
      ['1', '2', '3'].map((row) => `${row}  RECORD_NOT_AN_OBJECT`),
    ],
  ];
  for (const [rule, text, summary] of refused) {
    it(`names ${rule}`, async () => {
      expect(summarise(await readAllRows('application/json', text))).to.deep.equal(summary);
    });
  }

  it('brackets in a text do not count as depth', async () => {
    const text = JSON.stringify([{ x: '[{"\\"['.repeat(100) }]);
    expect(summarise(await readAllRows('application/json', text))).to.deep.equal([
      '1 type RECORD_TYPE_UNKNOWN',
    ]);
  });

  it('a text of millions of words refuses its own record only', async () => {
    const { subject } = vaccinationRecord();
    const long = { ...vaccinationRecord(), subject: { ...subject, nameEn: 'A '.repeat(4_000_000) } };
    const rows = await readAllRows('application/json', JSON.stringify([long, testRecord()]));
    expect(summarise(rows)).to.deep.equal(['1 subject.nameEn RECORD_FIELD_TOO_LONG', '2 ok']);
  });

  it('refuses a document of more values than its limit', async () => {
    const limits = { maxValues: 100 };
    const rows = await readAllRows('application/json', `[${'[],'.repeat(100)}[]]`, { limits });
    expect(summarise(rows)).to.deep.equal(['0  INTAKE_TOO_LARGE']);
    expect(
      summarise(await readAllRows('application/json', JSON.stringify(testRecord()), { limits })),
    ).to.deep.equal(['1 ok']);
  });

  it('stops reading a document that is too long', async () => {
    let isClosed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(1000);
      } finally {
        isClosed = true;
      }
    }
    const rows = await readAllRows('application/json', endless(), { limits: { maxDocumentBytes: 5000 } });
    expect(summarise(rows)).to.deep.equal(['0  INTAKE_TOO_LARGE']);
    expect(isClosed).to.equal(true);
  });

  it('refuses bytes that are no UTF-8', async () => {
    const rows = await readAllRows('application/json', Uint8Array.of(0x22, 0xff, 0x22));
    expect(summarise(rows)).to.deep.equal(['0  INTAKE_NOT_UTF8']);
  });
});

describe('intake media types', () => {
  it('are known with their parameters and in any case', () => {
    expect(toIntakeMediaType('Text/CSV; charset=utf-8')).to.equal('text/csv');
    expect(toIntakeMediaType('application/fhir+json;fhirVersion=4.0')).to.equal('application/fhir+json');
    expect(toIntakeMediaType('application/xml')).to.equal(undefined);
  });
});
