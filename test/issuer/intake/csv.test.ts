import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { validateRecord } from '../../../core/record/validate.ts';
import { START_SECONDS, testRecord, vaccinationRecord } from '../../support/consortium.ts';
import { EVERY_KIND, HOME_VISIT_PERMIT } from '../../support/sample-records.ts';
import { readAllRows, recordsOf, summarise } from './read-all.ts';
import { toCsv } from './to-csv.ts';

const HEADER =
  'type,nameEn,nameZh,dob,sex,docType,docNumber,docIssuer,disease,prophylaxis,product,manufacturer,doseNumber,' +
  'seriesDoses,date,lot,centre,practitioner,country,method,specimen,result,specimenId,kit,collectedAt,reportedAt,laboratory';

/** The line of a record under HEADER. */
function lineOf(record: object): string {
  // Records are flat but for `subject`.
  const { subject, ...facts } = record as { readonly subject: object };
  const cells: Readonly<Record<string, string | number>> = { ...facts, ...subject };
  return HEADER.split(',')
    .map((name) => cells[name] ?? '')
    .map((cell) => (/[",]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell)))
    .join(',');
}

function fileOf(...lines: readonly string[]): string {
  return [HEADER, ...lines, ''].join('\n');
}

async function summaryOf(text: string): Promise<readonly string[]> {
  return summarise(await readAllRows('text/csv', text));
}

const GOOD = lineOf(vaccinationRecord());

describe('CSV intake', () => {
  it('takes vaccinations and tests from one file', async () => {
    const records = [vaccinationRecord(), testRecord()];
    expect(recordsOf(await readAllRows('text/csv', fileOf(...records.map(lineOf))))).to.deep.equal(records);
  });

  it('takes a byte order mark, CRLF, other column order and case, and spaces around cells', async () => {
    const text =
      '\uFEFFDOCNUMBER, docType ,type,NameZh,dob,product,doseNumber,date,country\r\n' +
      ' A1234563 ,HKID,vaccination,陳大文,1980,eu|CoronaVac,1,2022-02-10,HK\r\n';
    expect(recordsOf(await readAllRows('text/csv', text))).to.deep.equal([
      {
        type: 'vaccination',
        subject: { nameZh: '陳大文', dob: '1980', docType: 'HKID', docNumber: 'A123456(3)', docIssuer: 'HK' },
        disease: 'sct|840539006',
        product: 'eu|CoronaVac',
        doseNumber: 1,
        date: '2022-02-10',
        country: 'HK',
      },
    ]);
  });

  it("takes the issuer's country where the file has none, and only then", async () => {
    const text = (country: string, cell: string): string =>
      `type,nameZh,dob,docType,docNumber,product,doseNumber,date${country}\nvaccination,陳大文,1980,HKID,A1234563,eu|CoronaVac,1,2022-02-10${cell}\n`;
    const read = async (country: string, cell: string): Promise<readonly string[]> =>
      recordsOf(await readAllRows('text/csv', text(country, cell), { country: 'MO' })).map(
        (record) => record.country,
      );
    expect(await read('', '')).to.deep.equal(['MO']);
    expect(await read(',country', ',')).to.deep.equal(['MO']);
    expect(await read(',country', ',HK')).to.deep.equal(['HK']);
    expect(await summaryOf(text('', ''))).to.deep.equal(['1 country INTAKE_CSV_COLUMN_MISSING']);
  });

  it('takes every kind of record under the header of all columns, as it would take it as JSON', async () => {
    const records = Object.values(EVERY_KIND);
    const text = toCsv(records);
    expect(recordsOf(await readAllRows('text/csv', text))).to.deep.equal(records);
    expect(recordsOf(await readAllRows('application/json', JSON.stringify(records)))).to.deep.equal(records);
  });

  it('takes a list in a cell, with spaces and without the members that say nothing', async () => {
    const written =
      'stays,linked,symptoms,type,nameEn,dob,docType,docNumber,direction,contact,statement,declaredAt';
    const cells =
      ' CN:440400::2022-12-07:2022-12-18 ; MO:::2022-12-18 : 2022-12-20,' +
      'HVP:h12345678;PASSPORT:CA123456:PT,sct|49727002 ;sct|386661006,' +
      'declaration,"CHAN, TAI MAN",1980,HKID,A1234563,hcl|inbound,hcl|no,v1,2022-12-20T20:00:00+08:00';
    const [record] = recordsOf(await readAllRows('text/csv', `${written}\n${cells}\n`, { country: 'HK' }));
    expect(record).to.deep.include({
      stays: [
        { country: 'CN', region: '440400', from: '2022-12-07', to: '2022-12-18' },
        { country: 'MO', from: '2022-12-18', to: '2022-12-20' },
      ],
      symptoms: ['sct|49727002', 'sct|386661006'],
    });
    expect(record?.subject.linked).to.deep.equal([
      HOME_VISIT_PERMIT,
      { docType: 'PASSPORT', docNumber: 'CA123456', docIssuer: 'PT' },
    ]);
  });

  it('names the place in a list, and tells the document of the row from a linked one', async () => {
    const header = 'type,nameEn,dob,docType,docNumber,product,doseNumber,date,country,linked';
    const row = (docNumber: string, linked: string): string =>
      `vaccination,"CHAN, TAI MAN",1980,HKID,${docNumber},eu|CoronaVac,1,2022-02-10,HK,${linked}\n`;
    const text = `${header}\n${row('A1234564', 'HVP:1')}${row('A1234563', 'HVP:H12345678:CN:x')}${row('A1234563', ';')}`;
    expect(await summaryOf(text)).to.deep.equal([
      '2 docNumber RECORD_DOCUMENT_CHECK_DIGIT',
      '2 linked.0.docNumber RECORD_DOCUMENT_FORMAT',
      '3 linked.0 RECORD_FIELD_TYPE',
      '4 linked.0.docType RECORD_FIELD_MISSING',
      '4 linked.0.docNumber RECORD_FIELD_MISSING',
      '4 linked.0.docIssuer RECORD_FIELD_MISSING',
      '4 linked.1.docType RECORD_FIELD_MISSING',
      '4 linked.1.docNumber RECORD_FIELD_MISSING',
      '4 linked.1.docIssuer RECORD_FIELD_MISSING',
    ]);
  });

  it('an unknown lot is an absent fact', async () => {
    const [record] = recordsOf(
      await readAllRows('text/csv', fileOf(lineOf(vaccinationRecord({ lot: 'NDI' })))),
    );
    expect(record).to.not.have.property('lot');
  });

  it('names all that is wrong with a header, and reads no row', async () => {
    expect(await summaryOf(`type,colour,nameEn,nameEn,dob,"a\nb",docType\n${GOOD}\n`)).to.deep.equal([
      '1 colour INTAKE_CSV_COLUMN_UNKNOWN',
      '1  INTAKE_CSV_COLUMN_UNKNOWN',
      '1 nameEn INTAKE_CSV_COLUMN_TWICE',
      '1 docNumber INTAKE_CSV_COLUMN_MISSING',
      '1 country INTAKE_CSV_COLUMN_MISSING',
    ]);
  });

  it('does not repeat a first line that is no header', async () => {
    const rows = await readAllRows('text/csv', `${GOOD}\n`);
    expect(JSON.stringify(rows)).to.not.include('CHAN');
    expect(summarise(rows)).to.include('1 type INTAKE_CSV_COLUMN_MISSING');
  });

  const files: readonly (readonly [rule: string, text: string, summary: readonly string[]])[] = [
    ['an empty file', '', ['0  INTAKE_NOTHING_TO_ISSUE']],
    ['a file of blank lines', '\n\r\n \n', ['0  INTAKE_NOTHING_TO_ISSUE']],
    ['a row with a cell too many', fileOf(GOOD, `${GOOD},x`, GOOD), ['2 ok', '3  INTAKE_CSV_CELLS', '4 ok']],
    ['a row with a cell too few', fileOf('vaccination', GOOD), ['2  INTAKE_CSV_CELLS', '3 ok']],
    ['a stray quote', fileOf(GOOD.replace('CVC-023', 'CVC" 023'), GOOD), ['2  INTAKE_CSV_QUOTES', '3 ok']],
    [
      'text after a closing quote',
      fileOf(`"vaccination"x${GOOD.slice(11)}`, GOOD),
      ['2  INTAKE_CSV_QUOTES', '3 ok'],
    ],
    ['a quote that nothing closes', fileOf(GOOD, `${GOOD}"x`), ['2 ok', '3  INTAKE_CSV_QUOTES']],
    [
      'rows that a quote runs through, as one',
      fileOf(`${GOOD}"x`, GOOD, GOOD),
      ['2  INTAKE_CSV_QUOTES', '4 ok'],
    ],
    [
      'a row beyond 8 KiB',
      fileOf(GOOD.replace('CVC-023', 'x'.repeat(9000)), GOOD),
      ['2  INTAKE_TOO_LARGE', '3 ok'],
    ],
    [
      'a line break within a cell',
      fileOf(GOOD.replace('CVC-023', '"a\nb"'), GOOD),
      ['2 centre RECORD_TEXT_FORBIDDEN', '4 ok'],
    ],
    [
      'a record inside a quoted cell',
      fileOf(GOOD.replace('CVC-023', `"a\n${GOOD.replaceAll('"', '""')}\n"`)),
      ['2 centre RECORD_TEXT_FORBIDDEN'],
    ],
    [
      'a number that is none',
      fileOf(GOOD.replace(',3,3,', ',3,three,')),
      ['2 seriesDoses RECORD_FIELD_TYPE'],
    ],
    ['an empty type', fileOf(GOOD.slice(11)), ['2 type RECORD_TYPE_UNKNOWN']],
    ['a cell of the other kind', fileOf(`${GOOD}Lab`), ['2 laboratory RECORD_FIELD_UNKNOWN']],
  ];
  for (const [rule, text, summary] of files) {
    it(`names ${rule}; the other rows go through`, async () => {
      expect(await summaryOf(text)).to.have.members(summary);
    });
  }

  it('skips blank rows and rows of empty cells', async () => {
    expect(await summaryOf(fileOf('', GOOD, ','.repeat(26), '  ', GOOD))).to.deep.equal(['3 ok', '6 ok']);
  });

  it('names a row in another encoding; the others go through', async () => {
    // 陳大文 in Big5.
    const big5 = Uint8Array.of(0xb3, 0xaf, 0xa4, 0x6a, 0xa4, 0xe5);
    const [before, after] = fileOf(GOOD, GOOD.replace('陳大文', '@'), GOOD).split('@');
    const body = Buffer.concat([Buffer.from(before ?? ''), big5, Buffer.from(after ?? '')]);
    expect(summarise(await readAllRows('text/csv', body))).to.deep.equal([
      '2 ok',
      '3  INTAKE_NOT_UTF8',
      '4 ok',
    ]);
  });

  it('refuses UTF-16 at its header', async () => {
    const rows = await readAllRows('text/csv', Buffer.from(`\uFEFF${fileOf(GOOD)}`, 'utf16le'));
    expect(summarise(rows)).to.deep.equal(['1  INTAKE_NOT_UTF8']);
  });

  it('reports every problem of a row by its column', async () => {
    const bad = { ...vaccinationRecord({ date: '2022-02-30', country: 'UK' }), doseNumber: 0 };
    expect(await summaryOf(fileOf(lineOf(bad)))).to.have.members([
      '2 date RECORD_DATE_INVALID',
      '2 country RECORD_COUNTRY_UNKNOWN',
      '2 doseNumber RECORD_FIELD_RANGE',
    ]);
  });

  it('reads a body in pieces of any size as it reads the whole', async () => {
    const bytes = Buffer.from(`\uFEFF${fileOf(GOOD, lineOf(testRecord()), 'x', GOOD)}`);
    const whole = await readAllRows('text/csv', bytes);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 50 }), async (size) => {
        expect(await readAllRows('text/csv', inPieces(bytes, size))).to.deep.equal(whole);
      }),
      { numRuns: 10 },
    );
  });

  it('holds one piece at a time: a row comes out before the next piece is asked for', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${HEADER}\n`);
      for (;;) {
        asked++;
        yield Buffer.from(`${GOOD}\n`);
      }
    }
    const { readRecords } = await import('../../../issuer/intake/intake.ts');
    let seen = 0;
    for await (const row of readRecords(
      { mediaType: 'text/csv', body: endless() },
      { nowSeconds: START_SECONDS },
    )) {
      expect('record' in row).to.equal(true);
      expect(asked).to.equal(++seen);
      if (seen === 100) break;
    }
  });

  it('any bytes give rows or problems, never an exception', async () => {
    const pieces = fc.constantFrom(HEADER, GOOD, '\n', ',', '"', '\r', 'x', '陳', '\u0000');
    await fc.assert(
      fc.asyncProperty(
        fc.array(pieces, { maxLength: 12 }),
        fc.uint8Array({ maxLength: 8 }),
        async (texts, noise) => {
          const rows = await readAllRows(
            'text/csv',
            Buffer.concat([Buffer.from(`${HEADER}\n${texts.join('')}`), noise]),
          );
          for (const record of recordsOf(rows)) {
            expect(validateRecord(record, { nowSeconds: START_SECONDS })).to.deep.equal({ record });
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
