/**
 * A list that is fetched seldom does not know the codes of this hour. Where a newer one can change an answer, it is asked
 * for at once, and the answer is given anew. Only a code whose issuer has signed it makes the page ask, and what it asks
 * for is what every device asks for, after the size of the list that it holds.
 */
import { shouldBeAnchored } from '../../../core/verify/steps/inclusion.ts';
import type { Verdict } from '../../../core/verify/verdict.ts';
import type { Decision, LearnProblem, VerifyQuestion } from '../engine/protocol.ts';
import { isOver } from './pace.ts';

export interface NewerListPorts {
  readonly judge: (question: VerifyQuestion) => Promise<Decision>;
  /** Asks for the latest list; what comes of it, `problem` says. */
  readonly update: () => Promise<void>;
  /** Why the last question brought nothing, or brings nothing as long as it is on its way; `undefined`: it brought what there is. */
  readonly problem: () => LearnProblem | undefined;
  /** Resolves when somebody has waited for long enough. */
  readonly patience: () => Promise<void>;
  readonly nowSeconds: () => number;
}

/** For all codes together: who comes after somebody else in the same minute is answered from what that one brought. */
const ASK_AGAIN_SECONDS = 60;

export class NewerList {
  readonly #ports: NewerListPorts;
  #askedAt = -Infinity;
  #answer: Promise<unknown> = Promise.resolve();

  constructor(ports: NewerListPorts) {
    this.#ports = ports;
  }

  /** Rejects as `judge` does. */
  async decide(question: VerifyQuestion): Promise<Decision> {
    const { judge, problem } = this.#ports;
    const before = await judge(question);
    if (!canNewerHelp(before)) return before;
    // Who did not answer a moment ago, when a page of roots was asked for, is not waited for once more.
    if (before.pageProblem === 'OFFLINE') return { ...before, listProblem: 'OFFLINE' };
    await this.#ask();
    const judged = await judge(question);
    return canNewerHelp(judged) ? { ...judged, listProblem: problem() ?? 'NO_NEWER_YET' } : judged;
  }

  /** Resolves when there is an answer to what was asked in this minute, or it has been waited for long enough. */
  #ask(): Promise<unknown> {
    const { nowSeconds, patience, update } = this.#ports;
    if (isOver(nowSeconds() - this.#askedAt, ASK_AGAIN_SECONDS)) {
      this.#askedAt = nowSeconds();
      this.#answer = Promise.race([update().catch(() => undefined), patience()]);
    }
    return this.#answer;
  }
}

/** Whether a newer list can change this answer: nothing is wrong with any code, and one of them says more than the list. */
export function canNewerHelp({ parts, validity }: Decision): boolean {
  return validity === 'unconfirmed' && parts.some((part) => isTooOldFor(part));
}

/** `claims` are there only where the issuer's signature, or the ledger, vouches for them. */
function isTooOldFor({ evidence: { claims }, freshness, reasons }: Verdict): boolean {
  if (claims === undefined || freshness.basis !== 'ledger') return false;
  if (reasons.includes('STATE_STALE') || reasons.includes('STATUS_STALE')) return true;
  return reasons.includes('ROOT_NOT_SEEN') && !shouldBeAnchored(claims.iat, freshness.checkpointTimeSeconds);
}
