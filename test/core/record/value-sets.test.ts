import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isCountry, toCountry } from '../../../core/record/countries.ts';
import { findProduct } from '../../../core/record/products.ts';
import { DOCUMENT_TYPES } from '../../../core/record/documents.ts';
import { DOCUMENT_NAMES, RECORD_NAMES } from '../../../core/record/names.ts';
import { DERIVED_TYPES } from '../../../core/record/derived.ts';
import { RECORD_SCHEMAS } from '../../../core/record/schema.ts';
import type { Code } from '../../../core/record/record.ts';
import { displayName, VALUE_SETS, type CodedFact } from '../../../core/record/value-sets.ts';
import { LANGUAGES, type Names } from '../../../core/record/value-sets/value-set.ts';
import { describeCorpus } from '../../support/corpora.ts';

const ALL = Object.values(VALUE_SETS).flatMap((set) => set.entries.map((entry) => ({ ...entry, set })));

const EVERY_NAME: readonly Names[] = [
  ...ALL.map(({ names }) => names),
  ...Object.values(DOCUMENT_NAMES),
  ...Object.values(RECORD_NAMES),
];

/** Characters of our texts that the two scripts write differently, in the same order. */
const TRADITIONAL =
  '狀黃熱滅載體亞單組復納楊諾爾來興國藥漢衛號馬檢測試糞陰陽報醫紀錄離種暫緩學發燒難沒證書記護內門確樣適嚨統條碼轉';
const SIMPLIFIED =
  '状黄热灭载体亚单组复纳杨诺尔来兴国药汉卫号马检测试粪阴阳报医纪录离种暂缓学发烧难没证书记护内门确样适咙统条码转';

/** Names for which the mainland uses other words. */
const OTHER_WORDS: ReadonlySet<string> = new Set([
  '2019冠狀病毒病',
  '快速抗原測試',
  '已申報的快速抗原測試',
  '咽喉拭子',
  '鼻腔拭子',
  '未能確定',
  '樣本不適合檢測',
  '醫院紀錄',
  '非本地紀錄',
  '發燒',
  '喉嚨痛',
  '沒有症狀',
  '疫苗接種紀錄',
  '檢測紀錄',
  '康復紀錄',
]);

const SAME_IN_PORTUGUESE: ReadonlySet<string> = new Set([
  'COVID-19',
  'Comirnaty',
  'Spikevax (Moderna)',
  'Vaxzevria (AstraZeneca)',
  'Jcovden (Janssen)',
  'Nuvaxovid (Novavax)',
  'CoronaVac (Sinovac)',
  'BBIBP-CorV (Sinopharm)',
  'WIBP-CorV (Sinopharm)',
  'Convidecia (CanSino)',
  'Covaxin',
  'Covishield',
  'Covovax',
  'Sputnik V',
  'BioNTech',
  'Moderna',
  'AstraZeneca',
  'Janssen-Cilag',
  'Novavax',
  'Sinovac Biotech',
  'Sinopharm Wuhan',
  'CanSino Biologics',
  'Bharat Biotech',
  'Serum Institute of India',
  'Saliva',
]);

describe('value sets', () => {
  it('name every code in four languages, under a system of their set, once', () => {
    for (const { code, names, set } of ALL) {
      expect(set.systems, code).to.include(systemOf(code));
      for (const language of LANGUAGES) expect(names[language], `${code} ${language}`).to.match(/\S/);
    }
    expect(new Set(ALL.map(({ code }) => code)).size).to.equal(ALL.length);
  });

  it('no two codes of a system are called the same within a set', () => {
    for (const [fact, { entries }] of Object.entries(VALUE_SETS)) {
      for (const language of LANGUAGES) {
        const names = entries.map(({ code, names }) => `${systemOf(code)} ${names[language]}`);
        expect(
          names.filter((name, i) => names.indexOf(name) !== i),
          `${fact} ${language}`,
        ).to.deep.equal([]);
      }
    }
  });

  it('Portuguese differs from English, but for proper names and words that both have', () => {
    const same = EVERY_NAME.filter(({ en, pt }) => en === pt).map(({ en }) => en);
    expect(same.filter((name) => !SAME_IN_PORTUGUESE.has(name))).to.deep.equal([]);
    expect([...SAME_IN_PORTUGUESE].filter((name) => !same.includes(name))).to.deep.equal([]);
  });

  it('no simplified character stands in a traditional text, and no traditional one in a simplified', () => {
    for (const { 'zh-Hant': hant, 'zh-Hans': hans } of EVERY_NAME) {
      expect(
        [...hant].filter((character) => SIMPLIFIED.includes(character)),
        hant,
      ).to.deep.equal([]);
      expect(
        [...hans].filter((character) => TRADITIONAL.includes(character)),
        hans,
      ).to.deep.equal([]);
    }
  });

  it('the simplified text is the traditional one in the other script, or other words on purpose', () => {
    const simplified = new Map([...TRADITIONAL].map((character, i) => [character, [...SIMPLIFIED][i]]));
    const different = EVERY_NAME.filter(({ 'zh-Hant': hant, 'zh-Hans': hans }) => {
      return [...hant].map((character) => simplified.get(character) ?? character).join('') !== hans;
    }).map((names) => names['zh-Hant']);
    expect(new Set(different)).to.deep.equal(OTHER_WORDS);
  });

  it('kinds of document and of record are named in four languages', () => {
    expect(Object.keys(DOCUMENT_NAMES)).to.have.members([...DOCUMENT_TYPES]);
    expect(Object.keys(RECORD_NAMES)).to.have.members([...Object.keys(RECORD_SCHEMAS), ...DERIVED_TYPES]);
    for (const table of [DOCUMENT_NAMES, RECORD_NAMES]) {
      for (const language of LANGUAGES) {
        const names = Object.values(table).map((entry) => entry[language].trim());
        expect(names).to.not.include('');
        expect(new Set(names).size).to.equal(names.length);
      }
    }
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
  /** ICD-11 and ATC codes say the same for others. */
  const THEIR_SYSTEMS: ReadonlySet<string> = new Set(['eu', 'sct', 'loinc']);
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
      const ours = VALUE_SETS[fact as CodedFact].entries.filter(({ code }) =>
        THEIR_SYSTEMS.has(systemOf(code)),
      );
      expect(ours).to.not.deep.equal([]);
      for (const { code } of ours) {
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

function systemOf(code: Code): string {
  return code.slice(0, code.indexOf('|'));
}

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
