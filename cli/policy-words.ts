/** The words of explanations in the four languages of the checkpoints. */
import type { Doubt, RuleReport } from '../core/policy/evaluate.ts';
import type { Texts } from '../core/policy/policy.ts';
import { LANGUAGES, type Language } from '../core/record/value-sets/value-set.ts';
import type { Outcome } from '../core/verify/reasons.ts';
import { usageError } from './errors.ts';

export const OUTCOME_WORDS: Readonly<Record<Outcome, Texts>> = {
  pass: words('PASS', '通過', '通过', 'PASSA'),
  condition: words('PASS WITH CONDITION', '有條件通過', '有条件通过', 'PASSA COM CONDIÇÃO'),
  refer: words('REFER', '交由職員處理', '交由工作人员处理', 'ENCAMINHAR'),
  stop: words('STOP', '停止', '停止', 'PARAR'),
};

export const RESULT_WORDS: Readonly<Record<RuleReport['result'], Texts>> = {
  pass: words('holds', '符合', '符合', 'cumprida'),
  fail: words('does not hold', '不符合', '不符合', 'não cumprida'),
  undecided: words('cannot be decided', '未能判定', '无法判定', 'não pode ser decidida'),
};

export const DOUBT_WORDS: Readonly<Record<Doubt, Texts>> = {
  'fact-missing': words(
    'a fact was not asked for or not shown',
    '欠缺所需資料',
    '缺少所需资料',
    'falta um dado',
  ),
  'fact-imprecise': words(
    'a fact is not precise enough: both answers are possible',
    '資料不夠精確，兩種結果均有可能',
    '资料不够精确，两种结果均有可能',
    'um dado não é preciso: ambas as respostas são possíveis',
  ),
  'no-answer': words(
    'the rule gives no answer',
    '規則沒有得出答案',
    '规则没有得出答案',
    'a regra não dá resposta',
  ),
};

export const COUNT_WORDS: Readonly<Record<'inside' | 'outside' | 'unknown', Texts>> = {
  inside: words('counts', '有效', '有效', 'conta'),
  outside: words('does not count', '無效', '无效', 'não conta'),
  unknown: words('not known', '不詳', '不详', 'desconhecido'),
};

export const LABELS: Readonly<Record<'case' | 'at' | 'holdsUntil' | 'notInForce', Texts>> = {
  case: words('Case', '個案', '个案', 'Caso'),
  at: words('At', '時間', '时间', 'Em'),
  holdsUntil: words('Holds until', '適用至', '适用至', 'Válido até'),
  notInForce: words(
    'the policy is not in force then',
    '規定當時並未生效',
    '规定当时并未生效',
    'a política não está então em vigor',
  ),
};

/** Throws `CLI_USAGE`. */
export function parseLanguage(text: string): Language {
  const language = LANGUAGES.find((known) => known === text);
  if (language === undefined) throw usageError(`--lang is one of ${LANGUAGES.join(', ')}`);
  return language;
}

function words(en: string, zhHant: string, zhHans: string, pt: string): Texts {
  return { en, 'zh-Hant': zhHant, 'zh-Hans': zhHans, pt };
}
