import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isCountry, toCountry } from '../../../core/record/countries.ts';
import { findProduct } from '../../../core/record/products.ts';
import type { Code } from '../../../core/record/record.ts';
import { displayName, LANGUAGES, VALUE_SETS, type CodedFact } from '../../../core/record/value-sets.ts';
import { describeCorpus } from '../../support/corpora.ts';

const ALL = Object.values(VALUE_SETS).flatMap((set) => set.entries.map((entry) => ({ ...entry, set })));

describe('value sets', () => {
  it('name every code in four languages, under a system of their set, once', () => {
    for (const { code, names, set } of ALL) {
      expect(set.systems, code).to.include(code.split('|', 1)[0]);
      for (const language of LANGUAGES) expect(names[language], `${code} ${language}`).to.match(/\S/);
    }
    expect(new Set(ALL.map(({ code }) => code)).size).to.equal(ALL.length);
  });

  it('every LOINC part and SNOMED CT code has its own check digit', () => {
    for (const { code } of ALL)
      if (code.startsWith('sct|')) expect(isVerhoeff(code.slice(4)), code).to.equal(true);
  });

  it('a negative test is never ICD-11 RA01.1', () => {
    expect(VALUE_SETS.result.closed).to.equal(true);
    expect(VALUE_SETS.result.entries.map(({ code }) => code)).to.not.include('icd11|RA01.1');
  });

  it('products know disease, kind and maker by codes of the value sets, under every alias', () => {
    for (const { code } of VALUE_SETS.product.entries) {
      const product = findProduct(code);
      expect(product?.code).to.equal(code);
      for (const fact of ['disease', 'prophylaxis', 'manufacturer'] as const) {
        expect(displayName(product?.[fact] ?? 'hcl|none', 'zh-Hant'), `${code} ${fact}`).to.not.equal(
          undefined,
        );
      }
      for (const alias of product?.aliases ?? []) expect(findProduct(alias)?.code).to.equal(code);
    }
    expect(findProduct('cvx|208')?.code).to.equal('eu|EU/1/20/1528');
    expect(findProduct('cvx|140')).to.equal(undefined);
  });

  it('names a code in the language asked for, and nothing for one it does not hold', () => {
    expect(displayName('eu|CoronaVac', 'zh-Hant')).to.equal('克爾來福（科興）');
    expect(displayName('sct|260415000', 'zh-Hans')).to.equal('阴性（未检出）');
    expect(displayName('cvx|140', 'en')).to.equal(undefined);
  });
});

describe('countries', () => {
  it('keeps Hong Kong, Macao and the mainland apart', () => {
    expect(['HK', 'MO', 'CN', 'TW'].every(isCountry)).to.equal(true);
    expect(toCountry('HKG')).to.equal('HK');
    expect(toCountry('MAC')).to.equal('MO');
  });

  it('knows no others', () => {
    expect(['UK', 'EU', 'HKG', 'hk', 'ZZ', ''].some(isCountry)).to.equal(false);
    expect(toCountry('XXX')).to.equal(undefined);
  });
});

describeCorpus('eu-dcc-schema', (folder) => {
  const read = (name: string): Readonly<Record<string, { readonly active: boolean }>> => {
    // The EU's value set files all have this shape.
    const file = JSON.parse(readFileSync(join(folder, 'valuesets', `${name}.json`), 'utf8')) as {
      readonly valueSetValues: Readonly<Record<string, { readonly active: boolean }>>;
    };
    return file.valueSetValues;
  };
  const FILES: Readonly<Partial<Record<CodedFact, string>>> = {
    product: 'vaccine-medicinal-product',
    manufacturer: 'vaccine-mah-manf',
    prophylaxis: 'vaccine-prophylaxis',
    method: 'test-type',
  };

  for (const [fact, file] of Object.entries(FILES)) {
    it(`every ${fact} of ours is an active code of ${file}`, () => {
      const theirs = read(file);
      // The keys of FILES are coded facts.
      for (const { code } of VALUE_SETS[fact as CodedFact].entries) {
        expect(theirs[localPart(code)]?.active, code).to.equal(true);
      }
    });
  }

  it("holds the EU's results and disease", () => {
    const ours = ALL.map(({ code }) => localPart(code));
    expect(ours).to.include.members([
      ...Object.keys(read('test-result')),
      ...Object.keys(read('disease-agent-targeted')),
    ]);
  });

  it('every country of the EU list is a country here', () => {
    expect(Object.keys(read('country-2-codes')).filter((code) => !isCountry(code))).to.deep.equal([]);
  });
});

function localPart(code: Code): string {
  return code.slice(code.indexOf('|') + 1);
}

/** SNOMED CT identifiers end in a Verhoeff check digit over the dihedral group D5. */
function isVerhoeff(digits: string): boolean {
  const times = (a: number, b: number): number => {
    if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b - 5) % 5);
    return b < 5 ? 5 + ((a - 5 - b + 5) % 5) : (a - b + 5) % 5;
  };
  const permute = (digit: number, place: number): number => {
    const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    return place === 0 ? digit : permute(permutation[digit] ?? 0, place - 1);
  };
  return (
    [...digits].reverse().reduce((sum, digit, place) => times(sum, permute(Number(digit), place % 8)), 0) ===
    0
  );
}
