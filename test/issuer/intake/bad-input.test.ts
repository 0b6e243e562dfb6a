/** What a bad file does to an intake: every row is answered, by its number, and the good ones are records. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { INTAKE_MEDIA_TYPES, readRecords } from '../../../issuer/intake/intake.ts';
import type { IntakeProblem, IntakeRow } from '../../../issuer/intake/row.ts';
import { START_SECONDS, testRecord, vaccinationRecord } from '../../support/consortium.ts';
import { Random } from '../../support/random.ts';
import { EVERY_KIND } from '../../support/sample-records.ts';
import { isLongRun, runs, testSeed } from '../../support/scale.ts';
import { IMMUNIZATION, PATIENT } from './fhir-samples.ts';
import { readAllRows, recordsOf, summarise } from './read-all.ts';
import { toCsv } from './to-csv.ts';

const encoder = new TextEncoder();
const MEGABYTE = 1024 * 1024;
const PIECE_BYTES = 64 * 1024;

/** A body in pieces, as a request gives it. */
async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

/** Nothing is a record, everything has a place and a reason, and no reason is longer than a line. */
function expectRefused(rows: readonly IntakeRow[]): void {
  expect(rows).to.have.length.greaterThan(0);
  // A million rows: no assertion for each.
  const bad = rows.find((row) => 'record' in row || !isExplained(row.problems));
  expect(bad).to.equal(undefined);
}

function isExplained(problems: readonly IntakeProblem[]): boolean {
  return problems.length > 0 && problems.every(({ reason }) => reason.length > 5 && reason.length < 400);
}

describe('10 MB of nonsense', () => {
  const random = new Random(testSeed);
  const noise = random.bytes(10 * MEGABYTE);
  const kinds: readonly (readonly [what: string, bytes: Uint8Array])[] = [
    ['random bytes', noise],
    ['zeros', new Uint8Array(10 * MEGABYTE)],
    ['quotes', new Uint8Array(10 * MEGABYTE).fill(0x22)],
    ['commas', new Uint8Array(10 * MEGABYTE).fill(0x2c)],
    ['line feeds', new Uint8Array(10 * MEGABYTE).fill(0x0a)],
    ['open brackets', new Uint8Array(10 * MEGABYTE).fill(0x5b)],
    ['one word a line', encoder.encode('nonsense\n'.repeat((10 * MEGABYTE) / 9))],
    ['one JSON text', encoder.encode(`"${'x'.repeat(10 * MEGABYTE)}"`)],
  ];
  for (const mediaType of INTAKE_MEDIA_TYPES) {
    for (const [what, bytes] of kinds) {
      // A million bad lines are a million answers: enough of them for the long run.
      const isManyLines = mediaType === 'application/fhir+ndjson' && what === 'one word a line';
      (isManyLines && !isLongRun ? it.skip : it)(`of ${what} as ${mediaType} is refused`, async () => {
        expectRefused(await readAllRows(mediaType, piecesOf(bytes)));
      });
    }
  }

  it('under a good CSV header: every row of it is refused by its line, and a good row after it is taken', async () => {
    const [header = '', good = ''] = toCsv([vaccinationRecord()]).split('\n');
    const nonsense = 'nonsense,'.repeat(100);
    const lines = Array.from({ length: (10 * MEGABYTE) / nonsense.length }, () => nonsense);
    const rows = await readAllRows('text/csv', [header, ...lines, good, ''].join('\n'));
    expect(rows.map(({ row }) => row)).to.deep.equal(rows.map((_, i) => i + 2));
    expect(rows).to.have.lengthOf(lines.length + 1);
    expect(recordsOf(rows)).to.deep.equal([vaccinationRecord()]);
    expectRefused(rows.slice(0, -1));
  });
});

