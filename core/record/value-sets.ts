/**
 * The value sets of coded facts with the names to print, in four languages. A closed set admits only its own
 * codes; an open one any code of its systems, printed as the code where no name is held.
 *
 * A negative test is `sct|260415000`, never ICD-11 `RA01.1`: that is COVID-19 diagnosed without a virus found.
 */
import type { Code } from './record.ts';

export const LANGUAGES = ['en', 'zh-Hant', 'zh-Hans', 'pt'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface ValueSetEntry {
  readonly code: Code;
  readonly names: Readonly<Record<Language, string>>;
}

export interface ValueSet {
  readonly systems: readonly string[];
  readonly closed: boolean;
  readonly entries: readonly ValueSetEntry[];
}

export type CodedFact =
  'disease' | 'prophylaxis' | 'product' | 'manufacturer' | 'method' | 'specimen' | 'result';

export const VALUE_SETS: Readonly<Record<CodedFact, ValueSet>> = {
  disease: {
    systems: ['sct', 'icd11'],
    closed: false,
    entries: [
      entry('sct|840539006', 'COVID-19', '2019冠狀病毒病', '新型冠状病毒感染', 'COVID-19'),
      entry('icd11|RA01', 'COVID-19', '2019冠狀病毒病', '新型冠状病毒感染', 'COVID-19'),
      entry('sct|6142004', 'Influenza', '流行性感冒', '流行性感冒', 'Gripe'),
      entry('sct|16541001', 'Yellow fever', '黃熱病', '黄热病', 'Febre amarela'),
    ],
  },
  prophylaxis: {
    systems: ['sct', 'icd11', 'atc'],
    closed: false,
    entries: [
      entry('sct|1119349007', 'mRNA vaccine', '信使核糖核酸疫苗', '信使核糖核酸疫苗', 'Vacina de mRNA'),
      entry('sct|1157024006', 'Inactivated vaccine', '滅活疫苗', '灭活疫苗', 'Vacina inativada'),
      entry('sct|1119305005', 'Antigen vaccine', '抗原疫苗', '抗原疫苗', 'Vacina de antigénio'),
      entry(
        'sct|1162643001',
        'Recombinant protein vaccine',
        '重組蛋白疫苗',
        '重组蛋白疫苗',
        'Vacina de proteína recombinante',
      ),
      entry(
        'sct|29061000087103',
        'Viral vector vaccine',
        '病毒載體疫苗',
        '病毒载体疫苗',
        'Vacina de vetor viral',
      ),
    ],
  },
  product: {
    systems: ['eu', 'icd11', 'cvx', 'hcl'],
    closed: false,
    entries: [
      entry('eu|EU/1/20/1528', 'Comirnaty', '復必泰', '复必泰', 'Comirnaty'),
      entry('eu|EU/1/20/1507', 'Spikevax (Moderna)', '莫德納', '莫德纳', 'Spikevax (Moderna)'),
      entry('eu|EU/1/21/1529', 'Vaxzevria (AstraZeneca)', '阿斯利康', '阿斯利康', 'Vaxzevria (AstraZeneca)'),
      entry('eu|EU/1/20/1525', 'Jcovden (Janssen)', '楊森', '杨森', 'Jcovden (Janssen)'),
      entry('eu|EU/1/21/1618', 'Nuvaxovid (Novavax)', '諾瓦瓦克斯', '诺瓦瓦克斯', 'Nuvaxovid (Novavax)'),
      entry(
        'eu|CoronaVac',
        'CoronaVac (Sinovac)',
        '克爾來福（科興）',
        '克尔来福（科兴）',
        'CoronaVac (Sinovac)',
      ),
      entry(
        'eu|BBIBP-CorV',
        'BBIBP-CorV (Sinopharm)',
        '國藥（北京）',
        '国药（北京）',
        'BBIBP-CorV (Sinopharm)',
      ),
      entry('eu|WIBP-CorV', 'WIBP-CorV (Sinopharm)', '國藥（武漢）', '国药（武汉）', 'WIBP-CorV (Sinopharm)'),
      entry(
        'eu|Convidecia',
        'Convidecia (CanSino)',
        '克威莎（康希諾）',
        '克威莎（康希诺）',
        'Convidecia (CanSino)',
      ),
      entry('eu|Covaxin', 'Covaxin', 'Covaxin', 'Covaxin', 'Covaxin'),
      entry('eu|Covishield', 'Covishield', 'Covishield', 'Covishield', 'Covishield'),
      entry('eu|Covovax', 'Covovax', 'Covovax', 'Covovax', 'Covovax'),
      entry('eu|Sputnik-V', 'Sputnik V', '衛星五號', '卫星五号', 'Sputnik V'),
    ],
  },
  manufacturer: {
    systems: ['eu', 'hcl'],
    closed: false,
    entries: [
      entry('eu|ORG-100030215', 'BioNTech', 'BioNTech', 'BioNTech', 'BioNTech'),
      entry('eu|ORG-100031184', 'Moderna', '莫德納', '莫德纳', 'Moderna'),
      entry('eu|ORG-100001699', 'AstraZeneca', '阿斯利康', '阿斯利康', 'AstraZeneca'),
      entry('eu|ORG-100001417', 'Janssen-Cilag', '楊森', '杨森', 'Janssen-Cilag'),
      entry('eu|ORG-100032020', 'Novavax', '諾瓦瓦克斯', '诺瓦瓦克斯', 'Novavax'),
      entry('eu|Sinovac-Biotech', 'Sinovac Biotech', '科興控股', '科兴控股', 'Sinovac Biotech'),
      entry('eu|ORG-100020693', 'Sinopharm Beijing', '國藥北京', '国药北京', 'Sinopharm Pequim'),
      entry('eu|Sinopharm-WIBP', 'Sinopharm Wuhan', '國藥武漢', '国药武汉', 'Sinopharm Wuhan'),
      entry('eu|ORG-100013793', 'CanSino Biologics', '康希諾生物', '康希诺生物', 'CanSino Biologics'),
      entry('eu|Bharat-Biotech', 'Bharat Biotech', 'Bharat Biotech', 'Bharat Biotech', 'Bharat Biotech'),
      entry(
        'eu|ORG-100001981',
        'Serum Institute of India',
        '印度血清研究所',
        '印度血清研究所',
        'Serum Institute of India',
      ),
      entry(
        'eu|Gamaleya-Research-Institute',
        'Gamaleya Institute',
        '加馬列亞研究所',
        '加马列亚研究所',
        'Instituto Gamaleya',
      ),
    ],
  },
  method: {
    systems: ['loinc'],
    closed: true,
    entries: [
      entry('loinc|LP6464-4', 'Nucleic acid test', '核酸檢測', '核酸检测', 'Teste de ácido nucleico'),
      entry(
        'loinc|LP217198-3',
        'Rapid antigen test',
        '快速抗原測試',
        '快速抗原检测',
        'Teste rápido de antigénio',
      ),
    ],
  },
  specimen: {
    systems: ['sct', 'icd11', 'hcl'],
    closed: false,
    entries: [
      entry('sct|258500001', 'Nasopharyngeal swab', '鼻咽拭子', '鼻咽拭子', 'Zaragatoa nasofaríngea'),
      entry('sct|472881004', 'Throat swab', '咽喉拭子', '咽拭子', 'Zaragatoa da orofaringe'),
      entry('sct|445297001', 'Nasal swab', '鼻腔拭子', '鼻拭子', 'Zaragatoa nasal'),
      entry('sct|119342007', 'Saliva', '唾液', '唾液', 'Saliva'),
      entry('sct|119339001', 'Stool', '糞便', '粪便', 'Fezes'),
    ],
  },
  result: {
    systems: ['sct'],
    closed: true,
    entries: [
      entry(
        'sct|260415000',
        'Negative (not detected)',
        '陰性（未檢出）',
        '阴性（未检出）',
        'Negativo (não detetado)',
      ),
      entry('sct|260373001', 'Positive (detected)', '陽性（檢出）', '阳性（检出）', 'Positivo (detetado)'),
      entry('sct|419984006', 'Inconclusive', '未能確定', '不确定', 'Inconclusivo'),
      entry('sct|125154007', 'Specimen not suitable', '樣本不適合檢測', '样本不合格', 'Amostra inadequada'),
    ],
  },
};

const NAMES: ReadonlyMap<string, ValueSetEntry['names']> = new Map(
  Object.values(VALUE_SETS).flatMap((set) => set.entries.map(({ code, names }) => [code, names])),
);

/** The name to print for `code`; `undefined` where the value sets hold none: print the code then. */
export function displayName(code: Code, language: Language): string | undefined {
  return NAMES.get(code)?.[language];
}

function entry(code: Code, en: string, zhHant: string, zhHans: string, pt: string): ValueSetEntry {
  return { code, names: { en, 'zh-Hant': zhHant, 'zh-Hans': zhHans, pt } };
}
