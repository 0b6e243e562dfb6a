import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { testRecord, vaccinationRecord } from '../../support/consortium.ts';
import { HOME_VISIT_PERMIT } from '../../support/sample-records.ts';
import { runs } from '../../support/scale.ts';
import { bundleOf, concept, IMMUNIZATION, OBSERVATION, PATIENT, SNOMED, type Json } from './fhir-samples.ts';
import { readAllRows, recordsOf, summarise } from './read-all.ts';

async function readFhir(value: unknown): ReturnType<typeof readAllRows> {
  return readAllRows('application/fhir+json', JSON.stringify(value), { country: 'HK' });
}

async function summaryOf(value: unknown): Promise<readonly string[]> {
  return summarise(await readFhir(value));
}

/** The record of the only row that is one. */
async function recordOf(...resources: readonly Json[]): Promise<Json> {
  const rows = await readFhir(bundleOf(...resources));
  const [record] = recordsOf(rows);
  if (record === undefined) throw new Error(`no record: ${summarise(rows).join('; ')}`);
  return { ...record };
}

describe('FHIR R4 intake', () => {
  it('takes Immunization and Observation with their Patient', async () => {
    const { subject, disease, product, doseNumber, seriesDoses, date, lot, centre, country } =
      vaccinationRecord();
    const vaccination = {
      type: 'vaccination',
      subject,
      disease,
      product,
      doseNumber,
      seriesDoses,
      date,
      lot,
      centre,
      country,
    };
    const { method, result, collectedAt, reportedAt, laboratory } = testRecord();
    const test = {
      type: 'test',
      subject,
      disease,
      method,
      result,
      collectedAt,
      reportedAt,
      laboratory,
      country,
    };
    const rows = await readFhir(bundleOf(PATIENT, IMMUNIZATION, OBSERVATION));
    expect(rows).to.deep.equal([
      { row: 2, record: vaccination },
      { row: 3, record: test },
    ]);
  });

  it('takes one resource with its Patient contained', async () => {
    const contained = { ...IMMUNIZATION, contained: [PATIENT], patient: { reference: '#p' } };
    expect(await summaryOf(contained)).to.deep.equal(['1 ok']);
  });

  it('takes place, country, specimen and kit from the resources that are referred to', async () => {
    const record = await recordOf(
      PATIENT,
      { resourceType: 'Organization', id: 'lab', name: 'Laboratório', address: [{ country: 'MAC' }] },
      {
        resourceType: 'Specimen',
        id: 's',
        type: concept(SNOMED, '119342007'),
        accessionIdentifier: { value: 'S-1' },
        collection: { collectedDateTime: '2022-12-20T08:00:00+08:00' },
      },
      { resourceType: 'Device', id: 'd', deviceName: [{ name: 'Kit 1' }] },
      {
        ...OBSERVATION,
        performer: [{ reference: 'Organization/lab' }],
        specimen: { reference: 'Specimen/s' },
        device: { reference: 'Device/d' },
      },
    );
    expect(record).to.deep.include({
      laboratory: 'Laboratório',
      country: 'MO',
      specimen: 'sct|119342007',
      specimenId: 'S-1',
      kit: 'Kit 1',
      collectedAt: '2022-12-20T08:00:00+08:00',
    });
  });

  it('takes manufacturer and expiry of a lot, by reference or where they stand', async () => {
    const identifier = { system: 'http://ec.europa.eu/temp/vaccinemanufacturer', value: 'Sinovac-Biotech' };
    const maker = { resourceType: 'Organization', id: 'm', identifier: [{ value: 'x' }, identifier] };
    const given: readonly Json[] = [{ identifier }, { reference: 'Organization/m' }];
    for (const manufacturer of given) {
      const dose = { ...IMMUNIZATION, manufacturer, expirationDate: '2022-06-30' };
      const record = await recordOf(PATIENT, maker, dose);
      expect(record).to.include({ manufacturer: 'eu|Sinovac-Biotech', lotExpiresOn: '2022-06-30' });
    }
    const late = { ...IMMUNIZATION, expirationDate: '2022-02-09' };
    expect(await summaryOf(bundleOf(PATIENT, late))).to.deep.equal([
      '2 Immunization.occurrenceDateTime RECORD_LOT_EXPIRED',
    ]);
  });

  for (const resourceType of ['Condition', 'QuestionnaireResponse']) {
    it(`refuses ${resourceType} and says how to send it`, async () => {
      const rows = await readFhir(bundleOf(PATIENT, { resourceType, subject: { reference: 'Patient/p' } }));
      expect(summarise(rows)).to.deep.equal(['2 resourceType INTAKE_FHIR_RESOURCE']);
      expect(JSON.stringify(rows)).to.include('as CSV or JSON');
    });
  }

  describe('references', () => {
    const at = (fullUrl: string, resource: Json): Json => ({ fullUrl, resource });
    const bundle = (...entry: readonly Json[]): Json => ({ resourceType: 'Bundle', type: 'batch', entry });
    const { id: _, ...anonymous } = PATIENT;
    const other = { ...PATIENT, birthDate: '1999' };
    const to = (reference: string): Json => ({ ...IMMUNIZATION, patient: { reference } });

    const found: readonly (readonly [rule: string, value: Json])[] = [
      ['a urn:uuid', bundle(at('urn:uuid:1', anonymous), at('urn:uuid:2', to('urn:uuid:1')))],
      [
        'an absolute URL',
        bundle(at('https://a/fhir/Patient/p', PATIENT), at('https://b/x', to('https://a/fhir/Patient/p'))),
      ],
      [
        'a version of a resource',
        bundle(at('https://a/Patient/p', PATIENT), at('urn:uuid:2', to('Patient/p/_history/3'))),
      ],
      [
        'a relative reference under its own base',
        bundle(
          at('https://a/Patient/p', other),
          at('https://b/Patient/p', PATIENT),
          at('https://b/Immunization/i', to('Patient/p')),
        ),
      ],
    ];
    for (const [rule, value] of found) {
      it(`finds ${rule}`, async () => {
        const [record] = recordsOf(await readFhir(value));
        expect(record?.subject.dob).to.equal('1980-01-01');
      });
    }

    const lost: readonly (readonly [rule: string, value: Json])[] = [
      ['a Patient that is not in the file', bundleOf(IMMUNIZATION)],
      ['a Patient elsewhere on the web', bundleOf(PATIENT, to('https://elsewhere/Patient/p'))],
      [
        'one of two with the same id',
        bundle(at('urn:uuid:1', PATIENT), at('urn:uuid:3', other), at('urn:uuid:2', to('Patient/p'))),
      ],
      ['something that is no Patient', bundleOf({ resourceType: 'Group', id: 'p' }, to('Group/p'))],
      [
        'a contained Patient of another resource',
        bundleOf({ ...OBSERVATION, contained: [PATIENT] }, to('#p')),
      ],
      ['nobody', bundleOf(PATIENT, { ...IMMUNIZATION, patient: { display: 'CHAN' } })],
    ];
    for (const [rule, value] of lost) {
      it(`does not guess ${rule}`, async () => {
        expect((await summaryOf(value)).at(-1)).to.match(/Immunization\.patient INTAKE_FHIR_REFERENCE$/);
      });
    }
  });

  describe('identity documents', () => {
    const type = (code: string): Json => concept('http://terminology.hl7.org/CodeSystem/v2-0203', code);
    const cases: readonly (readonly [rule: string, identifier: Json, document: string])[] = [
      ['our own system', { system: 'urn:hcl:document:MOBIR', value: '12345678' }, 'MOBIR 1234567(8) MO'],
      [
        'our own system with a country',
        { system: 'urn:hcl:document:OTHER:TH', value: '1234567' },
        'OTHER 1234567 TH',
      ],
      [
        'a passport by system',
        { system: 'http://hl7.org/fhir/sid/passport-PRT', value: 'N123456' },
        'PASSPORT N123456 PT',
      ],
      [
        'the Chinese resident identity number',
        { system: 'urn:oid:2.16.156.10011.1.3', value: '11010519491231002X' },
        'CNID 11010519491231002X CN',
      ],
      [
        'a passport by type',
        { type: type('PPN'), assigner: { display: 'GBR' }, value: '123456789' },
        'PASSPORT 123456789 GB',
      ],
      ['a national number of a country', { type: type('NNMAC'), value: '1234567(8)' }, 'MOBIR 1234567(8) MO'],
      [
        'a national id by assigner',
        { type: type('NI'), assigner: { display: 'HK' }, value: 'A1234563' },
        'HKID A123456(3) HK',
      ],
      [
        'a national id of elsewhere',
        { type: type('NI'), assigner: { display: 'TH' }, value: '1234567' },
        'OTHER 1234567 TH',
      ],
    ];
    for (const [rule, identifier, document] of cases) {
      it(`takes ${rule}`, async () => {
        const [record] = recordsOf(
          await readFhir(bundleOf({ ...PATIENT, identifier: [identifier] }, IMMUNIZATION)),
        );
        const { docType, docNumber, docIssuer } = record?.subject ?? vaccinationRecord().subject;
        expect(`${docType} ${docNumber} ${docIssuer}`).to.equal(document);
      });
    }

    const refused: readonly (readonly [rule: string, identifier: readonly Json[]])[] = [
      ['a medical record number', [{ type: type('MR'), system: 'urn:oid:1.2.3', value: '1' }]],
      ['a passport of nobody', [{ type: type('PPN'), value: 'N123456' }]],
      ['a passport of no country', [{ system: 'http://hl7.org/fhir/sid/passport-ZZZ', value: 'N123456' }]],
      [
        'a secondary document alone',
        [{ use: 'secondary', system: 'urn:hcl:document:HKID', value: 'A1234563' }],
      ],
      ['an old document', [{ use: 'old', system: 'urn:hcl:document:HKID', value: 'A1234563' }]],
      ['no identifier', []],
    ];
    it('links a document that is marked as secondary, and no other', async () => {
      const first = { system: 'urn:hcl:document:HKID', value: 'A1234563' };
      const other = { system: 'urn:hcl:document:HVP', value: 'H12345678' };
      const identifier = [{ use: 'secondary', ...other }, first, { ...other, value: 'H87654321' }];
      const [record] = recordsOf(await readFhir(bundleOf({ ...PATIENT, identifier }, IMMUNIZATION)));
      expect(record?.subject).to.deep.include({ docType: 'HKID', linked: [HOME_VISIT_PERMIT] });
    });

    for (const [rule, identifier] of refused) {
      it(`refuses ${rule}, once`, async () => {
        expect(await summaryOf(bundleOf({ ...PATIENT, identifier }, IMMUNIZATION))).to.deep.equal([
          '2 Patient.identifier INTAKE_FHIR_IDENTIFIER',
        ]);
      });
    }
  });

  describe('names', () => {
    const cases: readonly (readonly [rule: string, name: readonly Json[], names: Json])[] = [
      [
        'official before usual',
        [
          { use: 'usual', text: 'TOM' },
          { use: 'official', family: 'CHAN', given: ['TAI'] },
        ],
        { nameEn: 'CHAN, TAI' },
      ],
      ['never a maiden name', [{ use: 'maiden', family: 'LEE' }, { family: 'CHAN' }], { nameEn: 'CHAN' }],
      [
        'Chinese without space',
        [{ use: 'official', family: '陳', given: ['大', '文'] }],
        { nameZh: '陳大文' },
      ],
      ['text where there are no parts', [{ text: 'CHAN, TAI MAN' }], { nameEn: 'CHAN, TAI MAN' }],
    ];
    for (const [rule, name, names] of cases) {
      it(rule, async () => {
        const { subject } = await recordOf({ ...PATIENT, name }, IMMUNIZATION);
        const { dob, sex, docType, docNumber, docIssuer } = vaccinationRecord().subject;
        expect(subject).to.deep.equal({ ...names, dob, sex, docType, docNumber, docIssuer });
      });
    }
  });

  const immunizations: readonly (readonly [rule: string, change: Json, summary: readonly string[]])[] = [
    ['a dose not given', { status: 'not-done' }, ['Immunization.status INTAKE_FHIR_STATUS']],
    ['an entry in error', { status: 'entered-in-error' }, ['Immunization.status INTAKE_FHIR_STATUS']],
    ['a sub-potent dose', { isSubpotent: true }, ['Immunization.isSubpotent INTAKE_FHIR_STATUS']],
    ['a dose at second hand', { primarySource: false }, ['Immunization.primarySource INTAKE_FHIR_STATUS']],
    ['a modifier extension', { modifierExtension: [{ url: 'x' }] }, ['modifierExtension INTAKE_FHIR_VALUE']],
    [
      'a product in words',
      { vaccineCode: { text: 'Fluvax' } },
      ['Immunization.vaccineCode INTAKE_FHIR_CODE'],
    ],
    [
      'COVID-19 vaccine, unspecified',
      { vaccineCode: concept('http://hl7.org/fhir/sid/cvx', '213') },
      ['Immunization.vaccineCode INTAKE_FHIR_CODE'],
    ],
    [
      'a product whose disease nobody names',
      { vaccineCode: concept('http://hl7.org/fhir/sid/cvx', '140') },
      ['Immunization.protocolApplied.targetDisease RECORD_FIELD_MISSING'],
    ],
    [
      'a date in words',
      { occurrenceDateTime: undefined, occurrenceString: 'January 2012' },
      ['Immunization.occurrenceString INTAKE_FHIR_VALUE'],
    ],
    [
      'a year for a date',
      { occurrenceDateTime: '2022' },
      ['Immunization.occurrenceDateTime RECORD_FIELD_FORMAT'],
    ],
    [
      'no dose number',
      { protocolApplied: undefined },
      ['Immunization.protocolApplied.doseNumber RECORD_FIELD_MISSING'],
    ],
    [
      'a dose number in words',
      { protocolApplied: [{ doseNumberString: 'booster' }] },
      ['Immunization.protocolApplied.doseNumber INTAKE_FHIR_VALUE'],
    ],
    [
      'a lot of another type',
      { lotNumber: 'x'.repeat(30) },
      ['Immunization.lotNumber RECORD_FIELD_TOO_LONG'],
    ],
  ];
  for (const [rule, change, summary] of immunizations) {
    it(`refuses ${rule} by its FHIR element; the others go through`, async () => {
      const rows = await summaryOf(bundleOf(PATIENT, { ...IMMUNIZATION, ...change }, OBSERVATION));
      expect(rows).to.deep.equal([...summary.map((line) => `2 ${line}`), '3 ok']);
    });
  }

  const observations: readonly (readonly [rule: string, change: Json, summary: readonly string[]])[] = [
    [
      'a body weight',
      { code: concept('http://loinc.org', '29463-7') },
      ['Observation.code INTAKE_FHIR_CODE'],
    ],
    ['a preliminary result', { status: 'preliminary' }, ['Observation.status INTAKE_FHIR_STATUS']],
    ['a cancelled test', { status: 'cancelled' }, ['Observation.status INTAKE_FHIR_STATUS']],
    [
      'a result in words',
      { valueCodeableConcept: { text: 'negative' } },
      ['Observation.valueCodeableConcept INTAKE_FHIR_CODE'],
    ],
    [
      'results that contradict each other',
      {
        valueCodeableConcept: {
          coding: [
            { system: SNOMED, code: '260415000' },
            { system: SNOMED, code: '260373001' },
          ],
        },
      },
      ['Observation.valueCodeableConcept INTAKE_FHIR_CODE'],
    ],
    [
      'a day for the time',
      { effectiveDateTime: '2022-12-20' },
      ['Observation.effectiveDateTime RECORD_FIELD_FORMAT'],
    ],
    ['no laboratory', { performer: undefined }, ['Observation.performer RECORD_FIELD_MISSING']],
  ];
  for (const [rule, change, summary] of observations) {
    it(`refuses ${rule} by its FHIR element; the others go through`, async () => {
      const rows = await summaryOf(bundleOf(PATIENT, { ...OBSERVATION, ...change }, IMMUNIZATION));
      expect(rows).to.deep.equal([...summary.map((line) => `2 ${line}`), '3 ok']);
    });
  }

  it('refuses a resource too large to be read for every record, and what points to it', async () => {
    const large: readonly Json[] = [
      { ...PATIENT, name: Array.from({ length: 5000 }, () => ({ text: 'CHAN, TAI MAN' })) },
      { ...PATIENT, name: [{ text: 'A '.repeat(200_000) }] },
    ];
    for (const patient of large) {
      const rows = await summaryOf(
        bundleOf(
          patient,
          IMMUNIZATION,
          { ...PATIENT, id: 'q' },
          {
            ...OBSERVATION,
            subject: { reference: 'Patient/q' },
          },
        ),
      );
      expect(rows).to.deep.equal([
        '1 Bundle.entry.resource INTAKE_TOO_LARGE',
        '2 Immunization.patient INTAKE_FHIR_REFERENCE',
        '4 ok',
      ]);
    }
    const contained = { ...IMMUNIZATION, contained: [large[0]], patient: { reference: '#p' } };
    expect(await summaryOf(contained)).to.deep.equal(['1  INTAKE_TOO_LARGE']);
  });

  it('a name of a hundred thousand words refuses its own record only', async () => {
    const long = { ...PATIENT, name: [{ text: 'A '.repeat(100_000) }] };
    const rows = await summaryOf(
      bundleOf(
        long,
        IMMUNIZATION,
        { ...PATIENT, id: 'q' },
        {
          ...OBSERVATION,
          subject: { reference: 'Patient/q' },
        },
      ),
    );
    expect(rows).to.deep.equal(['2 Patient.name RECORD_FIELD_TOO_LONG', '4 ok']);
  });

  it("takes a laboratory's words for positive and negative", async () => {
    const resultFor = async (system: string, code: string): Promise<unknown> =>
      (await recordOf(PATIENT, { ...OBSERVATION, valueCodeableConcept: concept(system, code) }))['result'];
    expect(await resultFor(SNOMED, '10828004')).to.equal('sct|260373001');
    expect(await resultFor('http://loinc.org', 'LA6577-6')).to.equal('sct|260415000');
    expect(await resultFor(SNOMED, '82334004')).to.equal('sct|419984006');
  });

  it('says all that is wrong with the Patient and with the test in one row', async () => {
    const patient = { ...PATIENT, birthDate: undefined, name: undefined, gender: 'man' };
    const rows = await summaryOf(
      bundleOf(patient, { ...OBSERVATION, effectiveDateTime: '2023-01-01T00:00:00Z' }),
    );
    expect(rows).to.have.members([
      '2 Patient.name RECORD_NAME_MISSING',
      '2 Patient.birthDate RECORD_FIELD_MISSING',
      '2 Patient.gender RECORD_FIELD_FORMAT',
      '2 Observation.effectiveDateTime RECORD_DATE_IN_FUTURE',
      '2 Observation.issued RECORD_DATE_ORDER',
    ]);
  });

  const files: readonly (readonly [rule: string, value: unknown, summary: readonly string[]])[] = [
    ['a document that is no resource', { type: 'vaccination' }, ['0 resourceType INTAKE_FHIR_RESOURCE']],
    ['an array', [PATIENT], ['0 resourceType INTAKE_FHIR_RESOURCE']],
    [
      'a Bundle of a type that carries no records',
      { ...bundleOf(PATIENT), type: 'history' },
      ['0 Bundle.type INTAKE_FHIR_BUNDLE_TYPE'],
    ],
    ['a Bundle of Patients', bundleOf(PATIENT), ['0 Bundle.entry INTAKE_NOTHING_TO_ISSUE']],
    [
      'a Bundle without entries',
      { resourceType: 'Bundle', type: 'batch' },
      ['0 Bundle.entry INTAKE_NOTHING_TO_ISSUE'],
    ],
    [
      'a resource that nothing is issued for',
      bundleOf({ resourceType: 'Condition' }),
      ['1 resourceType INTAKE_FHIR_RESOURCE'],
    ],
    [
      'an entry that removes a resource',
      { ...bundleOf(), entry: [{ resource: IMMUNIZATION, request: { method: 'DELETE' } }, {}, null] },
      ['1', '2', '3'].map((row) => `${row} Bundle.entry.resource INTAKE_FHIR_RESOURCE`),
    ],
  ];
  for (const [rule, value, summary] of files) {
    it(`names ${rule}`, async () => expect(await summaryOf(value)).to.deep.equal(summary));
  }

  it('a __proto__ in the document says nothing', async () => {
    const text = JSON.stringify(bundleOf(PATIENT, { ...IMMUNIZATION, status: undefined }));
    const polluted = text.replace('"id":"i"', '"__proto__":{"status":"completed"}');
    expect(summarise(await readAllRows('application/fhir+json', polluted))).to.deep.equal([
      '2 Immunization.status INTAKE_FHIR_STATUS',
    ]);
    expect(Object.hasOwn(Object.prototype, 'status')).to.equal(false);
  });

  it('any change to any element gives rows, never an exception', async () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom('#', 'Patient/p', '2022-02-10', '511'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(PATIENT, IMMUNIZATION, OBSERVATION),
        fc.nat(),
        value,
        async (target, nth, change) => {
          const resources = [PATIENT, IMMUNIZATION, OBSERVATION].map((resource) =>
            resource === target ? replaceNth(resource, nth, change) : resource,
          );
          const rows = await readFhir(bundleOf(...resources));
          expect(rows).to.not.deep.equal([]);
        },
      ),
      { numRuns: runs(500, 50_000) },
    );
  });
});

/** A copy of `value` in which the nth element, counted through all levels, is `change`. */
function replaceNth(value: Json, nth: number, change: unknown): Json {
  const total = countElements(value);
  let left = nth % total;
  const visit = (element: unknown): unknown => {
    if (left-- === 0) return change;
    if (Array.isArray(element)) return element.map(visit);
    if (typeof element !== 'object' || element === null) return element;
    return Object.fromEntries(Object.entries(element).map(([name, member]) => [name, visit(member)]));
  };
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, visit(member)]));
}

function countElements(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, member) => sum + 1 + countElements(member), 0);
}
