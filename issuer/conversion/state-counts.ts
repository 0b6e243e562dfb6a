/** How many conversions are in each state, counted along with what is stored. */
import type { Decision } from '../../core/conversion/acknowledgement.ts';

/** `open`: the target has not answered; `withdrawn`, whatever it answers. */
export type SourceState = Decision | 'open' | 'withdrawn';

export class StateCounts<State extends string> {
  readonly #counts = new Map<State, number>();

  /** @param from `undefined`: it is new; @param to `undefined`: it is forgotten */
  move(from: State | undefined, to: State | undefined): void {
    if (from !== undefined) this.#counts.set(from, this.of(from) - 1);
    if (to !== undefined) this.#counts.set(to, this.of(to) + 1);
  }

  of(state: State): number {
    return this.#counts.get(state) ?? 0;
  }
}
