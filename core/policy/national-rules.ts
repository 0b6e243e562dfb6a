/** One country's rules over one EU Digital COVID Certificate: each rule's answer, and the worst of them. */
import type { JsonValue } from '../bytes/canonical-json.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../bytes/strict-json.ts';
import { ask, isAffordable, type Answer } from './certlogic.ts';
import { longestListIn } from './expression.ts';
import { memberOf } from './facts.ts';
import { rulesFor, type CertificateType, type NationalRule } from './national-rule.ts';

export interface CertificateContext {
  /** The certificate's claims: `{ver, nam, dob, v|t|r}`. */
  readonly payload: JsonObject;
  /** The country that is entered, and perhaps a part of it. */
  readonly country: string;
  readonly region?: string;
  /** The country that issued the certificate, where it is known. */
  readonly issuer?: string;
  /** Codes by value set: `country-2-codes`, `vaccines-covid-19-names` … */
  readonly valueSets: JsonObject;
  readonly nowSeconds: number;
}

export interface NationalRuleAnswer {
  readonly rule: NationalRule;
  readonly answer: Answer;
}

export interface NationalReport {
  /**
   * `no` if any rule says so, else `undecided` if any does not answer, none says what is accepted, or nobody knows
   * whose invalidation rules count.
   */
  readonly answer: Answer;
  readonly rules: readonly NationalRuleAnswer[];
}

/** Never throws. */
export function askNationalRules(
  rules: readonly NationalRule[],
  context: CertificateContext,
): NationalReport {
  const { nowSeconds, payload, valueSets } = context;
  const external = { validationClock: new Date(nowSeconds * 1000).toISOString(), valueSets };
  const meant = rulesFor(rules, { ...context, kinds: kindsOf(payload), seconds: nowSeconds });
  const asked = meant.map((rule) => ({ rule, answer: askNationalRule(rule, payload, external) }));
  const answers = new Set(asked.map(({ answer }) => answer));
  const isOpen =
    answers.has('undecided') ||
    !meant.some(({ type }) => type === 'Acceptance') ||
    (context.issuer === undefined && rules.some(({ type }) => type === 'Invalidation'));
  return { answer: answers.has('no') ? 'no' : isOpen ? 'undecided' : 'yes', rules: asked };
}

/** One rule on its own, whatever it is meant for. */
export function askNationalRule(
  { logic }: NationalRule,
  payload: JsonValue | undefined,
  external: JsonObject,
): Answer {
  const data = payload === undefined ? { external } : { payload, external };
  return isAffordable(logic, longestListIn(data)) ? ask(logic, data) : 'undecided';
}

const KINDS: readonly (readonly [member: string, kind: CertificateType])[] = [
  ['v', 'Vaccination'],
  ['t', 'Test'],
  ['r', 'Recovery'],
];

function kindsOf(payload: JsonObject): ReadonlySet<CertificateType> {
  const isThere = (member: string): boolean => {
    const list = isJsonObject(payload) ? memberOf(payload, member) : undefined;
    return isJsonArray(list) && list.length > 0;
  };
  return new Set(KINDS.filter(([member]) => isThere(member)).map(([, kind]) => kind));
}
