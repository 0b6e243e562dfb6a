/**
 * What a device holds, and the one place where it changes: bundles are judged one after the other, each against what
 * the one before it left, so that two at once never roll anything back.
 */
import { acceptBundle } from './accept-bundle.ts';
import type { AcceptContext } from './signed-head.ts';
import type { BundleState } from './bundle-state.ts';

export class BundleKeeper {
  readonly #contextNow: () => AcceptContext;
  #held: BundleState | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param held what was held before, if anything */
  constructor(contextNow: () => AcceptContext, held?: BundleState) {
    this.#contextNow = contextNow;
    this.#held = held;
  }

  get held(): BundleState | undefined {
    return this.#held;
  }

  /** Resolves to what is held then. A refusal rejects with a `BundleError` and changes nothing. */
  async accept(bytes: Uint8Array): Promise<BundleState> {
    const turn = this.#turn.then(async () => {
      this.#held = await acceptBundle(bytes, this.#held, this.#contextNow());
      return this.#held;
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
