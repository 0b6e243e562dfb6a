/**
 * Green or pink: what the declaration of a traveller comes to at a port of Hong Kong, by the entry policy in force
 * (`hk.return2hk`, `hk.come2hk`). Green is the lane without quarantine, pink is quarantine on arrival; what the facts
 * do not decide goes to an officer. The port derives it anew, and nobody hands it in.
 */
import { evaluatePolicy } from '../policy/evaluate.ts';
import type { Facts } from '../policy/facts.ts';
import { isEffective, type Policy } from '../policy/policy.ts';
import { isInScope, type Passage } from '../policy/scope.ts';

export type Lane = 'green' | 'pink' | 'refer';

export interface LaneAnswer {
  readonly lane: Lane;
  readonly ruleId: string;
  readonly ruleVersion: number;
  /** The rules that were not met, or that the facts leave open. */
  readonly unmet: readonly string[];
}

/** `undefined`: no policy of this programme is in force for that passage, so there is no lane. */
export function laneOf(
  versions: readonly Policy[],
  { facts, passage }: { readonly facts: Facts; readonly passage: Passage },
  atSeconds: number,
): LaneAnswer | undefined {
  const [policy, ...others] = versions.filter(
    (one) => isEffective(one, atSeconds) && isInScope(one.scope, passage),
  );
  if (policy === undefined || others.length > 0) return undefined;
  const { kind, outcome, rules } = evaluatePolicy(policy, facts, atSeconds);
  const lane = kind === 'undecided' ? 'refer' : outcome === 'pass' ? 'green' : 'pink';
  const unmet = rules.filter(({ result }) => result !== 'pass').map(({ id }) => id);
  return { lane, ruleId: policy.id, ruleVersion: policy.version, unmet };
}
