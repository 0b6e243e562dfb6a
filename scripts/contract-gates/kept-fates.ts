/**
 * What an interrupted run of the mutation check had found, so that the next one goes on from there. A file of lines:
 *
 *   {"of":"<digest of all contracts and of their tests>"}
 *   {"mutant":"<digest of its name>","fate":…}           one for each that was tried; the last may be cut off
 *
 * What was found of other contracts or tests counts for nothing.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Mutant, nameOf } from './mutants.ts';
import type { Fate } from './mutation.ts';

export class KeptFates {
  readonly #file: string;
  readonly #header: string;

  /** `texts` are all that decides about a fate. */
  constructor(file: string, texts: readonly string[]) {
    this.#file = file;
    this.#header = JSON.stringify({ of: digest(texts.map(digest).join()) });
  }

  /** Forgets what the file holds. */
  clear(): void {
    writeFileSync(this.#file, `${this.#header}\n`);
  }

  /** Of these mutants, those whose fate the file knows. It is begun anew when it is about other texts. */
  read(mutants: readonly Mutant[]): ReadonlyMap<Mutant, Fate> {
    const [header, ...lines] = existsSync(this.#file) ? readFileSync(this.#file, 'utf8').split('\n') : [];
    if (header !== this.#header) {
      this.clear();
      return new Map();
    }
    const fates = new Map(lines.flatMap(parseLine));
    return new Map(
      mutants.flatMap((mutant) => {
        const fate = fates.get(keyOf(mutant));
        return fate === undefined ? [] : [[mutant, fate] as const];
      }),
    );
  }

  add(mutant: Mutant, fate: Fate): void {
    appendFileSync(this.#file, `${JSON.stringify({ mutant: keyOf(mutant), fate })}\n`);
  }
}

function parseLine(line: string): readonly (readonly [string, Fate])[] {
  try {
    // Written by `add`, or the beginning of that.
    const { mutant, fate } = JSON.parse(line) as { mutant: string; fate: Fate };
    return [[mutant, fate]];
  } catch {
    return [];
  }
}

function keyOf(mutant: Mutant): string {
  return digest(nameOf(mutant));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
