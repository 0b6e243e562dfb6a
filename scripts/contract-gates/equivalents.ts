/**
 * Mutants that no test can catch, because they mean the same as the original: a reviewed list, each with its
 * reason, in `test/contracts/equivalent-mutants.json`.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Mutant, type MutantName, nameOf } from './mutants.ts';

export interface EquivalentMutant extends MutantName {
  readonly reason: string;
}

export interface Reviewed {
  /** Listed as equivalent. */
  readonly equivalent: ReadonlySet<Mutant>;
  /** Entries of the list that are no mutants any more: what they speak of has changed. */
  readonly stale: readonly EquivalentMutant[];
}

const FILE = join(resolve(import.meta.dirname, '..', '..'), 'test/contracts/equivalent-mutants.json');

export function readEquivalents(): readonly EquivalentMutant[] {
  // Reviewed by hand; an entry that is not of this form matches no mutant and is reported as stale.
  const entries = JSON.parse(readFileSync(FILE, 'utf8')) as readonly Partial<EquivalentMutant>[];
  return entries.map((entry) => {
    const { file = '', within = '', operator = '', original = '', changed = '', reason = '' } = entry;
    if (reason === '') throw new Error(`${FILE}: no reason is given for ${original} → ${changed}`);
    return { file, within, operator, original, changed, occurrence: entry.occurrence ?? 1, reason };
  });
}

export function review(mutants: readonly Mutant[], listed: readonly EquivalentMutant[]): Reviewed {
  const byName = new Map(mutants.map((mutant) => [nameOf(mutant), mutant]));
  return {
    equivalent: new Set(listed.flatMap((entry) => byName.get(nameOf(entry)) ?? [])),
    stale: listed.filter((entry) => !byName.has(nameOf(entry))),
  };
}
