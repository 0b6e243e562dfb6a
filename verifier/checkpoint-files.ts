/**
 * What a checkpoint has from its operator: the policies that it may ask, the first of them unless a request names
 * another, and the list of signers of other systems' codes. Both are files that may be replaced while it runs.
 *
 * A policy that is bad at the start ends the start: to ask another would be worse. One of which the ledger has another
 * content in force does not: its verdicts refer, and what is known of the ledger and the time may be old. Nor does a bad
 * trust list: our own codes need none, and those of others are then confirmed by nobody.
 */
import type { Hex } from '../core/bytes/hex.ts';
import type { Crypto } from '../core/crypto.ts';
import type { ForeignTrust } from '../core/foreign/foreign-trust.ts';
import type { CheckpointPolicy } from '../core/policy/checkpoint-policy.ts';
import { PolicyError } from '../core/policy/errors.ts';
import type { RegistryKnowledge } from '../core/policy/ledger-registry.ts';
import { heldAt, refuseOthers } from '../core/policy/registration.ts';
import type { PolicyRegistry, Registration } from '../core/verify/policy-rules.ts';
import type { ReadContents } from '../service/file-reads.ts';
import type { Log } from '../service/logging.ts';
import type { VerifierConfig } from './config.ts';
import { Kept, type KeptDeps, type KeptOptions } from './kept.ts';
import { readPolicyFiles } from './policy-files.ts';
import { RegisteredPolicies } from './registered-policies.ts';
import { readTrustFile } from './trust-file.ts';

export type CheckpointFilesConfig = Pick<VerifierConfig, 'policies' | 'trustFile'> &
  Partial<Pick<VerifierConfig, 'unregistered'>>;

export interface CheckpointFilesDeps extends KeptDeps {
  readonly crypto: Crypto;
  /** What is known of the ledger now; absent: nothing yet, and then no policy is refused for it. */
  readonly known?: () => RegistryKnowledge | undefined;
  /** `contents` of a checkpoint that has the same files: it begins with what that has in use. */
  readonly held?: HeldContents;
}

/** By the name that the settings have for a policy or a list. */
export type HeldContents = ReadonlyMap<string, ReadContents>;

/** A policy of rules that holds now by its own dates. */
export interface RulesInUse {
  readonly id: string;
  readonly version: number;
  readonly jurisdiction: string;
  readonly digest: Hex;
  readonly registration: Registration;
}

const NOBODY: ForeignTrust = {};

export class CheckpointFiles {
  readonly policies: readonly Kept<CheckpointPolicy>[];
  readonly trustFile: Kept<ForeignTrust> | undefined;
  readonly #registered: RegisteredPolicies;
  readonly #nowSeconds: () => number;
  #looking: Promise<void> = Promise.resolve();
  #listener: (files: CheckpointFiles) => void = () => undefined;

  private constructor(
    { policies, trustFile }: Pick<CheckpointFiles, 'policies' | 'trustFile'>,
    registered: RegisteredPolicies,
    nowSeconds: () => number,
  ) {
    this.policies = policies;
    this.trustFile = trustFile;
    this.#registered = registered;
    this.#nowSeconds = nowSeconds;
  }

  /** Throws `PolicyError`, `FILE_TOO_LARGE` for a policy that cannot be taken, or for two of one id. */
  static async open(
    { policies: names, trustFile: path, unregistered }: CheckpointFilesConfig,
    deps: CheckpointFilesDeps,
  ): Promise<CheckpointFiles> {
    const registered = new RegisteredPolicies(deps.crypto, unregistered);
    const policies: Kept<CheckpointPolicy>[] = [];
    for (const name of names) {
      const load: KeptOptions<CheckpointPolicy>['load'] = async (reads, nowSeconds) => {
        const read = await readPolicyFiles({ name, path: name, nowSeconds }, reads);
        refuseTwin(
          read,
          policies.filter((other) => other !== kept),
        );
        return read;
      };
      // The ledger may come to have these rules in force, and so may the time: they may lie here before.
      const admit: KeptOptions<CheckpointPolicy>['admit'] = (read, nowSeconds) => {
        const known = deps.known?.();
        if (known !== undefined) refuseOthers(read.questions, nowSeconds, registered.over(known));
        tellProblems(read, deps.log);
      };
      const kept = new Kept({ name, load, admit, held: deps.held?.get(name) }, deps);
      policies.push(kept);
    }
    const trust =
      path === undefined
        ? undefined
        : new Kept(
            {
              name: path,
              held: deps.held?.get(path),
              load: (reads, nowSeconds) => readTrustFile({ path, nowSeconds }, deps.crypto, reads),
            },
            deps,
          );
    for (const policy of policies) await policy.load();
    await trust?.look();
    return new CheckpointFiles({ policies, trustFile: trust }, registered, deps.nowSeconds);
  }

  /** Of those in use. */
  get contents(): HeldContents {
    const kept = [...this.policies, ...(this.trustFile === undefined ? [] : [this.trustFile])];
    return new Map(kept.flatMap(({ good, path }) => (good === undefined ? [] : [[path, good.contents]])));
  }

  /** Of the last good list. */
  get trust(): ForeignTrust {
    return this.trustFile?.good?.value ?? NOBODY;
  }

  /** The policy in use of that id, the first without one. Throws `POLICY_UNKNOWN`. */
  policy(id?: string): CheckpointPolicy {
    const good = this.policies.flatMap((kept) => kept.good?.value ?? []);
    const found = id === undefined ? good[0] : good.find(({ policy }) => policy.id === id);
    if (found === undefined) throw new PolicyError('POLICY_UNKNOWN', 'this checkpoint has no such policy');
    return found;
  }

  /** What `known` says of the rules that are asked. */
  registry(known: RegistryKnowledge): PolicyRegistry {
    return this.#registered.over(known);
  }

  /** What a policy asks of everybody now, and what `known` says of it. */
  rulesInUse(
    { questions }: Pick<CheckpointPolicy, 'questions'>,
    known: RegistryKnowledge,
  ): readonly RulesInUse[] {
    return heldAt(questions.flat(), this.#nowSeconds(), this.registry(known)).map(
      ({ policy, registration }) => {
        const { id, jurisdiction, version } = policy;
        return { id, version, jurisdiction, digest: this.#registered.namesOf(policy).digest, registration };
      },
    );
  }

  /** `listener` hears of them now and after every look. One listener: the metrics. */
  onChange(listener: (files: CheckpointFiles) => void): void {
    this.#listener = listener;
    listener(this);
  }

  /** Takes over files that have changed. Never rejects; one look at a time. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#lookNow());
    return this.#looking;
  }

  async #lookNow(): Promise<void> {
    for (const kept of this.policies) await kept.look();
    await this.trustFile?.look();
    this.#listener(this);
  }
}

/** A request names a policy by its id. */
function refuseTwin({ policy: { id } }: CheckpointPolicy, others: readonly Kept<CheckpointPolicy>[]): void {
  if (others.some(({ good }) => good?.value.policy.id === id)) {
    throw new PolicyError('POLICY_NOT_UNIQUE', `two policies of this checkpoint have the id ${id}`);
  }
}

/** People have to say which of two overlapping policies is meant, or what holds in a gap. */
function tellProblems({ policy, problems }: CheckpointPolicy, log: Log): void {
  for (const { kind, what } of problems) log.warn({ code: PROBLEM_CODES[kind] }, `${policy.id}: ${what}`);
}

const PROBLEM_CODES = { overlap: 'POLICY_OVERLAP', gap: 'POLICY_GAP' } as const;
