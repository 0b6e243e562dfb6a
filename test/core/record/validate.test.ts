import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { RECORD_PROBLEM_CODES, type RecordProblemCode } from '../../../core/record/problem.ts';
import type { Subject } from '../../../core/record/record.ts';
import { validateRecord } from '../../../core/record/validate.ts';
import { START_SECONDS, testRecord, vaccinationRecord } from '../../support/consortium.ts';
import {
  declarationRecord,
  EVERY_KIND,
  exemptionRecord,
  HOME_VISIT_PERMIT,
  recoveryRecord,
} from '../../support/sample-records.ts';
import { runs } from '../../support/scale.ts';

const options = { nowSeconds: START_SECONDS };

/** `field CODE` of each problem, sorted; empty for a record that is taken. */
function problemsOf(value: unknown): readonly string[] {
  const result = validateRecord(value, options);
  return 'record' in result ? [] : result.problems.map(({ field, code }) => `${field} ${code}`).sort();
}

function subject(changes: Partial<Subject>): { readonly subject: Subject } {
  return { subject: { ...vaccinationRecord().subject, ...changes } };
}

describe('validateRecord', () => {
  it('takes a record of every kind as it is', () => {
    for (const record of Object.values(EVERY_KIND)) {
      expect(validateRecord(record, options)).to.deep.equal({ record });
    }
  });

  it('takes a record that says only what it must', () => {
    const { subject, disease, product, doseNumber, date, country } = vaccinationRecord();
    const { docType, docNumber, docIssuer } = subject;
    const minimal = { nameZh: '陳大文', dob: '1980', docType, docNumber, docIssuer };
    const record = { type: 'vaccination', subject: minimal, disease, product, doseNumber, date, country };
    expect(validateRecord(record, options)).to.deep.equal({ record });
  });

  it('brings texts and the document number to their normal form', () => {
    const written = subject({ nameEn: '\uFEFF DA SILVA,\u00A0 JOA\u0303O\u3000', docNumber: ' a1234563 ' });
    const result = validateRecord({ ...vaccinationRecord(), ...written }, options);
    expect('record' in result && result.record.subject).to.deep.include({
      nameEn: 'DA SILVA, JO\u00C3O',
      docNumber: 'A123456(3)',
    });
  });

  it('refuses an object with more members than any record before it looks at them', () => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`field${i}`, 'x']));
    const { subject } = vaccinationRecord();
    for (const value of [
      { ...vaccinationRecord(), ...many },
      { ...vaccinationRecord(), subject: { ...subject, ...many } },
    ])
      expect(problemsOf(value)).to.deep.equal([' RECORD_FIELD_UNKNOWN']);
  });

  it('an undefined member is an absent one', () => {
    const result = validateRecord({ ...testRecord(), kit: undefined }, options);
    expect('record' in result && Object.hasOwn(result.record, 'kit')).to.equal(false);
  });

  const vaccinations: readonly (readonly [rule: string, change: object, problem: string])[] = [
    ['a field that nobody named', { colour: 'blue' }, 'colour RECORD_FIELD_UNKNOWN'],
    ['a field of another kind of record', { laboratory: 'x' }, 'laboratory RECORD_FIELD_UNKNOWN'],
    ['an unprintable field name, without naming it', { 'CHAN, TAI MAN': 1 }, ' RECORD_FIELD_UNKNOWN'],
    ['a missing field', { country: undefined }, 'country RECORD_FIELD_MISSING'],
    ['a missing subject', { subject: undefined }, 'subject RECORD_FIELD_MISSING'],
    ['a subject that is no object', { subject: 'x' }, 'subject RECORD_FIELD_TYPE'],
    ['a number written as text', { doseNumber: '3' }, 'doseNumber RECORD_FIELD_TYPE'],
    ['a fraction of a dose', { doseNumber: 1.5 }, 'doseNumber RECORD_FIELD_TYPE'],
    ['null for an absent fact', { lot: null }, 'lot RECORD_FIELD_TYPE'],
    ['an empty text for an absent fact', { lot: ' ' }, 'lot RECORD_FIELD_EMPTY'],
    ['a text beyond its length', { lot: 'x'.repeat(21) }, 'lot RECORD_FIELD_TOO_LONG'],
    ['dose 0', { doseNumber: 0 }, 'doseNumber RECORD_FIELD_RANGE'],
    ['dose 21', { seriesDoses: 21 }, 'seriesDoses RECORD_FIELD_RANGE'],
    ['a dose beyond its series', { doseNumber: 4 }, 'doseNumber RECORD_DOSE_ORDER'],
    ['a word that says there is no lot', { lot: 'ndi' }, 'lot RECORD_LOT_PLACEHOLDER'],
    ['a dose from a lot that had expired', { lotExpiresOn: '2022-02-09' }, 'date RECORD_LOT_EXPIRED'],
    ['an expiry that does not exist', { lotExpiresOn: '2022-02-30' }, 'lotExpiresOn RECORD_DATE_INVALID'],
    ['a code without system', { product: 'Comirnaty' }, 'product RECORD_FIELD_FORMAT'],
    ['a code of an unknown system', { product: 'ndc|123' }, 'product RECORD_CODE_SYSTEM'],
    ['a code of a system that the field does not take', { disease: 'eu|x' }, 'disease RECORD_CODE_SYSTEM'],
    ['a day that does not exist', { date: '2022-02-29' }, 'date RECORD_DATE_INVALID'],
    ['a day written otherwise', { date: '10/02/2022' }, 'date RECORD_FIELD_FORMAT'],
    ['a vaccination before birth', { date: '1979-12-31' }, 'date RECORD_DATE_BEFORE_BIRTH'],
    ['a country that is none', { country: 'UK' }, 'country RECORD_COUNTRY_UNKNOWN'],
    ['a birth date that does not exist', subject({ dob: '1980-02-30' }), 'subject.dob RECORD_DATE_INVALID'],
    ['a birth more than 130 years back', subject({ dob: '1880' }), 'subject.dob RECORD_DATE_TOO_OLD'],
    [
      'a wrong check digit',
      subject({ docNumber: 'A123456(4)' }),
      'subject.docNumber RECORD_DOCUMENT_CHECK_DIGIT',
    ],
    [
      'a number of another document',
      subject({ docNumber: '12345678' }),
      'subject.docNumber RECORD_DOCUMENT_FORMAT',
    ],
    [
      'an issuer that does not issue it',
      subject({ docIssuer: 'MO' }),
      'subject.docIssuer RECORD_DOCUMENT_ISSUER',
    ],
    [
      'a bidirectional override',
      subject({ nameEn: 'CHAN\u202E, TAI' }),
      'subject.nameEn RECORD_TEXT_FORBIDDEN',
    ],
    ['a text of millions of words', { centre: 'A '.repeat(4_000_000) }, 'centre RECORD_FIELD_TOO_LONG'],
    ['such a name', subject({ nameEn: 'A '.repeat(4_000_000) }), 'subject.nameEn RECORD_FIELD_TOO_LONG'],
    ['such a field nobody named', { colour: 'A '.repeat(4_000_000) }, 'colour RECORD_FIELD_UNKNOWN'],
    ['a zero-width space', { lot: 'B2\u200B1' }, 'lot RECORD_TEXT_FORBIDDEN'],
    ['a line break', { centre: 'A\nB' }, 'centre RECORD_TEXT_FORBIDDEN'],
    ['an undecodable character', { centre: 'A\uFFFD' }, 'centre RECORD_TEXT_FORBIDDEN'],
    ['a private-use character', subject({ nameZh: '陳\uE000' }), 'subject.nameZh RECORD_TEXT_FORBIDDEN'],
    ['a lone surrogate', { centre: 'A\uD800' }, 'centre RECORD_TEXT_FORBIDDEN'],
    ['a number in a name', subject({ nameEn: 'A1234563' }), 'subject.nameEn RECORD_FIELD_FORMAT'],
    ['Latin letters as a Chinese name', subject({ nameZh: 'CHAN' }), 'subject.nameZh RECORD_FIELD_FORMAT'],
    [
      'a sex that is no code',
      { subject: { ...vaccinationRecord().subject, sex: 'male' } },
      'subject.sex RECORD_FIELD_FORMAT',
    ],
  ];
  for (const [rule, change, problem] of vaccinations) {
    it(`refuses ${rule}`, () =>
      expect(problemsOf({ ...vaccinationRecord(), ...change })).to.deep.equal([problem]));
  }

  const tests: readonly (readonly [rule: string, change: object, problem: string])[] = [
    ['a negative result as ICD-11 RA01.1', { result: 'icd11|RA01.1' }, 'result RECORD_CODE_SYSTEM'],
    ['a result outside of the closed set', { result: 'sct|10828004' }, 'result RECORD_CODE_UNKNOWN'],
    ['a method outside of the closed set', { method: 'loinc|94500-6' }, 'method RECORD_CODE_UNKNOWN'],
    ['a time without offset', { collectedAt: '2022-12-20T09:15:00' }, 'collectedAt RECORD_FIELD_FORMAT'],
    [
      'a time that does not exist',
      { collectedAt: '2022-12-20T25:15:00Z' },
      'collectedAt RECORD_DATE_INVALID',
    ],
    ['a report before the specimen', { reportedAt: '2022-12-20T01:14:59Z' }, 'reportedAt RECORD_DATE_ORDER'],
    [
      'a specimen from the future',
      { collectedAt: '2022-12-21T00:05:01Z', reportedAt: undefined },
      'collectedAt RECORD_DATE_IN_FUTURE',
    ],
    [
      'a specimen from before birth',
      { collectedAt: '1992-06-30T23:00:00+08:00' },
      'collectedAt RECORD_DATE_BEFORE_BIRTH',
    ],
  ];
  for (const [rule, change, problem] of tests) {
    it(`refuses ${rule}`, () => expect(problemsOf({ ...testRecord(), ...change })).to.deep.equal([problem]));
  }

  const recoveries: readonly (readonly [rule: string, change: object, problem: string])[] = [
    ['a recovery tomorrow', { recoveredOn: '2022-12-22' }, 'recoveredOn RECORD_DATE_IN_FUTURE'],
    [
      'a positive test tomorrow',
      { firstPositiveOn: '2022-12-22', recoveredOn: undefined },
      'firstPositiveOn RECORD_DATE_IN_FUTURE',
    ],
    ['a recovery before the positive test', { recoveredOn: '2022-11-19' }, 'recoveredOn RECORD_DATE_ORDER'],
    [
      'a positive test before birth',
      { firstPositiveOn: '1979-12-31', validUntil: '1980-01-01', recoveredOn: undefined },
      'firstPositiveOn RECORD_DATE_BEFORE_BIRTH',
    ],
    ['a first day before the positive test', { validFrom: '2022-11-19' }, 'validFrom RECORD_DATE_ORDER'],
    [
      'a first day after the last',
      { validFrom: '2023-01-02', validUntil: '2023-01-01' },
      'validFrom RECORD_DATE_ORDER',
    ],
    ['a first day after the 180 days', { validFrom: '2023-06-03' }, 'validFrom RECORD_DATE_ORDER'],
    ['a last day before recovery', { validUntil: '2022-12-03' }, 'validUntil RECORD_DATE_ORDER'],
    [
      'a last day more than 180 days after recovery',
      { validUntil: '2023-06-03' },
      'validUntil RECORD_VALIDITY_TOO_LONG',
    ],
    ['a last day that does not exist', { validUntil: '2023-02-29' }, 'validUntil RECORD_DATE_INVALID'],
    ['a basis that is none', { basis: 'hcl|hearsay' }, 'basis RECORD_CODE_UNKNOWN'],
    [
      'a basis elsewhere without the document seen',
      { basis: 'hcl|non-local' },
      'evidence RECORD_FIELD_MISSING',
    ],
    ['a missing positive test', { firstPositiveOn: undefined }, 'firstPositiveOn RECORD_FIELD_MISSING'],
  ];
  for (const [rule, change, problem] of recoveries) {
    it(`refuses ${rule}`, () =>
      expect(problemsOf({ ...recoveryRecord(), ...change })).to.deep.equal([problem]));
  }

  const exemptions: readonly (readonly [rule: string, change: object, problem: string])[] = [
    ['an assessment tomorrow', { assessedOn: '2022-12-22' }, 'assessedOn RECORD_DATE_IN_FUTURE'],
    ['an exemption that ends before it begins', { validUntil: '2022-12-11' }, 'validUntil RECORD_DATE_ORDER'],
    [
      'an exemption for more than 180 days',
      { validUntil: '2023-06-11' },
      'validUntil RECORD_VALIDITY_TOO_LONG',
    ],
    ['an exemption without a doctor', { practitioner: undefined }, 'practitioner RECORD_FIELD_MISSING'],
    ['a diagnosis for a reason', { reason: 'icd11|4A84' }, 'reason RECORD_CODE_SYSTEM'],
    ['a reason that is none', { reason: 'hcl|unwilling' }, 'reason RECORD_CODE_UNKNOWN'],
    [
      'a scope of another system',
      { scope: ['eu|CoronaVac', 'loinc|LP6464-4'] },
      'scope.1 RECORD_CODE_SYSTEM',
    ],
    ['an empty scope', { scope: [] }, 'scope RECORD_FIELD_EMPTY'],
    [
      'a scope that names a vaccine twice',
      { scope: ['eu|CoronaVac', 'eu|CoronaVac'] },
      'scope RECORD_FIELD_FORMAT',
    ],
    ['a scope that is no list', { scope: 'eu|CoronaVac' }, 'scope RECORD_FIELD_TYPE'],
    [
      'a scope with something else than a code in it',
      { scope: ['eu|CoronaVac', 7] },
      'scope.1 RECORD_FIELD_TYPE',
    ],
    [
      'a scope of a hundred thousand vaccines',
      { scope: Array(100_000).fill('eu|CoronaVac') },
      'scope RECORD_FIELD_TOO_LONG',
    ],
  ];
  for (const [rule, change, problem] of exemptions) {
    it(`refuses ${rule}`, () =>
      expect(problemsOf({ ...exemptionRecord(), ...change })).to.deep.equal([problem]));
  }

  const stay = { country: 'CN', from: '2022-12-07', to: '2022-12-18' };
  const declarations: readonly (readonly [rule: string, change: object, problem: string])[] = [
    [
      'a symptom beside none',
      { symptoms: ['hcl|none', 'sct|49727002'] },
      'symptoms RECORD_ANSWERS_CONTRADICT',
    ],
    [
      'a symptom that the form does not offer',
      { symptoms: ['sct|25064002'] },
      'symptoms.0 RECORD_CODE_UNKNOWN',
    ],
    ['a missing answer', { symptoms: undefined }, 'symptoms RECORD_FIELD_MISSING'],
    ['a day of contact without contact', { contact: 'hcl|no' }, 'contactOn RECORD_ANSWERS_CONTRADICT'],
    ['a contact tomorrow', { contactOn: '2022-12-22' }, 'contactOn RECORD_DATE_IN_FUTURE'],
    ['a direction that is none', { direction: 'hcl|up' }, 'direction RECORD_CODE_UNKNOWN'],
    [
      'a declaration from the future',
      { declaredAt: '2022-12-21T08:05:01+08:00' },
      'declaredAt RECORD_DATE_IN_FUTURE',
    ],
    [
      'a crossing after the declaration has ended',
      { plannedAt: '2022-12-24T20:00:01+08:00' },
      'plannedAt RECORD_DATE_ORDER',
    ],
    [
      'a crossing at a time that does not exist',
      { plannedAt: '2022-12-21T24:00:00+08:00' },
      'plannedAt RECORD_DATE_INVALID',
    ],
    ['a port by its name', { port: 'Shenzhen Bay' }, 'port RECORD_FIELD_FORMAT'],
    [
      'a stay that ends before it begins',
      { stays: [{ ...stay, from: '2022-12-19' }] },
      'stays.0.to RECORD_DATE_ORDER',
    ],
    ['a stay until tomorrow', { stays: [{ ...stay, to: '2022-12-22' }] }, 'stays.0.to RECORD_DATE_IN_FUTURE'],
    [
      'a stay from a day that does not exist',
      { stays: [stay, { ...stay, from: '2022-11-31' }] },
      'stays.1.from RECORD_DATE_INVALID',
    ],
    [
      'a stay in no country',
      { stays: [{ ...stay, country: 'ZZ' }] },
      'stays.0.country RECORD_COUNTRY_UNKNOWN',
    ],
    [
      'a Chinese region elsewhere',
      { stays: [{ ...stay, country: 'MO', region: '440400' }] },
      'stays.0.region RECORD_CODE_SYSTEM',
    ],
    [
      'a stay with a field that nobody named',
      { stays: [{ ...stay, hotel: 'x' }] },
      'stays.0.hotel RECORD_FIELD_UNKNOWN',
    ],
    ['a stay that is no object', { stays: ['CN'] }, 'stays.0 RECORD_FIELD_TYPE'],
    [
      'an invisible character deep within',
      { stays: [{ ...stay, place: 'A\u200BB' }] },
      'stays.0.place RECORD_TEXT_FORBIDDEN',
    ],
    [
      'more stays than a declaration has room for',
      { stays: Array.from({ length: 13 }, (_, i) => ({ ...stay, place: `P${i}` })) },
      'stays RECORD_FIELD_TOO_LONG',
    ],
    [
      'a stay with a thousand fields',
      { stays: [Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`, 1]))] },
      ' RECORD_FIELD_UNKNOWN',
    ],
  ];
  for (const [rule, change, problem] of declarations) {
    it(`refuses ${rule}`, () =>
      expect(problemsOf({ ...declarationRecord(), ...change })).to.deep.equal([problem]));
  }

  const linked: readonly (readonly [rule: string, linked: unknown, problem: string])[] = [
    [
      'the same document linked to itself',
      [{ docType: 'HKID', docNumber: 'a123456 3', docIssuer: 'HK' }],
      'subject.linked.0 RECORD_DOCUMENT_TWICE',
    ],
    [
      'a linked document twice',
      [HOME_VISIT_PERMIT, { ...HOME_VISIT_PERMIT, docNumber: 'h1234 5678' }],
      'subject.linked.1 RECORD_DOCUMENT_TWICE',
    ],
    [
      'a linked document with a wrong check digit',
      [{ docType: 'CNID', docNumber: '110105194912310021', docIssuer: 'CN' }],
      'subject.linked.0.docNumber RECORD_DOCUMENT_CHECK_DIGIT',
    ],
    [
      'a linked document of another place',
      [{ ...HOME_VISIT_PERMIT, docIssuer: 'HK' }],
      'subject.linked.0.docIssuer RECORD_DOCUMENT_ISSUER',
    ],
    [
      'a linked document without number',
      [{ docType: 'HVP', docIssuer: 'CN' }],
      'subject.linked.0.docNumber RECORD_FIELD_MISSING',
    ],
    [
      'five linked documents',
      Array.from({ length: 5 }, (_, i) => ({ ...HOME_VISIT_PERMIT, docNumber: `H1234567${i}` })),
      'subject.linked RECORD_FIELD_TOO_LONG',
    ],
  ];
  for (const [rule, documents, problem] of linked) {
    it(`refuses ${rule}`, () => {
      const { subject } = vaccinationRecord();
      const written = { ...vaccinationRecord(), subject: { ...subject, linked: documents } };
      expect(problemsOf(written)).to.deep.equal([problem]);
    });
  }

  it('brings linked documents and texts deep within to their normal form', () => {
    const written = declarationRecord({
      ...subject({ linked: [{ ...HOME_VISIT_PERMIT, docNumber: ' h1234-5678' }] }),
      stays: [{ country: 'MO', place: ' Sa\u0303o  Louren\u00E7o ', from: '2022-12-18', to: '2022-12-20' }],
    });
    const result = validateRecord(written, options);
    expect('record' in result && result.record).to.deep.include({
      stays: [{ country: 'MO', place: 'S\u00E3o Louren\u00E7o', from: '2022-12-18', to: '2022-12-20' }],
      subject: { ...vaccinationRecord().subject, linked: [HOME_VISIT_PERMIT] },
    });
  });

  it('refuses a record without a name', () => {
    const { nameEn: _en, nameZh: _zh, ...nameless } = vaccinationRecord().subject;
    expect(problemsOf({ ...vaccinationRecord(), subject: nameless })).to.deep.equal([
      'subject.nameEn RECORD_NAME_MISSING',
    ]);
  });

  it('a day is in the future when it has begun nowhere on Earth', () => {
    // 2022-12-21T00:00Z: it is 21 December as far as UTC+14.
    expect(problemsOf(vaccinationRecord({ date: '2022-12-21' }))).to.deep.equal([]);
    expect(problemsOf(vaccinationRecord({ date: '2022-12-22' }))).to.deep.equal([
      'date RECORD_DATE_IN_FUTURE',
    ]);
    const at10 = validateRecord(vaccinationRecord({ date: '2022-12-22' }), {
      nowSeconds: START_SECONDS + 10 * 3600,
    });
    expect('record' in at10).to.equal(true);
    expect(problemsOf({ ...vaccinationRecord(), ...subject({ dob: '2023' }) })).to.include(
      'subject.dob RECORD_DATE_IN_FUTURE',
    );
  });

  it('names everything that is wrong in one pass, past a field that is', () => {
    const bad = {
      ...vaccinationRecord({ date: '2023-02-29', country: 'UK', lot: '' }),
      ...subject({ docNumber: 'A123456(4)', dob: '1980-13', nameEn: 'A\u202EB' }),
      doseNumber: '3',
      extra: 1,
      other: 2,
    };
    expect(problemsOf(bad)).to.deep.equal([
      'country RECORD_COUNTRY_UNKNOWN',
      'date RECORD_DATE_INVALID',
      'doseNumber RECORD_FIELD_TYPE',
      'extra RECORD_FIELD_UNKNOWN',
      'lot RECORD_FIELD_EMPTY',
      'other RECORD_FIELD_UNKNOWN',
      'subject.dob RECORD_DATE_INVALID',
      'subject.docNumber RECORD_DOCUMENT_CHECK_DIGIT',
      'subject.nameEn RECORD_TEXT_FORBIDDEN',
    ]);
  });

  for (const [value, problem] of [
    [null, ' RECORD_NOT_AN_OBJECT'],
    [[vaccinationRecord()], ' RECORD_NOT_AN_OBJECT'],
    ['{}', ' RECORD_NOT_AN_OBJECT'],
    [{}, 'type RECORD_TYPE_UNKNOWN'],
    [{ type: 'recipe' }, 'type RECORD_TYPE_UNKNOWN'],
    [{ type: 'toString' }, 'type RECORD_TYPE_UNKNOWN'],
    [{ type: ['test'] }, 'type RECORD_TYPE_UNKNOWN'],
    [{ type: 'status' }, 'type RECORD_TYPE_DERIVED'],
    [{ type: 'conversion' }, 'type RECORD_TYPE_DERIVED'],
  ] as const) {
    it(`refuses ${JSON.stringify(value)?.slice(0, 20)}`, () =>
      expect(problemsOf(value)).to.deep.equal([problem]));
  }

  it('a __proto__ in JSON is an unknown field and nothing more', () => {
    const text = JSON.stringify(vaccinationRecord()).replace('{', '{"__proto__":{"lot":"X"},');
    expect(problemsOf(JSON.parse(text))).to.deep.equal(['__proto__ RECORD_FIELD_UNKNOWN']);
  });

  it('never throws, names a problem or gives a record, and repeats no value', () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('\uD800', '\u202EA', '陳', '\u0000', ' ', '2022-02-30', 'sct|1'),
      fc.integer(),
    );
    const secret = 'SECRETVALUE';
    const names = Object.keys(Object.assign({}, ...Object.values(EVERY_KIND)) as object);
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(EVERY_KIND)),
        fc.dictionary(fc.constantFrom(...names), value),
        fc.dictionary(fc.constantFrom(...Object.keys(declarationRecord().subject)), value),
        fc.constantFrom(...names),
        (record, changes, subjectChanges, leaky) => {
          const candidate = {
            ...record,
            subject: { ...record.subject, ...subjectChanges },
            ...changes,
            [leaky]: secret,
          };
          const result = validateRecord(candidate, options);
          if ('record' in result) {
            expect(validateRecord(result.record, options)).to.deep.equal(result);
            return;
          }
          expect(result.problems).to.not.deep.equal([]);
          expect(JSON.stringify(result)).to.not.include(secret);
        },
      ),
      { numRuns: runs(1000, 50_000) },
    );
  });

  it('every code is shown by one of these tests', () => {
    const shown = new Set(
      [...vaccinations, ...tests, ...recoveries, ...exemptions, ...declarations, ...linked].map(
        ([, , problem]) => problem.split(' ')[1],
      ),
    );
    const elsewhere: readonly RecordProblemCode[] = [
      'RECORD_NOT_AN_OBJECT',
      'RECORD_TYPE_UNKNOWN',
      'RECORD_TYPE_DERIVED',
      'RECORD_NAME_MISSING',
    ];
    expect([...shown, ...elsewhere]).to.have.members([...RECORD_PROBLEM_CODES]);
  });
});
