/**
 * One country's entry rules as the verification steps ask them, over the EU Digital COVID Certificates among the codes
 * of one person. One accepted certificate is enough, as those rules mean it; codes of other kinds are nothing to them.
 */
import type { JsonValue } from '../bytes/canonical-json.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../bytes/strict-json.ts';
import type {
  PolicyEvidence,
  PolicyRegistry,
  PolicyRules,
  RuleEvidence,
  RulesReport,
} from '../verify/policy-rules.ts';
import type { VerifiedRecord } from '../verify/verified-record.ts';
import type { Answer } from './certlogic.ts';
import { memberOf } from './facts.ts';
import type { NationalRule } from './national-rule.ts';
import { askNationalRules, type NationalReport, type NationalRuleAnswer } from './national-rules.ts';
import type { Texts } from './policy.ts';

export interface NationalRulebookOptions {
  readonly rules: readonly NationalRule[];
  readonly valueSets: JsonObject;
  /** The country that is entered, ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly region?: string;
}

interface Certificate {
  readonly payload: JsonObject;
  readonly issuer?: string;
}

const NOT_REGISTERED: RulesReport = {
  reasons: ['POLICY_NOT_IN_FORCE'],
  policies: [],
  holdsUntilSeconds: Infinity,
};
const NOTHING_ASKED: NationalReport = { answer: 'undecided', rules: [] };

export class NationalRulebook implements PolicyRules {
  readonly #options: NationalRulebookOptions;

  constructor(options: NationalRulebookOptions) {
    this.#options = options;
  }

  /** Countries publish these rules elsewhere: the ledger registers none. */
  apply(records: readonly VerifiedRecord[], nowSeconds: number, registry?: PolicyRegistry): RulesReport {
    if (registry?.isRequired === true) return NOT_REGISTERED;
    const reports = certificatesIn(records).map(({ issuer, payload }) =>
      askNationalRules(this.#options.rules, {
        ...this.#options,
        ...(issuer === undefined ? {} : { issuer }),
        payload,
        nowSeconds,
      }),
    );
    const best = ['yes', 'undecided', 'no'].flatMap((answer) =>
      reports.filter((one) => one.answer === answer),
    );
    const report = best[0] ?? NOTHING_ASKED;
    return {
      reasons: REASONS_FOR[report.answer],
      policies: [this.#evidence(report)],
      // The rules read the clock themselves.
      holdsUntilSeconds: nowSeconds + 1,
    };
  }

  #evidence({ answer, rules }: NationalReport): PolicyEvidence {
    const { country } = this.#options;
    return {
      id: nationalId(country),
      version: 1,
      title: titleOf(country),
      ...DECISIONS[answer],
      registered: false,
      rules: rules.map(ruleEvidence),
    };
  }
}

/** What a country's rules are called in evidence: they have versions one by one. */
export function nationalId(country: string): string {
  return `eu-dcc.${country}`;
}

const REASONS_FOR = { yes: [], no: ['RULE_STOP'], undecided: ['RULE_UNDECIDED'] } as const;

const DECISIONS = {
  yes: { kind: 'accepted', outcome: 'pass' },
  no: { kind: 'refused', outcome: 'stop' },
  undecided: { kind: 'undecided', outcome: 'refer' },
} as const;

/** Each once, though it may hold several records: those of a certificate that an old schema lets have several are for an officer. */
function certificatesIn(records: readonly VerifiedRecord[]): readonly Certificate[] {
  const payloads = new Set<JsonValue>();
  return records.flatMap(({ dcc, issuer }) => {
    if (!isJsonObject(dcc) || payloads.has(dcc) || entriesIn(dcc) !== 1) return [];
    payloads.add(dcc);
    return { payload: dcc, ...(issuer === undefined ? {} : { issuer: issuer.jurisdiction }) };
  });
}

/** Rules look at the first entry only. */
function entriesIn(dcc: JsonObject): number {
  return ['v', 't', 'r'].reduce((sum, name) => {
    const entries = memberOf(dcc, name);
    return sum + (isJsonArray(entries) ? entries.length : 0);
  }, 0);
}

function ruleEvidence({ answer, rule }: NationalRuleAnswer): RuleEvidence {
  return {
    id: rule.id,
    result: RESULTS[answer],
    ...(answer === 'undecided' ? { doubt: 'no-answer' } : {}),
    otherwise: 'stop',
    message: textsOf(rule.description),
  };
}

const RESULTS: Readonly<Record<Answer, RuleEvidence['result']>> = {
  yes: 'pass',
  no: 'fail',
  undecided: 'undecided',
};

/** Countries describe their rules in their own languages and in English. */
function textsOf(description: ReadonlyMap<string, string>): Texts {
  const en = description.get('en') ?? [...description.values()][0] ?? '';
  const zh = description.get('zh') ?? en;
  return { en, 'zh-Hant': zh, 'zh-Hans': zh, pt: description.get('pt') ?? en };
}

function titleOf(country: string): Texts {
  return {
    en: `Entry rules of ${country}`,
    'zh-Hant': `${country} 入境規則`,
    'zh-Hans': `${country} 入境规则`,
    pt: `Regras de entrada de ${country}`,
  };
}
