/**
 * Answers to codes, from what is known now: the ledger's state, the checkpoint's policies and its list of foreign signers.
 * Codes seen before are answered from memory, a memory for each policy; what is asked for one scan only (a document in
 * hand, a passage, the officer's answers) never enters it.
 */
import type { PresentedIdentity } from '../core/record/identity-match.ts';
import type { VerifyPolicy } from '../core/verify/policy.ts';
import { CodeCache } from '../core/verify/code-cache.ts';
import { verifyTogether, type CombinedVerdict } from '../core/verify/together.ts';
import type { Verdict } from '../core/verify/verdict.ts';
import { verifyCode, type VerifyContext } from '../core/verify/verify.ts';
import type { ScanSettings } from '../core/policy/checkpoint-policy.ts';
import type { CheckpointFiles } from './checkpoint-files.ts';

/** About 32 MB, over all policies. */
const CACHED_CODES = 16_384;

/** What one scan asks beside its codes; absent: what the checkpoint asks. */
export interface ScanRequest extends ScanSettings {
  /** Id of one of the checkpoint's policies. */
  readonly policy?: string;
  /** The document in hand. */
  readonly presented?: PresentedIdentity;
}

export class Gate {
  readonly #files: CheckpointFiles;
  readonly #contextNow: () => Omit<VerifyContext, 'policy' | 'foreignTrust' | 'presented'>;
  readonly #caches = new WeakMap<VerifyPolicy, CodeCache>();

  constructor(
    files: CheckpointFiles,
    contextNow: () => Omit<VerifyContext, 'policy' | 'foreignTrust' | 'presented'>,
  ) {
    this.#files = files;
    this.#contextNow = contextNow;
  }

  /** The verdict on one code. Rejects with `PolicyError` for a request that the checkpoint does not know, else never. */
  async verify(text: string, request: ScanRequest = {}): Promise<Verdict> {
    const { isKept, policy } = await this.#policyFor(request);
    const context = this.#context(policy, request);
    return isKept ? this.#cacheOf(policy).verify(text, context) : verifyCode(text, context);
  }

  /** One verdict on all codes of one person. Rejects as {@link verify} does. */
  async verifyTogether(texts: readonly string[], request: ScanRequest = {}): Promise<CombinedVerdict> {
    const { policy } = await this.#policyFor(request);
    return verifyTogether(texts, this.#context(policy, request));
  }

  async #policyFor(
    request: ScanRequest,
  ): Promise<{ readonly policy: VerifyPolicy; readonly isKept: boolean }> {
    const checkpoint = this.#files.policy(request.policy);
    const isKept = request.passage === undefined && request.trip === undefined;
    return { policy: isKept ? checkpoint.policy : await checkpoint.asked(request), isKept };
  }

  #context(policy: VerifyPolicy, { presented }: ScanRequest): VerifyContext {
    return {
      ...this.#contextNow(),
      policy,
      foreignTrust: this.#files.trust,
      ...(presented === undefined ? {} : { presented }),
    };
  }

  /** A policy that was replaced takes its memory with it. */
  #cacheOf(policy: VerifyPolicy): CodeCache {
    let cache = this.#caches.get(policy);
    if (cache === undefined) {
      cache = new CodeCache({ maxEntries: CACHED_CODES / this.#files.policies.length });
      this.#caches.set(policy, cache);
    }
    return cache;
  }
}