describe('half a file', () => {
  const records = [vaccinationRecord(), testRecord(), EVERY_KIND.recovery, EVERY_KIND.declaration];

  it('of CSV, cut at any byte: rows that ended are taken, the one that was cut is refused or whole', async () => {
    const bytes = encoder.encode(toCsv(records));
    const ends = [...bytes.entries()].flatMap(([at, byte]) => (byte === 0x0a ? [at] : []));
    for (let cut = (ends[0] ?? 0) + 1; cut < bytes.length; cut += 7) {
      const rows = await readAllRows('text/csv', bytes.subarray(0, cut));
      const ended = ends.filter((end) => end < cut).length - 1;
      const taken = recordsOf(rows.slice(0, ended));
      expect(taken, `cut at ${cut}`).to.deep.equal(records.slice(0, ended));
      const [rest] = rows.slice(ended);
      // A row that was cut within its last cell cannot be told from a shorter one; within any other it can.
      if (rest !== undefined && 'record' in rest) expect(ends).to.include(cut);
    }
  });

  it('of JSON or FHIR is no document: nothing of it is taken', async () => {
    const json = JSON.stringify(records);
    const fhir = JSON.stringify({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ resource: PATIENT }],
    });
    for (const [mediaType, text] of [
      ['application/json', json],
      ['application/fhir+json', fhir],
    ] as const) {
      for (const part of [0.1, 0.5, 0.9]) {
        const rows = await readAllRows(mediaType, text.slice(0, text.length * part));
        expect(summarise(rows)).to.deep.equal(['0  INTAKE_JSON_INVALID']);
      }
    }
  });

  it('of NDJSON: the lines that ended are taken, the one that was cut is refused', async () => {
    const lines = [PATIENT, IMMUNIZATION, IMMUNIZATION]
      .map((resource) => `${JSON.stringify(resource)}\n`)
      .join('');
    const rows = await readAllRows('application/fhir+ndjson', lines.slice(0, -20), { country: 'HK' });
    expect(summarise(rows)).to.deep.equal(['2 ok', '3  INTAKE_JSON_INVALID']);
  });

  it('whose sender fails: what was read is answered, and the failure is not hidden', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield encoder.encode(toCsv(records).slice(0, -10));
      throw new Error('the sender is gone');
    }
    const rows: IntakeRow[] = [];
    const source = { mediaType: 'text/csv', body: failing() } as const;
    const reading = (async () => {
      for await (const row of readRecords(source, { nowSeconds: START_SECONDS })) rows.push(row);
    })();
    const error: unknown = await reading.catch((thrown: unknown) => thrown);
    expect(error).to.be.an('error').with.property('message', 'the sender is gone');
    expect(recordsOf(rows)).to.deep.equal(records.slice(0, 3));
  });
});

describe('a bad row among many', () => {
  const COUNT = runs(8_000, 1_000_000);
  const bad = Math.floor(COUNT / 3);

  const PIECE_ROWS = 500;
  let made = 0;

  /** Made as it is read, so that only the reader can hold it. */
  async function* manyLines(header: string, lineOf: (n: number) => string): AsyncGenerator<Uint8Array> {
    yield encoder.encode(header);
    for (made = 0; made < COUNT;) {
      const lines = Array.from({ length: Math.min(PIECE_ROWS, COUNT - made) }, (_, i) => lineOf(made + i));
      made += lines.length;
      yield encoder.encode(lines.join(''));
    }
  }

  async function expectOneRefused(
    mediaType: 'text/csv' | 'application/fhir+ndjson',
    body: AsyncIterable<Uint8Array>,
    {
      firstRow,
      every,
      problem,
    }: { readonly firstRow: number; readonly every: number; readonly problem: string },
  ): Promise<void> {
    const options = { nowSeconds: START_SECONDS, country: 'HK' };
    const refused: IntakeRow[] = [];
    let seen = 0;
    for await (const row of readRecords({ mediaType, body }, options)) {
      if (row.row !== firstRow + seen * every) throw new Error(`row ${row.row} came after ${seen} rows`);
      seen++;
      if (!('record' in row)) refused.push(row);
      if (made - seen > PIECE_ROWS) throw new Error(`${made - seen} rows were held at row ${row.row}`);
    }
    expect(seen).to.equal(COUNT);
    expect(summarise(refused)).to.deep.equal([`${firstRow + bad * every} ${problem}`]);
  }

  it(`CSV: one in ${COUNT} is named, all others come out in their order`, async () => {
    const [header = '', line = ''] = toCsv([vaccinationRecord({ centre: 'X' })]).split('\n');
    const body = manyLines(`${header}\n`, (n) => {
      const own = line.replace('HKID,A123456(3),HK', `PASSPORT,K${10_000_000 + n},HK`);
      return `${n === bad ? own.replace('2022-02-10', '2022-02-30') : own}\n`;
    });
    await expectOneRefused('text/csv', body, { firstRow: 2, every: 1, problem: 'date RECORD_DATE_INVALID' });
  });

  it(`NDJSON: one in ${COUNT} is named, all others come out in their order`, async () => {
    const body = manyLines('', (n) => {
      const patient = {
        ...PATIENT,
        id: `p${n}`,
        identifier: [{ system: 'urn:hcl:document:PASSPORT:HK', value: `K${10_000_000 + n}` }],
      };
      const status = n === bad ? 'not-done' : 'completed';
      const dose = { ...IMMUNIZATION, status, patient: { reference: `Patient/p${n}` } };
      return `${JSON.stringify(patient)}\n${JSON.stringify(dose)}\n`;
    });
    const problem = 'Immunization.status INTAKE_FHIR_STATUS';
    await expectOneRefused('application/fhir+ndjson', body, { firstRow: 2, every: 2, problem });
  });
});

