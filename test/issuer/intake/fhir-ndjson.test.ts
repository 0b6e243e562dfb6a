import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { readRecords } from '../../../issuer/intake/intake.ts';
import { START_SECONDS } from '../../support/consortium.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { bundleOf, IMMUNIZATION, OBSERVATION, PATIENT, type Json } from './fhir-samples.ts';
import { readAllRows, recordsOf, summarise } from './read-all.ts';

const NDJSON = 'application/fhir+ndjson';

function linesOf(...resources: readonly unknown[]): string {
  return resources.map((resource) => `${JSON.stringify(resource)}\n`).join('');
}

async function readLines(text: string, limits = {}): ReturnType<typeof readAllRows> {
  return readAllRows(NDJSON, text, { country: 'HK', limits });
}

async function summaryOf(text: string, limits = {}): Promise<readonly string[]> {
  return summarise(await readLines(text, limits));
}

describe('FHIR NDJSON intake', () => {
  it('gives the records that the same resources give in a Bundle', async () => {
    const resources = [PATIENT, IMMUNIZATION, OBSERVATION];
    const bundle = JSON.stringify(bundleOf(...resources));
    const fromBundle = await readAllRows('application/fhir+json', bundle, { country: 'HK' });
    expect(recordsOf(fromBundle)).to.have.lengthOf(2);
    expect(await readLines(linesOf(...resources))).to.deep.equal(fromBundle);
  });

  it('names the line, counts blank ones, and takes CRLF and a last line without end', async () => {
    const text = `\uFEFF${linesOf(PATIENT)}\r\n\n{"resourceType":"Group"}\r\nnot JSON\n${JSON.stringify(IMMUNIZATION)}`;
    expect(await summaryOf(text)).to.deep.equal([
      '4 resourceType INTAKE_FHIR_RESOURCE',
      '5  INTAKE_JSON_INVALID',
      '6 ok',
    ]);
  });

  const { id: _, ...anonymous } = PATIENT;
  const { subject: __, ...unsaid } = OBSERVATION;
  const contained = { ...IMMUNIZATION, contained: [PATIENT], patient: { reference: '#p' } };
  const beside = {
    resourceType: 'DiagnosticReport',
    status: 'final',
    result: [{ reference: 'Observation/o' }],
  };
  const around = {
    ...beside,
    contained: [PATIENT, { ...unsaid, id: 'o' }],
    subject: { reference: '#p' },
    result: [{ reference: '#o' }],
  };
  const cases: readonly (readonly [rule: string, lines: readonly unknown[], problems: readonly string[]])[] =
    [
      ['a Patient within its resource', [contained], ['1 ok']],
      ['a report with its results within', [around], ['1 ok']],
      [
        'a report whose results stand in lines of their own',
        [PATIENT, OBSERVATION, beside],
        ['2 ok', '3 DiagnosticReport.result[0] INTAKE_FHIR_REFERENCE'],
      ],
      [
        'a Patient that comes later',
        [IMMUNIZATION, PATIENT],
        ['1 Immunization.patient INTAKE_FHIR_REFERENCE'],
      ],
      ['a Patient without id', [anonymous, IMMUNIZATION], ['2 Immunization.patient INTAKE_FHIR_REFERENCE']],
      [
        'one of two Patients with the same id',
        [PATIENT, { ...PATIENT, birthDate: '1999' }, IMMUNIZATION],
        ['3 Immunization.patient INTAKE_FHIR_REFERENCE'],
      ],
      ['a Bundle in a line', [bundleOf(PATIENT, IMMUNIZATION)], ['1 resourceType INTAKE_FHIR_RESOURCE']],
      [
        'a line that is no resource',
        [[PATIENT], 7],
        ['1 resourceType INTAKE_FHIR_RESOURCE', '2 resourceType INTAKE_FHIR_RESOURCE'],
      ],
      ['only what gives no record', [PATIENT], ['0  INTAKE_NOTHING_TO_ISSUE']],
      ['nothing', [], ['0  INTAKE_NOTHING_TO_ISSUE']],
    ];
  for (const [rule, lines, problems] of cases) {
    it(`${rule}: ${problems.join(', ')}`, async () => {
      expect(await summaryOf(linesOf(...lines))).to.deep.equal(problems);
    });
  }

  it('a line too long, too deep or in another encoding spoils no other', async () => {
    const deep = `${'['.repeat(70)}${']'.repeat(70)}`;
    const [before, after] = [linesOf(PATIENT), linesOf(IMMUNIZATION)];
    const long = JSON.stringify({ resourceType: 'Group', text: 'x'.repeat(5000) });
    const text = new TextEncoder().encode(`${before}${long}\n${deep}\n@\n${after}`);
    text[text.indexOf(0x40)] = 0xff;
    const rows = await readAllRows(NDJSON, text, { country: 'HK', limits: { maxLineBytes: 4096 } });
    expect(summarise(rows)).to.deep.equal([
      '2  INTAKE_TOO_LARGE',
      '3  INTAKE_JSON_TOO_DEEP',
      '4  INTAKE_NOT_UTF8',
      '5 ok',
    ]);
  });

  it('forgets the least used Patients beyond its limit, and says so instead of guessing', async () => {
    const patient = (n: number): Json => ({ ...PATIENT, id: `p${n}` });
    const dose = (n: number): Json => ({ ...IMMUNIZATION, patient: { reference: `Patient/p${n}` } });
    const bytes = new TextEncoder().encode(JSON.stringify(patient(1))).length;
    const lines = linesOf(patient(1), patient(2), dose(1), patient(3), dose(1), dose(2), dose(3));
    expect(await summaryOf(lines, { maxKeptBytes: 2 * bytes })).to.deep.equal([
      '3 ok',
      '5 ok',
      '6 Immunization.patient INTAKE_FHIR_REFERENCE',
      '7 ok',
    ]);
  });

  it('holds one line at a time: a row comes out before the next piece is asked for', async () => {
    const pieces = [linesOf(PATIENT, IMMUNIZATION), linesOf(OBSERVATION)];
    let asked = 0;
    async function* body(): AsyncGenerator<Uint8Array> {
      for (const piece of pieces) {
        asked++;
        yield new TextEncoder().encode(piece);
      }
    }
    const seen: number[] = [];
    const options = { nowSeconds: START_SECONDS, country: 'HK' };
    for await (const row of readRecords({ mediaType: NDJSON, body: body() }, options)) {
      seen.push(asked);
      expect(row).to.have.property('record');
    }
    expect(seen).to.deep.equal([1, 2]);
  });

  it('reads a body in pieces of any size as it reads the whole', async () => {
    const bytes = new TextEncoder().encode(
      `\uFEFF${linesOf(PATIENT, IMMUNIZATION, { x: '陳' }, OBSERVATION)}`,
    );
    const whole = await readAllRows(NDJSON, bytes, { country: 'HK' });
    for (const size of [1, 2, 3, 7, 64]) {
      async function* pieces(): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      }
      expect(await readAllRows(NDJSON, pieces(), { country: 'HK' })).to.deep.equal(whole);
    }
  });

  it('any bytes give rows or problems, never an exception', async () => {
    const good = new TextEncoder().encode(linesOf(PATIENT, IMMUNIZATION, OBSERVATION));
    const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })), {
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(good.length), async (changes, end) => {
        const bytes = good.slice(0, end);
        for (const [at, byte] of changes) if (at < end) bytes[at] = byte;
        expect(await readAllRows(NDJSON, bytes, { country: 'HK' })).to.not.deep.equal([]);
      }),
      { numRuns: runs(300, 20_000), seed: testSeed },
    );
  });
});
