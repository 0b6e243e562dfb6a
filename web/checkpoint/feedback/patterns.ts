/**
 * Each outcome by ear and by hand: as many tones as pulses, so that one who does not look knows it. Two tones for a
 * pass, one for a condition, five for a stop are what the scanners of Hong Kong's venues sounded.
 */
import type { Outcome } from '../../../core/verify/reasons.ts';

export interface Tone {
  readonly hertz: number;
  readonly milliseconds: number;
}

export interface Pattern {
  readonly tones: readonly Tone[];
  /** Pulse, pause, pulse … in milliseconds. */
  readonly pulses: readonly number[];
}

const LONG_MS = 220;
const SHORT_MS = 110;

export const PATTERNS: Readonly<Record<Outcome, Pattern>> = {
  pass: { tones: [tone(660, SHORT_MS), tone(990, LONG_MS)], pulses: [80, 60, 80] },
  condition: { tones: [tone(660, 2 * LONG_MS)], pulses: [300] },
  refer: { tones: Array.from({ length: 3 }, () => tone(440, SHORT_MS)), pulses: [120, 80, 120, 80, 120] },
  stop: {
    tones: Array.from({ length: 5 }, () => tone(220, SHORT_MS)),
    pulses: [200, 60, 200, 60, 200, 60, 200, 60, 200],
  },
};

function tone(hertz: number, milliseconds: number): Tone {
  return { hertz, milliseconds };
}