describe('bad values', () => {
  it('of every field of every kind, in every wrong type, are named by their field', async () => {
    const wrong: readonly unknown[] = [
      null,
      true,
      1.5,
      -1,
      '',
      'x'.repeat(2000),
      [],
      [[]],
      {},
      { a: 1 },
      '\u0000',
    ];
    for (const record of Object.values(EVERY_KIND)) {
      for (const field of Object.keys(record)) {
        const rows = await readAllRows(
          'application/json',
          JSON.stringify(wrong.map((value) => ({ ...record, [field]: value }))),
        );
        for (const [i, row] of rows.entries()) {
          const what = `${record.type} ${field} ${JSON.stringify(wrong[i]).slice(0, 20)}`;
          if ('record' in row) throw new Error(`${what} was taken`);
          const fields = row.problems.map((problem) => problem.field.split('.', 1)[0]);
          expect(fields, what).to.include(field);
        }
        expect(rows).to.have.lengthOf(wrong.length);
      }
    }
  });

  it('an unknown field of every kind is named, beside whatever else is wrong', async () => {
    const records = Object.values(EVERY_KIND).map((record) => ({ ...record, colour: 'blue', country: 'UK' }));
    const rows = await readAllRows('application/json', JSON.stringify(records));
    const expected = rows.flatMap((_, i) => [
      `${i + 1} colour RECORD_FIELD_UNKNOWN`,
      `${i + 1} country RECORD_COUNTRY_UNKNOWN`,
    ]);
    expect(summarise(rows)).to.deep.equal(expected);
  });

  it('a day or time in the future of every kind is named', async () => {
    const cases: readonly (readonly [object, field: string, problem: string])[] = [
      [EVERY_KIND.vaccination, 'date', 'RECORD_DATE_IN_FUTURE'],
      [EVERY_KIND.test, 'collectedAt', 'RECORD_DATE_IN_FUTURE'],
      [EVERY_KIND.test, 'reportedAt', 'RECORD_DATE_IN_FUTURE'],
      [EVERY_KIND.recovery, 'firstPositiveOn', 'RECORD_DATE_IN_FUTURE'],
      [EVERY_KIND.recovery, 'recoveredOn', 'RECORD_DATE_IN_FUTURE'],
      [EVERY_KIND.exemption, 'assessedOn', 'RECORD_DATE_IN_FUTURE'],
      [EVERY_KIND.declaration, 'declaredAt', 'RECORD_DATE_IN_FUTURE'],
      [EVERY_KIND.declaration, 'contactOn', 'RECORD_DATE_IN_FUTURE'],
    ];
    for (const [record, field, problem] of cases) {
      const future = field.endsWith('At') ? '2023-01-01T00:00:00+08:00' : '2023-01-01';
      const rows = await readAllRows('application/json', JSON.stringify({ ...record, [field]: future }));
      expect(summarise(rows), field).to.include(`1 ${field} ${problem}`);
    }
  });
});
