/**
 * What this checkpoint asks for, as plain data: it is stored, and handed to the engine with each code.
 *
 *   { "mode": "border", "ageingSeconds": 259200,
 *     "passage": {"jurisdiction": "HK", "place": "port:HZMB", "route": "MO>HK", "traveller": "resident"} }
 */
import type { Passage } from '../../../core/policy/scope.ts';

export type Mode = 'venue' | 'border';

export interface RulePassage extends Passage {
  /** Whose rules, ISO 3166-1 alpha-2. */
  readonly jurisdiction: string;
}

export interface CheckpointPolicy {
  readonly mode: Mode;
  /** Knowledge older than this decides nothing: 24 hours at a venue, 72 at a border, unless the operator says so. */
  readonly ageingSeconds: number;
  /** Absent: whether the code is good, and nothing else. */
  readonly passage?: RulePassage;
}

const HOUR_SECONDS = 3600;

export const AGEING_SECONDS: Readonly<Record<Mode, number>> = {
  venue: 24 * HOUR_SECONDS,
  border: 72 * HOUR_SECONDS,
};
