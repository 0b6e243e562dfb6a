/** The person of a credential beside a document: what must be the same, what may differ, and what is not enough. */
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  matchIdentity,
  type IdentityMatch,
  type PresentedIdentity,
} from '../../../core/record/identity-match.ts';
import { isMrzLike, readMrz } from '../../../core/record/mrz.ts';
import { toClaims } from '../../../core/credential/profiles.ts';
import { testRecord, vaccinationRecord } from '../../support/consortium.ts';
import { runs, testSeed } from '../../support/scale.ts';

/** Specimens of ICAO Doc 9303-4, -5 and -6. */
const TD3 = 'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10';
const TD2 = 'I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6';
const TD1 = 'I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<';

const options = {
  iss: 'did:web:dh.gov.hk.example',
  jti: 'A'.repeat(22),
  issuedAtSeconds: 0,
  status: { idx: 0, uri: '' },
};
const travel = toClaims(vaccinationRecord(), 'travel', options).subject;
const venue = toClaims(vaccinationRecord(), 'venue', options).subject;
const document: PresentedIdentity = {
  name: 'CHAN<<TAI<MAN',
  birth: '1980-01-01',
  documentNumber: 'A1234563',
};

describe('an identity', () => {
  const rows: Readonly<
    Record<string, readonly [changes: PresentedIdentity, result: IdentityMatch['result']]>
  > = {
    'the same in all': [{}, 'match'],
    'the number set with brackets': [{ documentNumber: 'A123456(3)' }, 'match'],
    'the number in full width': [{ documentNumber: 'Ａ１２３４５６（３）' }, 'match'],
    'the birth date of a zone, without century': [{ birth: '??80-01-01' }, 'match'],
    'another order of names': [{ name: 'TAI MAN CHAN' }, 'near'],
    'another romanisation': [{ name: 'CHEN<<DAWEN' }, 'near'],
    'another name, with number and birth date the same': [{ name: 'WONG<<SIU<MING' }, 'near'],
    'a birth date that knows no day': [{ birth: '1980-01-??' }, 'near'],
    'a wrong check digit': [{ hasWrongCheckDigit: true }, 'near'],
    'another number of the same kind': [{ documentNumber: 'Z6833653' }, 'near'],
    'a document of another kind': [{ documentNumber: 'K0000001', documentType: 'PASSPORT' }, 'near'],
    'another kind and another name': [
      { documentNumber: 'K0000001', documentType: 'PASSPORT', name: 'WONG<<SIU<MING' },
      'mismatch',
    ],
    'another number and another name': [{ documentNumber: 'Z6833653', name: 'WONG<<SIU<MING' }, 'mismatch'],
    'another day of birth': [{ birth: '1980-01-02' }, 'mismatch'],
    'another year of the century': [{ birth: '??81-01-01' }, 'mismatch'],
  };
  for (const [what, [changes, result]] of Object.entries(rows)) {
    it(`${what}: ${result}`, () => {
      expect(matchIdentity(travel, { ...document, ...changes }).result).to.equal(result);
    });
  }

  it('with too little to compare is undecided', () => {
    expect(matchIdentity(travel, {}).result).to.equal('undecided');
    expect(matchIdentity(travel, { name: 'CHAN<<TAI<MAN' }).result).to.equal('undecided');
    expect(matchIdentity(travel, { birth: '1980-01-01' }).result).to.equal('undecided');
    expect(matchIdentity(travel, { documentNumber: 'A1234563' }).result).to.equal('match');
    expect(matchIdentity(travel, { documentNumber: 'Z6833653' }).result).to.equal('mismatch');
    expect(matchIdentity(venue, { documentNumber: 'A1234563' }).result).to.equal('undecided');
  });

  it('that is masked is compared as far as it is shown', () => {
    const match = matchIdentity(venue, document);
    expect(match).to.deep.include({ result: 'match', document: 'equal-as-far-as-shown', birth: 'absent' });
    expect(match.name?.reasons).to.deep.equal(['NAME_MASKED']);
    expect(matchIdentity(venue, { ...document, documentNumber: 'A1234573', name: 'WONG' }).result).to.equal(
      'mismatch',
    );
    expect(matchIdentity({ doc: '********' }, document).document).to.equal('absent');
  });

  it('whose birth date is imprecise on both sides alike is the same', () => {
    const { subject } = toClaims(testRecord(), 'travel', options);
    const given = { name: 'WONG<<SIU<MING', documentNumber: 'K0000001', documentType: 'PASSPORT' } as const;
    expect(matchIdentity(subject, { ...given, birth: '??92-07-??' }).result).to.equal('match');
    expect(matchIdentity(subject, { ...given, birth: '??92-07-15' }).result).to.equal('near');
    expect(matchIdentity(subject, { ...given, birth: '??92-08-15' }).result).to.equal('mismatch');
  });

  it('tells in Chinese what was typed in Chinese', () => {
    expect(matchIdentity(travel, { ...document, name: '陳大文' }).result).to.equal('match');
    expect(matchIdentity(venue, { ...document, name: '陳大文' }).result).to.equal('match');
    expect(matchIdentity(travel, { ...document, name: '黃小明' }).name?.result).to.equal('different');
  });

  it('never matches over another birth date, nor another number, whatever the rest', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
        fc.stringMatching(/^[A-Z]\d{6}[\dA]$/),
        (name, date, number) => {
          const birth = date.toISOString().slice(0, 10);
          const { result, score } = matchIdentity(travel, { name, birth, documentNumber: number });
          if (birth !== '1980-01-01') expect(result).to.equal('mismatch');
          if (number !== 'A1234563') expect(result).not.to.equal('match');
          expect(score).to.be.within(0, 100);
        },
      ),
      { numRuns: runs(1000, 100_000), seed: testSeed },
    );
  });
});

