/** What is wrong with rules as a set, found when they are loaded and not at the gate: told, not refused. */
import type { CoverageProblem } from './coverage.ts';

export interface SetProblem {
  readonly kind: 'overlap' | 'gap';
  /** Names rules or policies, and when. */
  readonly what: string;
}

export function problemOfCoverage(problem: CoverageProblem): SetProblem {
  const { fromSeconds, kind, passage, policies, untilSeconds } = problem;
  const [a, b] = policies;
  const until = untilSeconds === undefined ? 'on' : `to ${toDateTime(untilSeconds)}`;
  const times = `from ${toDateTime(fromSeconds)} ${until}`;
  const what =
    kind === 'overlap' ? `${a} and ${b} are both in force` : `nothing is in force between ${a} and ${b}`;
  return { kind, what: `${what} for ${passage} ${times}` };
}

function toDateTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}
