/**
 * Answers to codes, from what is known now: the ledger's state, the checkpoint's policies and its list of foreign signers.
 * Codes seen before are answered from memory, a memory for each policy; what is asked for one scan only (a document in
 * hand, a passage, the officer's answers) never enters it. A credential that another gate has just seen says so.
 */
import { fromHex } from '../core/bytes/hex.ts';
import type { PresentedIdentity } from '../core/record/identity-match.ts';
import type { VerifyPolicy } from '../core/verify/policy.ts';
import { CodeCache } from '../core/verify/code-cache.ts';
import { withReason, weigh } from '../core/verify/conclude.ts';
import type { ReasonCode } from '../core/verify/reasons.ts';
import { verifyTogether, type CombinedVerdict } from '../core/verify/together.ts';
import type { Verdict } from '../core/verify/verdict.ts';
import { verifyCode, type VerifyContext } from '../core/verify/verify.ts';
import type { ScanSettings } from '../core/policy/checkpoint-policy.ts';
import type { RegistryKnowledge } from '../core/policy/ledger-registry.ts';
import type { CheckpointFiles } from './checkpoint-files.ts';
import { DeviceError } from './devices/errors.ts';
import type { Sightings } from './sightings.ts';

/** About 32 MB, over all policies. */
const CACHED_CODES = 16_384;

/** What one scan asks beside its codes; absent: what the checkpoint asks. */
export interface ScanRequest extends ScanSettings {
  /** Id of one of the checkpoint's policies. */
  readonly policy?: string;
  /** The document in hand. */
  readonly presented?: PresentedIdentity;
  /** Number of the gate, from 1; absent: of none, so that nothing is noted either. */
  readonly gate?: number;
  /** Which gates it belongs to; absent: those that name no group. */
  readonly group?: string;
  /** Id of the enrolled device that asks; absent: anybody. */
  readonly device?: string;
}

/** What notes where codes are shown, here or in another process; rejects soon when that does not answer. */
export interface SightingPort {
  note(...shown: Parameters<Sightings['note']>): boolean | Promise<boolean>;
}

/** What is known now. */
export interface GateContext extends Omit<
  VerifyContext,
  'policy' | 'foreignTrust' | 'presented' | 'registry'
> {
  readonly state: VerifyContext['state'] & RegistryKnowledge;
}

export class Gate {
  readonly #files: CheckpointFiles;
  readonly #contextNow: () => GateContext;
  readonly #sightings: SightingPort | undefined;
  readonly #caches = new WeakMap<VerifyPolicy, CodeCache>();

  /** @param sightings absent: nothing is noted of where codes are shown */
  constructor(files: CheckpointFiles, contextNow: () => GateContext, sightings?: SightingPort) {
    this.#files = files;
    this.#contextNow = contextNow;
    this.#sightings = sightings;
  }

  /**
   * The verdict on one code. Rejects with `PolicyError` for a request that the checkpoint does not know and with
   * `DEVICE_NEEDED`; else never.
   */
  async verify(text: string, request: ScanRequest = {}): Promise<Verdict> {
    const { isKept, policy } = await this.#policyFor(request);
    const context = this.#context(policy, request);
    const verdict = await (isKept ? this.#cacheOf(policy).verify(text, context) : verifyCode(text, context));
    const reason = await this.#note(verdict, request, context);
    return reason === undefined ? verdict : withReason(verdict, 'holder', reason);
  }

  /** One verdict on all codes of one person. Rejects as {@link verify} does. */
  async verifyTogether(texts: readonly string[], request: ScanRequest = {}): Promise<CombinedVerdict> {
    const { policy } = await this.#policyFor(request);
    const context = this.#context(policy, request);
    const verdict = await verifyTogether(texts, context);
    // Each is noted, whatever was found of those before it.
    const noted = await Promise.all(verdict.parts.map((part) => this.#note(part, request, context)));
    const reasons = new Set(noted.flatMap((reason) => reason ?? []));
    return reasons.size === 0 ? verdict : { ...verdict, ...weigh([...verdict.reasons, ...reasons]) };
  }

  /**
   * What is to be said of it when another gate has just seen it, or when that cannot be asked. Only what is genuine is
   * noted: anybody can make up the rest.
   */
  async #note(
    { evidence, validity }: Verdict,
    { gate, group = '' }: ScanRequest,
    { nowSeconds }: VerifyContext,
  ): Promise<ReasonCode | undefined> {
    if (gate === undefined || validity === 'invalid' || evidence.claims === undefined) return undefined;
    const { commitment } = evidence;
    if (commitment === undefined || this.#sightings === undefined) return undefined;
    try {
      const isElsewhere = await this.#sightings.note(fromHex(commitment), { gate, group }, nowSeconds);
      return isElsewhere ? 'SHOWN_ELSEWHERE' : undefined;
    } catch {
      return 'SIGHTINGS_UNKNOWN';
    }
  }

  async #policyFor(
    request: ScanRequest,
  ): Promise<{ readonly policy: VerifyPolicy; readonly isKept: boolean }> {
    const checkpoint = this.#files.policy(request.policy);
    if (checkpoint.policy.enrolledDevicesOnly && request.device === undefined) {
      throw new DeviceError('DEVICE_NEEDED', 'this policy serves enrolled devices only');
    }
    const isKept = request.passage === undefined && request.trip === undefined;
    return { policy: isKept ? checkpoint.policy : await checkpoint.asked(request), isKept };
  }

  #context(policy: VerifyPolicy, { gate, presented }: ScanRequest): VerifyContext {
    const now = this.#contextNow();
    return {
      ...now,
      policy,
      registry: this.#files.registry(now.state),
      foreignTrust: this.#files.trust,
      ...(presented === undefined ? {} : { presented }),
      ...(gate === undefined ? {} : { gate }),
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
