/** Records of one person in two systems, two scripts, two masks; and of two people. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { onePersonProblems } from '../../../core/verify/one-person.ts';
import type { ShownPerson } from '../../../core/verify/verified-record.ts';

const whole = {
  doc: 'A123456(3)',
  docType: 'HKID',
  nameEn: 'CHAN, TAI MAN',
  nameZh: '陳大文',
  dob: '1980-01-01',
} as const;
const masked = { doc: '****456(3)', docType: 'HKID', nameEn: 'CHAN, T** M**', nameZh: '陳**' } as const;
const foreign = { doc: '', nameEn: 'Chan, Tai Man', dob: '1980-01-01' } as const;
const { nameEn: _, ...inChinese } = masked;
const { nameZh: __, ...inLatin } = masked;

const CASES: readonly (readonly [
  what: string,
  people: readonly ShownPerson[],
  reasons: readonly string[],
])[] = [
  ['nobody', [], []],
  ['a masked record beside the whole one', [masked, whole], []],
  ['masks of which one leaves out a script', [masked, inChinese], []],
  ['masks in two scripts', [inLatin, inChinese], ['IDENTITY_UNDECIDED']],
  ['masks of one number and two names', [masked, { ...masked, nameEn: 'LEE, S** M**' }], ['IDENTITY_NEAR']],
  ['masks of two numbers', [masked, { ...masked, doc: '****789(3)' }], ['IDENTITY_MISMATCH']],
  ['a foreign record beside one of ours', [foreign, whole], ['IDENTITY_NEAR']],
  ['a foreign record beside a masked one', [foreign, masked], ['IDENTITY_UNDECIDED']],
  [
    'a foreign record of another birth date',
    [{ ...foreign, dob: '1981-01-01' }, whole],
    ['IDENTITY_MISMATCH'],
  ],
  [
    'a foreign number of an unknown document',
    [{ doc: 'K1', docType: 'OTHER', nameEn: 'CHAN, TAI MAN' }, whole],
    ['IDENTITY_UNDECIDED'],
  ],
  ['foreign records alike', [foreign, foreign], []],
  [
    'namesakes without a birth date',
    [
      { doc: '', nameEn: 'CHAN' },
      { doc: '', nameEn: 'CHAN' },
    ],
    ['IDENTITY_UNDECIDED'],
  ],
];

describe('records of one person', () => {
  for (const [what, people, reasons] of CASES) {
    it(`${what}: ${reasons.join() || 'one person'}, in any order`, () => {
      expect(onePersonProblems(people)).to.deep.equal(reasons);
      expect(onePersonProblems(people.toReversed())).to.deep.equal(reasons);
    });
  }
});
