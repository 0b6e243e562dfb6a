/**
 * A country's rules as they were loaded, and what is wrong with them as a set: found when they are loaded and not at the
 * gate. A set is taken whole or not at all.
 */
import type { JsonObject } from '../bytes/strict-json.ts';
import { PolicyError } from './errors.ts';
import { pathsOf } from './expression.ts';
import { memberOf } from './facts.ts';
import type { CertificateType, NationalRule } from './national-rule.ts';
import type { SetProblem } from './set-problem.ts';

/** Throws `POLICY_NOT_UNIQUE`, and `POLICY_FIELD` for a value set that a rule uses and nobody gave. */
export function checkNationalRules(rules: readonly NationalRule[], valueSets: JsonObject): void {
  const names = rules.map(({ id, version }) => `${id} ${version.join('.')}`);
  const twice = names.find((name, place) => names.indexOf(name) < place);
  if (twice !== undefined) throw new PolicyError('POLICY_NOT_UNIQUE', `${twice} is there twice`);
  for (const { id, logic } of rules) {
    for (const path of pathsOf(logic)) {
      const set = /^external\.valueSets\.([^.]+)/.exec(path)?.[1];
      if (set === undefined || memberOf(valueSets, set) !== undefined) continue;
      throw new PolicyError('POLICY_FIELD', `${id} uses a value set that is not there: ${set}`);
    }
  }
}

/** Two versions of a rule at one time, and kinds of certificates that nothing is said about. */
export function nationalProblems(
  rules: readonly NationalRule[],
  country: string,
  nowSeconds: number,
): readonly SetProblem[] {
  return [...overlapsIn(rules), ...gapsIn(rules, country, nowSeconds)];
}

function overlapsIn(rules: readonly NationalRule[]): readonly SetProblem[] {
  return rules.flatMap((a, place) =>
    rules
      .slice(place + 1)
      .filter((b) => a.id === b.id && a.type === b.type && doMeet(a, b))
      .map((b) => ({
        kind: 'overlap' as const,
        what: `${a.id} ${a.version.join('.')} and ${b.version.join('.')}, of which the newest counts`,
      })),
  );
}

function doMeet(a: NationalRule, b: NationalRule): boolean {
  return a.validFromSeconds <= b.validToSeconds && b.validFromSeconds <= a.validToSeconds;
}

const KINDS: readonly CertificateType[] = ['Vaccination', 'Test', 'Recovery'];

/** A kind of certificate that no acceptance rule is for by name: general rules alone decide it, or nothing does. */
function gapsIn(rules: readonly NationalRule[], country: string, nowSeconds: number): readonly SetProblem[] {
  const inForce = rules.filter(
    (rule) =>
      rule.type === 'Acceptance' &&
      rule.country === country &&
      rule.validFromSeconds <= nowSeconds &&
      nowSeconds <= rule.validToSeconds,
  );
  return KINDS.filter((kind) => !inForce.some(({ certificateType }) => certificateType === kind)).map(
    (kind) => ({
      kind: 'gap',
      what: `${country} has no acceptance rule in force for certificates of the kind ${kind}`,
    }),
  );
}
