/** The colours of a person as they were told. */
import { SCHEMES, type Colour, type Scheme } from '../../core/record/derived.ts';
import type { Code } from '../../core/record/record.ts';
import type { HealthFile } from './health-file.ts';

/** A colour that a person has been told, and the change that gave it. */
export interface ShownColour {
  readonly scheme: Scheme;
  readonly state: Colour;
  readonly ruleId: string;
  readonly ruleVersion: number;
  readonly ground?: Code;
  readonly sinceSeconds: number;
  readonly change: string;
}

export function shownOf({ colours }: HealthFile): readonly ShownColour[] {
  return SCHEMES.flatMap((scheme) => {
    const held = colours[scheme];
    if (held === undefined) return [];
    const { state, ruleId, ruleVersion, ground, sinceSeconds, change } = held;
    const why = ground === undefined ? {} : { ground };
    return [{ scheme, state, ruleId, ruleVersion, ...why, sinceSeconds, change }];
  });
}
