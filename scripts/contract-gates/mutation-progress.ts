/**
 * How far a mutation check is, for whoever waits an hour for it: `425 of 1203 mutants: 380 caught, 1 survived, 44
 * without a test, 12 min left`, and each survivor as soon as it is found.
 */
import type { Mutant } from './mutants.ts';
import type { Fate } from './mutation.ts';

/** Without a terminal, a line for each so many mutants. */
const LINE_EVERY = 25;
const CLEAR_LINE = '\r\u001b[K';

export interface ProgressOptions {
  readonly total: number;
  /** Of an earlier run. */
  readonly known: Iterable<Fate>;
  readonly out: { readonly isTTY?: boolean; write(text: string): unknown };
  /** Milliseconds that only grow. */
  readonly elapsed: () => number;
  /** Says of a survivor what it is; `undefined` for one that is known as equivalent. */
  readonly describe: (mutant: Mutant) => string | undefined;
}

export class MutationProgress {
  readonly #options: ProgressOptions;
  readonly #startedAt: number;
  readonly #counts: Record<Outcome, number> = { caught: 0, survived: 0, untested: 0 };
  #triedNow = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#startedAt = options.elapsed();
    for (const fate of options.known) this.#counts[outcomeOf(fate)]++;
  }

  note(mutant: Mutant, fate: Fate): void {
    const { out, describe } = this.#options;
    const outcome = outcomeOf(fate);
    this.#counts[outcome]++;
    this.#triedNow++;
    const survivor = outcome === 'survived' ? describe(mutant) : undefined;
    const clear = out.isTTY === true ? CLEAR_LINE : '';
    if (survivor !== undefined) out.write(`${clear}survived: ${survivor}\n`);
    if (out.isTTY === true) out.write(`${CLEAR_LINE}${this.#line()}`);
    else if (this.#triedNow % LINE_EVERY === 0) out.write(`${this.#line()}\n`);
  }

  /** Leaves no half line behind. */
  end(): void {
    if (this.#options.out.isTTY === true) this.#options.out.write(CLEAR_LINE);
  }

  #line(): string {
    const { caught, survived, untested } = this.#counts;
    const done = caught + survived + untested;
    const parts = [`${caught} caught`, `${survived} survived`, `${untested} without a test`];
    return `${done} of ${this.#options.total} mutants: ${parts.join(', ')}, ${this.#minutesLeft(done)} min left`;
  }

  #minutesLeft(done: number): number {
    const perMutant = (this.#options.elapsed() - this.#startedAt) / this.#triedNow;
    return Math.ceil(((this.#options.total - done) * perMutant) / 60_000);
  }
}

type Outcome = 'caught' | 'survived' | 'untested';

/** `untested`: it did not compile, or to the code of the original. */
function outcomeOf(fate: Fate): Outcome {
  if (typeof fate === 'string') return 'untested';
  return fate.caughtBy === undefined ? 'survived' : 'caught';
}
