/** What a new version of a policy changes: in its text, and for a sample of cases, before it starts. */
import { toCanonicalJson } from '../bytes/canonical-json.ts';
import type { JsonObject } from '../bytes/strict-json.ts';
import type { CaseFacts } from './cases.ts';
import { evaluatePolicy, type PolicyReport } from './evaluate.ts';
import type { Policy, Rule } from './policy.ts';

export interface NamesChanged {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

export interface CaseDiff {
  readonly name: string;
  readonly before: PolicyReport;
  readonly after: PolicyReport;
}

export interface PolicyDiff {
  readonly rules: NamesChanged;
  readonly windows: NamesChanged;
  /** Members of the policy, other than rules and windows, that differ: `effective`, `scope` … */
  readonly members: readonly string[];
  /** The cases that come out differently. */
  readonly cases: readonly CaseDiff[];
  readonly unchanged: number;
}

/** @param atSeconds judges all cases at one moment; absent: each at its own. Facts told twice count once. */
export function diffPolicies(
  before: Policy,
  after: Policy,
  sample: readonly CaseFacts[],
  atSeconds?: number,
): PolicyDiff {
  const compared = withoutRepeats(sample).map(({ atSeconds: own, facts, name }) => ({
    name,
    before: evaluatePolicy(before, facts, atSeconds ?? own),
    after: evaluatePolicy(after, facts, atSeconds ?? own),
  }));
  const cases = compared.filter(({ before: a, after: b }) => a.kind !== b.kind || a.outcome !== b.outcome);
  return {
    rules: changesIn(byId(before.rules), byId(after.rules)),
    windows: changesIn(before.windows, after.windows),
    members: membersChanged(before.json, after.json),
    cases,
    unchanged: compared.length - cases.length,
  };
}

function withoutRepeats(sample: readonly CaseFacts[]): readonly CaseFacts[] {
  const told = sample.map(({ atSeconds, facts }) => [toCanonicalJson({ atSeconds, facts }), facts] as const);
  const first = new Map(told.toReversed());
  return sample.filter((_, place) => first.get(told[place]?.[0] ?? '') === told[place]?.[1]);
}

function byId(rules: readonly Rule[]): ReadonlyMap<string, unknown> {
  return new Map(rules.map(({ id, ...rule }) => [id, rule]));
}

function changesIn(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): NamesChanged {
  return {
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: [...after.keys()].filter(
      (name) => before.has(name) && toCanonicalJson(before.get(name)) !== toCanonicalJson(after.get(name)),
    ),
  };
}

const COMPARED_APART: ReadonlySet<string> = new Set(['rules', 'windows', 'version']);

function membersChanged(before: JsonObject, after: JsonObject): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter(
    (name) =>
      !COMPARED_APART.has(name) &&
      toCanonicalJson({ value: before[name] ?? null }) !== toCanonicalJson({ value: after[name] ?? null }),
  );
}
