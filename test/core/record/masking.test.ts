import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { maskDocument, maskName } from '../../../core/record/masking.ts';

describe('masking as printed in Hong Kong', () => {
  const names: readonly (readonly [name: string, masked: string])[] = [
    ['CHAN, TAI MAN', 'CHAN, T** M**'],
    ['AU YEUNG, TAI MAN', 'AU Y****, T** M**'],
    ['CHAN', 'CHAN'],
    ["D'SOUZA, ANNE-MARIE", "D'SOUZA, A***-*****"],
    ['DA SILVA, JOÃO', 'DA S****, J***'],
    ['NOGUEIRA, Éva', 'NOGUEIRA, É**'],
    ['X, E\u0323\u0301va', 'X, E\u0323\u0301**'],
    ['陳大文', '陳**'],
    ['歐陽小鳳', '歐***'],
    ['阿迪力·買買提', '阿**·***'],
    ['𠮷田', '𠮷*'],
    ['阿迪力 買買提', '阿** ***'],
    ['X, AE\u0323B', 'X, A**'],
    ['張', '張'],
    ['', ''],
  ];
  for (const [name, masked] of names)
    it(`${name} → ${masked}`, () => expect(maskName(name)).to.equal(masked));

  const documents: readonly (readonly [number: string, masked: string])[] = [
    ['A123456(7)', '****456(7)'],
    ['AB987654(3)', '*****654(3)'],
    ['A1234563', '****4563'],
    ['12-34/567', '**-*4/567'],
    ['11010519491231002X', '**************002X'],
    ['1234', '1234'],
  ];
  for (const [number, masked] of documents) {
    it(`${number} → ${masked}`, () => expect(maskDocument(number)).to.equal(masked));
  }

  it('never shows more than the rule says', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z]{2,9}, [A-Z]{2,9} [A-Z]{2,9}$/), (name) => {
        const [, ...given] = maskName(name).split(' ');
        for (const word of given) expect(word).to.match(/^[A-Z]\*+$/);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z0-9()/-]{5,30}$/), (number) => {
        expect([...maskDocument(number)].filter((c) => /[A-Z0-9]/.test(c)).length).to.be.at.most(4);
        expect(maskDocument(number)).to.have.lengthOf(number.length);
      }),
    );
  });
});
