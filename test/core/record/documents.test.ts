import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { documentIssuer, isDocumentType, parseDocumentNumber } from '../../../core/record/documents.ts';
import type { DocumentType } from '../../../core/record/record.ts';

describe('identity documents', () => {
  const accepted: readonly (readonly [DocumentType, string, string])[] = [
    ['HKID', 'A1234563', 'A123456(3)'],
    ['HKID', ' a123456（3） ', 'A123456(3)'],
    ['HKID', 'G123456(A)', 'G123456(A)'],
    ['HKID', 'AB987654(3)', 'AB987654(3)'],
    // The examples of GB 11643-1999.
    ['CNID', '11010519491231002X', '11010519491231002X'],
    ['CNID', '440524188001010014', '440524188001010014'],
    ['CNID', '11010519491231002x', '11010519491231002X'],
    ['MOBIR', '1234567(8)', '1234567(8)'],
    ['MOBIR', '1/234567/8', '1234567(8)'],
    ['PASSPORT', 'k 1234-5678', 'K12345678'],
    ['HVP', 'H0123456700', 'H0123456700'],
    ['EEP', 'CA1234567', 'CA1234567'],
  ];
  for (const [type, written, normal] of accepted) {
    it(`${type} ${written} is ${normal}`, () => {
      expect(parseDocumentNumber(type, written)).to.deep.equal({ number: normal });
    });
  }

  const refused: readonly (readonly [DocumentType, string, string])[] = [
    ['HKID', 'A123456(4)', 'check-digit'],
    ['HKID', 'A12345(3)', 'format'],
    ['HKID', '1123456(3)', 'format'],
    ['HKID', 'A123456(B)', 'format'],
    ['CNID', '110105194912310021', 'check-digit'],
    ['CNID', '110105491231002', 'format'],
    ['MOBIR', '123456(7)', 'format'],
    ['HVP', 'X12345678', 'format'],
    ['PASSPORT', 'AB*12345', 'format'],
    ['OTHER', '1234', 'format'],
  ];
  for (const [type, written, fault] of refused) {
    it(`refuses ${type} ${written}: ${fault}`, () => {
      expect(parseDocumentNumber(type, written)).to.deep.equal({ fault });
    });
  }

  it('every number has exactly one right check character', () => {
    const numbers = fc.stringMatching(/^[A-Z]{1,2}\d{6}$/);
    fc.assert(
      fc.property(numbers, (number) => {
        const right = [...'0123456789A'].filter(
          (check) => 'number' in parseDocumentNumber('HKID', number + check),
        );
        expect(right).to.have.lengthOf(1);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^\d{17}$/), (number) => {
        const right = [...'0123456789X'].filter(
          (check) => 'number' in parseDocumentNumber('CNID', number + check),
        );
        expect(right).to.have.lengthOf(1);
      }),
    );
  });

  it('the normal form is its own normal form', () => {
    const numbers = fc.stringMatching(/^[A-Z0-9]{5,15}$/);
    fc.assert(
      fc.property(
        fc.constantFrom<DocumentType>('HKID', 'MOBIR', 'PASSPORT', 'OTHER', 'EEP'),
        numbers,
        (type, text) => {
          const first = parseDocumentNumber(type, text);
          if ('number' in first) expect(parseDocumentNumber(type, first.number)).to.deep.equal(first);
        },
      ),
    );
  });

  it('knows which kinds one place alone issues', () => {
    expect(documentIssuer('MOBIR')).to.equal('MO');
    expect(documentIssuer('PASSPORT')).to.equal(undefined);
    expect(isDocumentType('toString')).to.equal(false);
  });
});
