/**
 * Value sets of tests: methods, specimens, results. A negative test is `sct|260415000`, never ICD-11 `RA01.1`: that
 * is COVID-19 diagnosed without a virus found.
 */
import { entry, type ValueSet } from './value-set.ts';

export const METHOD: ValueSet = {
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
};

export const SPECIMEN: ValueSet = {
  systems: ['sct', 'icd11', 'hcl'],
  closed: false,
  entries: [
    entry('sct|258500001', 'Nasopharyngeal swab', '鼻咽拭子', '鼻咽拭子', 'Zaragatoa nasofaríngea'),
    entry('sct|472881004', 'Throat swab', '咽喉拭子', '咽拭子', 'Zaragatoa da orofaringe'),
    entry('sct|445297001', 'Nasal swab', '鼻腔拭子', '鼻拭子', 'Zaragatoa nasal'),
    entry('sct|119342007', 'Saliva', '唾液', '唾液', 'Saliva'),
    entry('sct|119339001', 'Stool', '糞便', '粪便', 'Fezes'),
  ],
};

export const RESULT: ValueSet = {
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
};
