/** What a person is told of a colour: why it is so, by which rule, and how to have it looked at again. */
import type { Colour, Scheme } from '../record/derived.ts';
import type { Code } from '../record/record.ts';
import { LANGUAGES, names, type Language, type Names } from '../record/value-sets/value-set.ts';
import { GROUND } from './grounds.ts';
import { COLOUR_NAMES, SCHEME_FORMS } from './schemes.ts';

export interface ColourReason {
  readonly scheme: string;
  readonly colour: string;
  /** Absent for a best colour. */
  readonly ground?: string;
  /** `hk.hc@1`. */
  readonly rule: string;
  readonly appeal: string;
}

const APPEALS: Readonly<Record<Scheme, Names>> = {
  'HK-VP': names(
    'Ask the Department of Health to review it, in writing or at any of its counters, and name the rule and the change.',
    '如有異議，可書面或親身向衞生署申請覆核，並註明規則及變更編號。',
    '如有异议，可书面或亲身向卫生署申请复核，并注明规则及变更编号。',
    'Peça a revisão ao Departamento de Saúde, por escrito ou ao balcão, e indique a regra e a alteração.',
  ),
  'HK-HC': names(
    'Ask the Department of Health to review it, in writing or at any of its counters, and name the rule and the change.',
    '如有異議，可書面或親身向衞生署申請覆核，並註明規則及變更編號。',
    '如有异议，可书面或亲身向卫生署申请复核，并注明规则及变更编号。',
    'Peça a revisão ao Departamento de Saúde, por escrito ou ao balcão, e indique a regra e a alteração.',
  ),
  MO: names(
    'Use the appeal platform of the Health Bureau of Macao, and name the rule and the change.',
    '如有異議，可經澳門衛生局申訴平台提出，並註明規則及變更編號。',
    '如有异议，可经澳门卫生局申诉平台提出，并注明规则及变更编号。',
    'Use a plataforma de recurso dos Serviços de Saúde de Macau e indique a regra e a alteração.',
  ),
  GD: names(
    'Use the objection page of the Yue Kang Code, and name the rule and the change.',
    '如有異議，可經粵康碼異議處理頁面提出，並註明規則及變更編號。',
    '如有异议，可经粤康码异议处理页面提出，并注明规则及变更编号。',
    'Use a página de reclamação do Código Yue Kang e indique a regra e a alteração.',
  ),
};

/** In each of the four languages. */
export function explainColour(colour: {
  readonly scheme: Scheme;
  readonly state: Colour;
  readonly ruleId: string;
  readonly ruleVersion: number;
  readonly ground?: Code;
}): Readonly<Record<Language, ColourReason>> {
  const ground = GROUND.entries.find(({ code }) => code === colour.ground)?.names;
  const inLanguage = (language: Language): ColourReason => ({
    scheme: SCHEME_FORMS[colour.scheme].names[language],
    colour: COLOUR_NAMES[colour.state][language],
    ...(ground === undefined ? {} : { ground: ground[language] }),
    rule: `${colour.ruleId}@${colour.ruleVersion}`,
    appeal: APPEALS[colour.scheme][language],
  });
  // One entry for each language.
  return Object.fromEntries(LANGUAGES.map((language) => [language, inLanguage(language)])) as Record<
    Language,
    ColourReason
  >;
}