describe('a machine-readable zone', () => {
  const expected = {
    name: 'ERIKSSON<<ANNA<MARIA',
    birth: '??74-08-12',
    isNameTruncated: false,
    hasWrongCheckDigit: false,
  };
  const zones = {
    TD1: { zone: TD1, number: 'D23145890' },
    TD2: { zone: TD2, number: 'D23145890' },
    TD3: { zone: TD3, number: 'L898902C3' },
  };
  for (const [form, { number, zone }] of Object.entries(zones)) {
    it(`${form}: says who it is about`, () => {
      const read = readMrz(zone);
      expect({ ...read, name: read?.name?.replace(/<+$/, '') }).to.deep.include({
        ...expected,
        documentNumber: number,
      });
      expect(readMrz(zone.replaceAll('\n', '\r\n').toLowerCase())).to.deep.equal(read);
    });
  }

  it('says so when a check digit is wrong', () => {
    expect(readMrz(TD3.replace('7408122', '7408123'))?.hasWrongCheckDigit).to.equal(true);
    expect(readMrz(TD3.replace('L898902C36', 'L898902C46'))?.hasWrongCheckDigit).to.equal(true);
  });

  it('that is full says that its name may be cut', () => {
    const full = `P<UTO${'NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K'.slice(0, 39)}\nL898902C36UTO7408122F1204159ZE184226B<<<<<10`;
    const presented = readMrz(full);
    expect(presented?.isNameTruncated).to.equal(true);
    const shown = {
      nameEn: 'NILAVADHANANANDA, CHAYAPA DEJTHAMRONG KRASUANG',
      dob: '1974-08-12',
      doc: 'L898902C3',
    };
    const match = matchIdentity(shown, presented ?? {});
    expect(match.result).to.equal('match');
    expect(match.name?.reasons).to.deep.equal(['NAME_TRUNCATED']);
  });

  it('knows digits of a birth date that the document does not know', () => {
    expect(readMrz(TD3.replace('7408122', '7408<<2'))?.birth).to.equal('??74-08-??');
  });

  it('is nothing else, and nothing else throws', () => {
    for (const text of [
      '',
      'A123456(3)',
      TD3.slice(1),
      `${TD1}\n${TD1}`,
      'P<'.repeat(44),
      `${'é'.repeat(44)}\n${'<'.repeat(44)}`,
    ]) {
      expect(readMrz(text), text).to.equal(undefined);
    }
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z0-9<]{44}$/), fc.stringMatching(/^[A-Z0-9<]{44}$/), (a, b) => {
        expect(readMrz(`${a}\n${b}`)).to.have.property('hasWrongCheckDigit');
      }),
      { numRuns: runs(300, 30_000), seed: testSeed },
    );
    expect(isMrzLike(TD1)).to.equal(true);
    expect(isMrzLike('A123456(3)')).to.equal(false);
  });
});
