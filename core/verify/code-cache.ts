/**
 * Codes seen before: queues show the same code twice, gates re-read it many times a second. A judgement is
 * told again as long as nothing it rests on has changed: the same ledger events, status lists and policy, and
 * no time passed at which it might differ (an expiry, a list that becomes stale). The age of our knowledge is
 * graded anew every time, so a verdict never looks fresher than it is.
 *
 * Only anchored credentials are kept: whoever has none cannot push others out. Nor are dynamic codes, which are of one
 * minute and one gate. One cache serves one policy;
 * alternating policies would empty it each time. It holds the codes themselves, so it stays in memory.
 */
import { conclude, couldNotDecide } from './conclude.ts';
import { timeOf, type VerifyContext } from './context.ts';
import { judge } from './judge.ts';
import type { Judgement } from './trail.ts';
import type { Verdict } from './verdict.ts';

interface Entry {
  readonly judgement: Judgement;
  readonly madeAtSeconds: number;
}

type Knowledge = Pick<VerifyContext, 'crypto' | 'state' | 'statusLists' | 'policy'> & {
  readonly version: number;
};

export class CodeCache {
  readonly #halfEntries: number;
  /** Two generations: when the young one is full it becomes the old one, and what nobody asked for is gone. */
  #young = new Map<string, Entry>();
  #old = new Map<string, Entry>();
  #knowledge: Knowledge | undefined;

  /** @param maxEntries kept at most; each is about 2 kB */
  constructor({ maxEntries }: { readonly maxEntries: number }) {
    this.#halfEntries = Math.max(1, Math.floor(maxEntries / 2));
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** As `verifyCode`, from memory when possible. Never throws. */
  async verify(text: string, context: VerifyContext): Promise<Verdict> {
    try {
      // A document in hand belongs to one person: no answer about it is told again.
      if (context.presented !== undefined) return conclude(await judge(text, context), context);
      const entry = this.#entryFor(text, context);
      return conclude(entry?.judgement ?? (await this.#judge(text, context)), context);
    } catch {
      return couldNotDecide(context.policy);
    }
  }

  async #judge(text: string, context: VerifyContext): Promise<Judgement> {
    const knowledge = this.#knowledge;
    const madeAtSeconds = timeOf(context);
    const judgement = await judge(text, context);
    // What was judged on other knowledge than the cache holds now would outlive it.
    const isCurrent = knowledge === this.#knowledge && context.state.version === knowledge?.version;
    if (judgement.isLasting && isCurrent) this.#keep(text, { judgement, madeAtSeconds });
    return judgement;
  }

  #entryFor(text: string, context: VerifyContext): Entry | undefined {
    if (!this.#isAbout(context)) {
      const { crypto, state, statusLists, policy } = context;
      this.#knowledge = { crypto, state, statusLists, policy, version: state.version };
      this.#young = new Map();
      this.#old = new Map();
      return undefined;
    }
    const young = this.#young.get(text);
    const entry = young ?? this.#old.get(text);
    if (entry === undefined) return undefined;
    const now = timeOf(context);
    if (now < entry.madeAtSeconds || now >= entry.judgement.holdsUntilSeconds) return undefined;
    if (young === undefined) this.#keep(text, entry);
    return entry;
  }

  #isAbout({ crypto, state, statusLists, policy }: VerifyContext): boolean {
    const known = this.#knowledge;
    return (
      known !== undefined &&
      known.state === state &&
      known.version === state.version &&
      known.statusLists === statusLists &&
      known.policy === policy &&
      known.crypto === crypto
    );
  }

  #keep(text: string, entry: Entry): void {
    this.#old.delete(text);
    this.#young.set(text, entry);
    if (this.#young.size < this.#halfEntries) return;
    this.#old = this.#young;
    this.#young = new Map();
  }
}
