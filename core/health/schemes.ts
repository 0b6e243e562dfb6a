/**
 * The schemes of health codes: which colours each knows, from best to worst, and where it counts. A colour is never
 * a fact: it follows from facts by the scheme's policy in force (`derive.ts`).
 */
import type { Colour, Scheme } from '../record/derived.ts';
import { names, type Names } from '../record/value-sets/value-set.ts';
import type { Outcome } from '../verify/reasons.ts';

export interface SchemeForm {
  readonly names: Names;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** The health policy (`core/policy/health/`) that gives its colours. */
  readonly policyId: string;
  /** Best, middle, worst. */
  readonly colours: readonly [Colour, Colour, Colour];
}

export const SCHEME_FORMS: Readonly<Record<Scheme, SchemeForm>> = {
  'HK-VP': {
    names: names('Vaccine Pass', '疫苗通行證', '疫苗通行证', 'Passe de vacinas'),
    country: 'HK',
    policyId: 'hk.vp-colour',
    colours: ['blue', 'amber', 'red'],
  },
  'HK-HC': {
    names: names('Hong Kong Health Code', '香港健康碼', '香港健康码', 'Código de Saúde de Hong Kong'),
    country: 'HK',
    policyId: 'hk.hc',
    colours: ['green', 'amber', 'red'],
  },
  MO: {
    names: names('Macao Health Code', '澳門健康碼', '澳门健康码', 'Código de Saúde de Macau'),
    country: 'MO',
    policyId: 'mo.code',
    colours: ['green', 'yellow', 'red'],
  },
  GD: {
    names: names('Yue Kang Code', '粵康碼', '粤康码', 'Código Yue Kang'),
    country: 'CN',
    policyId: 'gd.code',
    colours: ['green', 'yellow', 'red'],
  },
};

export const COLOUR_NAMES: Readonly<Record<Colour, Names>> = {
  blue: names('Blue', '藍色', '蓝色', 'Azul'),
  green: names('Green', '綠色', '绿色', 'Verde'),
  amber: names('Amber', '琥珀色', '琥珀色', 'Âmbar'),
  yellow: names('Yellow', '黃色', '黄色', 'Amarelo'),
  red: names('Red', '紅色', '红色', 'Vermelho'),
};

/** 0 is the scheme's best, 2 its worst; `undefined`: the scheme does not know the colour. */
export function severityOf(scheme: Scheme, colour: Colour): number | undefined {
  const place = SCHEME_FORMS[scheme].colours.indexOf(colour);
  return place === -1 ? undefined : place;
}

/** The colour that an outcome of the scheme's policy stands for: `refer` is the middle one, `stop` the worst. */
export function colourOf(scheme: Scheme, outcome: Outcome): Colour {
  const [best, middle, worst] = SCHEME_FORMS[scheme].colours;
  switch (outcome) {
    case 'pass':
      return best;
    case 'condition':
    case 'refer':
      return middle;
    case 'stop':
      return worst;
  }
}
