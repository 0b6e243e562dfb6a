/** FHIR out and in again is the same record. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { findProduct } from '../../../core/record/products.ts';
import type { Code, DocumentRef, HealthRecord } from '../../../core/record/record.ts';
import { validateRecord } from '../../../core/record/validate.ts';
import { VALUE_SETS, type CodedFact } from '../../../core/record/value-sets.ts';
import { toFhirBundle } from '../../../issuer/fhir/bundle.ts';
import { objectOf } from '../../../issuer/intake/fhir-element.ts';
import { START_SECONDS, testRecord, vaccinationRecord } from '../../support/consortium.ts';
import { EVERY_KIND, HOME_VISIT_PERMIT } from '../../support/sample-records.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { readAllRows, recordsOf, summarise } from '../intake/read-all.ts';

/** What intake makes of the FHIR form of `record`. */
async function backAndForth(record: HealthRecord): Promise<unknown> {
  const bundle = toFhirBundle(record, 'record-1');
  const rows = await readAllRows('application/fhir+json', JSON.stringify(bundle));
  const [again, ...others] = recordsOf(rows);
  expect(others).to.deep.equal([]);
  return again ?? summarise(rows);
}

function codesOf(fact: CodedFact, ...others: readonly Code[]): fc.Arbitrary<Code> {
  return fc.constantFrom(...VALUE_SETS[fact].entries.map(({ code }) => code), ...others);
}

/** `facts`, of which those in `optional` may be absent. */
function withOptional<Facts extends object>(
  facts: { readonly [Name in keyof Facts]: fc.Arbitrary<Facts[Name]> },
  optional: readonly (keyof Facts & string)[],
): fc.Arbitrary<Partial<Facts>> {
  const requiredKeys = Object.keys(facts).filter((name) => !optional.some((other) => other === name));
  return fc.record(facts, { requiredKeys: requiredKeys as never[] }) as fc.Arbitrary<Partial<Facts>>;
}

const document: fc.Arbitrary<DocumentRef> = fc.constantFrom<DocumentRef>(
  { docType: 'HKID', docNumber: 'A123456(3)', docIssuer: 'HK' },
  { docType: 'PASSPORT', docNumber: 'K0000001', docIssuer: 'PT' },
  { docType: 'MOBIR', docNumber: '1234567(8)', docIssuer: 'MO' },
  { docType: 'CNID', docNumber: '11010519491231002X', docIssuer: 'CN' },
  { docType: 'EEP', docNumber: 'C12345678', docIssuer: 'CN' },
  { docType: 'OTHER', docNumber: '1234567', docIssuer: 'TH' },
);
const subject = fc
  .tuple(
    document,
    withOptional(
      {
        nameEn: fc.constantFrom(
          'CHAN, TAI MAN',
          'DA SILVA, JOÃO',
          'MADONNA',
          'A, B, C',
          "O'NEIL,X",
          'LEE TAI MAN',
        ),
        nameZh: fc.constantFrom('陳大文', '歐陽 明', '張 (小)'),
        dob: fc.constantFrom('1980', '1980-02', '1980-02-29'),
        sex: fc.constantFrom('F', 'M', 'X', 'U'),
        linked: fc.constantFrom(
          [HOME_VISIT_PERMIT],
          [HOME_VISIT_PERMIT, { ...HOME_VISIT_PERMIT, docNumber: 'M87654321' }],
        ),
      },
      ['sex', 'linked', 'nameZh'],
    ),
  )
  .map(([main, facts]) => ({ ...facts, ...main }));
const country = fc.constantFrom('HK', 'MO', 'CN', 'TH');
const words = fc.constantFrom('CVC-023', 'Laboratório 1', '廣東示範檢驗中心', 'a "b" & c');

