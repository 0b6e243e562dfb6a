/**
 * What is wrong with a set of policies as a whole, found when it is loaded and not at the gate: two policies on
 * one topic for the same passage at the same time, or a time between two policies in which none holds.
 */
import { nameOf, type Policy } from './policy.ts';
import { describePassage, doScopesMeet, isInScope, passagesOf, type Passage } from './scope.ts';

export interface CoverageProblem {
  readonly kind: 'overlap' | 'gap';
  readonly topic: string;
  readonly jurisdiction: string;
  /** `hk.vp@2` …: both that overlap, or the one before and the one after the gap. */
  readonly policies: readonly [string, string];
  /** The passage that nothing holds for; for an overlap, one that both are for. */
  readonly passage: string;
  /** Unix seconds; `untilSeconds` is absent where it goes on. */
  readonly fromSeconds: number;
  readonly untilSeconds?: number;
}

export function coverageProblems(policies: readonly Policy[]): readonly CoverageProblem[] {
  return [...groupByTopic(policies).values()].flatMap((group) => [...overlapsIn(group), ...gapsIn(group)]);
}

function groupByTopic(policies: readonly Policy[]): ReadonlyMap<string, readonly Policy[]> {
  return Map.groupBy(policies, ({ jurisdiction, topic }) => `${jurisdiction} ${topic}`);
}

function overlapsIn(group: readonly Policy[]): readonly CoverageProblem[] {
  return group.flatMap((a, place) =>
    group.slice(place + 1).flatMap((b) => {
      const fromSeconds = Math.max(a.fromSeconds, b.fromSeconds);
      const untilSeconds = Math.min(a.untilSeconds ?? Infinity, b.untilSeconds ?? Infinity);
      if (fromSeconds >= untilSeconds || !doScopesMeet(a.scope, b.scope)) return [];
      return [problem('overlap', [a, b], sharedPassage(a, b), { fromSeconds, untilSeconds })];
    }),
  );
}

/** For each passage that some policy names: the times between its policies' times. */
function gapsIn(group: readonly Policy[]): readonly CoverageProblem[] {
  const passages = new Map(
    group.flatMap(({ scope }) => passagesOf(scope).map((one) => [describePassage(one), one] as const)),
  );
  return [...passages.values()].flatMap((passage) => {
    const ofPassage = group
      .filter(({ scope }) => isInScope(scope, passage))
      .toSorted((a, b) => a.fromSeconds - b.fromSeconds);
    return gapsBetween(ofPassage, passage);
  });
}

function gapsBetween(policies: readonly Policy[], passage: Passage): readonly CoverageProblem[] {
  const gaps: CoverageProblem[] = [];
  let [last] = policies;
  for (const policy of policies.slice(1)) {
    // The slice is not empty, so there is a first.
    const coveredUntil = last!.untilSeconds ?? Infinity;
    if (policy.fromSeconds > coveredUntil) {
      const times = { fromSeconds: coveredUntil, untilSeconds: policy.fromSeconds };
      gaps.push(problem('gap', [last!, policy], passage, times));
    }
    if ((policy.untilSeconds ?? Infinity) > coveredUntil) last = policy;
  }
  return gaps;
}

function sharedPassage(a: Policy, b: Policy): Passage {
  const shared = passagesOf(a.scope).find((passage) => isInScope(b.scope, passage));
  // The scopes meet in some passage.
  return shared ?? passagesOf(a.scope)[0]!;
}

interface Times {
  readonly fromSeconds: number;
  readonly untilSeconds: number;
}

function problem(
  kind: CoverageProblem['kind'],
  [a, b]: readonly [Policy, Policy],
  passage: Passage,
  { fromSeconds, untilSeconds }: Times,
): CoverageProblem {
  return {
    kind,
    topic: a.topic,
    jurisdiction: a.jurisdiction,
    policies: [nameOf(a), nameOf(b)],
    passage: describePassage(passage),
    fromSeconds,
    ...(untilSeconds === Infinity ? {} : { untilSeconds }),
  };
}
