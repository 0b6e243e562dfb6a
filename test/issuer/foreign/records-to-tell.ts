/** Records of the kinds that others have words for, all of them good at {@link TOLD_AT}. */
import fc from 'fast-check';
import type {
  Code,
  RecoveryRecord,
  Subject,
  TestRecord,
  VaccinationRecord,
} from '../../../core/record/record.ts';
import { vaccinationRecord } from '../../support/consortium.ts';

/** 2022-12-21T08:30:00Z */
export const TOLD_AT: number = Date.UTC(2022, 11, 21, 8, 30) / 1000;

const COVID_19: Code = 'sct|840539006';
/** Products that all three systems have a code for. */
const PRODUCTS: readonly Code[] = ['eu|EU/1/20/1528', 'eu|EU/1/20/1507', 'eu|CoronaVac', 'eu|BBIBP-CorV'];
const RESULTS: readonly Code[] = ['sct|260415000', 'sct|260373001'];
const METHODS: readonly Code[] = ['loinc|LP6464-4', 'loinc|LP217198-3'];

const word = fc.stringMatching(/^[A-Z]{2,12}$/);
const name = fc
  .tuple(word, fc.array(fc.tuple(fc.constantFrom(' ', '-', "'"), word), { maxLength: 2 }), word)
  .map(([surname, more, forename]) => `${surname}${more.flat().join('')}, ${forename}`);
const dob = fc.constantFrom('1931', '1980-05', '1980-05-17', '2004-02-29');
const subject: fc.Arbitrary<Subject> = fc
  .record({ nameEn: name, dob })
  .map((person) => ({ ...vaccinationRecord().subject, ...person }));
const text = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 .-]{0,18}[A-Za-z0-9]$/);

/** Days before {@link TOLD_AT}. */
function day(from: number, to: number): fc.Arbitrary<string> {
  return fc
    .integer({ min: from, max: to })
    .map((days) => new Date((TOLD_AT - days * 86_400) * 1000).toISOString().slice(0, 10));
}

export const vaccinationToTell: fc.Arbitrary<VaccinationRecord> = fc
  .tuple(subject, fc.constantFrom(...PRODUCTS), fc.integer({ min: 1, max: 9 }), fc.nat(3), day(1, 600), text)
  .map(([who, product, doseNumber, more, date, lot]) => ({
    type: 'vaccination',
    subject: who,
    disease: COVID_19,
    product,
    doseNumber,
    seriesDoses: Math.min(9, doseNumber + more),
    date,
    lot,
    country: 'HK',
  }));

export const testToTell: fc.Arbitrary<TestRecord> = fc
  .tuple(subject, fc.constantFrom(...METHODS), fc.constantFrom(...RESULTS), day(1, 30), text)
  .map(([who, method, result, on, laboratory]) => ({
    type: 'test',
    subject: who,
    disease: COVID_19,
    method,
    result,
    collectedAt: `${on}T09:15:00+08:00`,
    laboratory,
    country: 'HK',
  }));

export const recoveryToTell: fc.Arbitrary<RecoveryRecord> = fc
  .tuple(subject, day(12, 150))
  .map(([who, firstPositiveOn]) => ({
    type: 'recovery',
    subject: who,
    disease: COVID_19,
    firstPositiveOn,
    basis: 'hcl|naat',
    country: 'HK',
  }));