const vaccination = withOptional(
  {
    type: fc.constant('vaccination'),
    subject,
    disease: codesOf('disease'),
    prophylaxis: codesOf('prophylaxis'),
    product: codesOf('product', 'cvx|140', 'icd11|XM0ABC', 'hcl|local-1'),
    manufacturer: codesOf('manufacturer', 'eu|ORG-1', 'eu|Somebody', 'hcl|local-1'),
    doseNumber: fc.integer({ min: 1, max: 5 }),
    seriesDoses: fc.integer({ min: 5, max: 20 }),
    date: fc.constantFrom('2021-03-01', '2022-12-21'),
    lot: fc.constantFrom('B202106027', 'FA 7338', '1'),
    lotExpiresOn: fc.constantFrom('2022-12-21', '2030-01-01'),
    centre: words,
    practitioner: fc.constant('M01234'),
    country,
  },
  ['prophylaxis', 'manufacturer', 'seriesDoses', 'lot', 'lotExpiresOn', 'centre', 'practitioner'],
);
const test = withOptional(
  {
    type: fc.constant('test'),
    subject,
    disease: codesOf('disease'),
    method: codesOf('method'),
    specimen: codesOf('specimen', 'icd11|XA1', 'hcl|local-1'),
    result: codesOf('result'),
    specimenId: fc.constantFrom('CTC2-8F3K9W2', '7'),
    kit: words,
    collectedAt: fc.constantFrom('2022-12-20T09:15:00+08:00', '2022-12-20T01:15:00.5Z'),
    reportedAt: fc.constantFrom('2022-12-20T21:00:00+08:00', '2022-12-21T00:00:00Z'),
    laboratory: words,
    country,
  },
  ['specimen', 'specimenId', 'kit', 'reportedAt'],
);

describe('FHIR out and in again', () => {
  it('is the same record, whatever it says and leaves out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(vaccination, test), async (written) => {
        const result = validateRecord(written, { nowSeconds: START_SECONDS });
        if (!('record' in result)) throw new Error(JSON.stringify(result));
        expect(await backAndForth(result.record)).to.deep.equal(result.record);
      }),
      { numRuns: runs(1000, 50_000), seed: testSeed },
    );
  });

  it("a product under another system's code comes back as the EU's", async () => {
    const record = vaccinationRecord({ product: 'cvx|511' });
    const product = findProduct('cvx|511')?.code;
    expect(product).to.equal('eu|CoronaVac');
    expect(await backAndForth(record)).to.deep.equal({ ...record, product });
  });

  it('in, out and in: the file of another house gives the same records twice', async () => {
    const file = readFileSync(new URL('../../../scripts/demo/mo-bundle.json', import.meta.url));
    const records = recordsOf(await readAllRows('application/fhir+json', file));
    expect(records).to.have.lengthOf(26);
    for (const record of records) expect(await backAndForth(record)).to.deep.equal(record);
  });

  it('says with R4 elements what R4 has elements for', () => {
    const [patient, immunization] = resourcesOf(vaccinationRecord());
    expect(patient).to.deep.include({
      birthDate: '1980-01-01',
      gender: 'male',
      identifier: [{ system: 'urn:hcl:document:HKID:HK', value: 'A123456(3)' }],
      name: [
        { use: 'official', text: 'CHAN, TAI MAN', family: 'CHAN', given: ['TAI', 'MAN'] },
        { use: 'official', text: '陳大文' },
      ],
    });
    expect(immunization).to.deep.include({
      status: 'completed',
      primarySource: true,
      occurrenceDateTime: '2022-02-10',
      lotNumber: 'B202106027',
      vaccineCode: {
        coding: [
          {
            system: 'http://ec.europa.eu/temp/vaccineproductname',
            code: 'CoronaVac',
            display: 'CoronaVac (Sinovac)',
          },
        ],
      },
    });
    expect(makerOf(vaccinationRecord())).to.deep.equal({
      system: 'http://ec.europa.eu/temp/vaccinemanufacturer',
      value: 'Sinovac-Biotech',
    });
    expect(makerOf(vaccinationRecord({ manufacturer: 'eu|ORG-100030215' }))).to.deep.equal({
      system: 'https://spor.ema.europa.eu/v1/organisations',
      value: 'ORG-100030215',
    });
    const [, observation] = resourcesOf(testRecord());
    expect(observation).to.deep.include({ status: 'final', effectiveDateTime: '2022-12-20T09:15:00+08:00' });
    expect(observation).to.not.have.property('extension');
  });

  it('has no form for a recovery, an exemption and a declaration', () => {
    for (const type of ['recovery', 'exemption', 'declaration'] as const) {
      expect(toFhirBundle(EVERY_KIND[type], 'record-1')).to.equal(undefined);
    }
  });
});

function makerOf(record: HealthRecord): unknown {
  return objectOf(objectOf(resourcesOf(record)[1], 'manufacturer'), 'identifier');
}

function resourcesOf(record: HealthRecord): readonly object[] {
  return (toFhirBundle(record, 'record-1')?.entry ?? []).map(({ resource }) => resource);
}
