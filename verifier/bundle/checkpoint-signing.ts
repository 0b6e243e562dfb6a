/** A checkpoint over the state as it is, signed by us first, then by every witness at once. */
import type { BundleSource } from '../../core/bundle/bundle-state.ts';
import { checkpointText, type Checkpoint } from '../../core/bundle/checkpoint.ts';
import { quorumTime, signNote, type NoteSigner } from '../../core/bundle/cosignature.ts';
import type { LoggedState } from '../../core/bundle/logged-state.ts';
import type { ShownSections } from '../../core/bundle/section-keeper.ts';
import { writeNote, type NoteSignature } from '../../core/bundle/signed-note.ts';
import type { Crypto } from '../../core/crypto.ts';
import { invariant } from '../../core/errors.ts';
import type { StatusLists } from '../../core/status/accepted-lists.ts';
import type { CheckpointSet } from '../../core/trust/trust-list.ts';
import type { Log } from '../../service/logging.ts';
import { WitnessClient, type SignedCheckpoint, type WitnessAddress } from './ask-witness.ts';
import { PublishError } from './errors.ts';

/** What is known when it is published. */
export interface Publishable {
  readonly state: LoggedState;
  readonly statusLists: StatusLists;
}

/** A state with its signatures, without what a bundle shows of it. */
export type SignedState = Omit<BundleSource, keyof ShownSections>;

export interface SigningOptions {
  readonly origin: string;
  readonly signer: NoteSigner;
  readonly witnesses: readonly WitnessAddress[];
  readonly witnessTimeoutMs: number;
}

export interface SigningDeps {
  readonly crypto: Crypto;
  readonly fetch: typeof globalThis.fetch;
  readonly log: Log;
}

export class CheckpointSigning {
  readonly #options: SigningOptions;
  readonly #deps: SigningDeps;
  readonly #witnesses: readonly WitnessClient[];

  constructor(options: SigningOptions, deps: SigningDeps) {
    this.#options = options;
    this.#deps = deps;
    const ask = { fetch: deps.fetch, timeoutMs: options.witnessTimeoutMs };
    this.#witnesses = options.witnesses.map((witness) => new WitnessClient(witness, ask));
  }

  /**
   * Takes the state as it is when this is called. Rejects with `PUBLISH_SIGNATURES_TOO_FEW` unless k of `signers`
   * sign.
   */
  async sign(
    { state, statusLists }: Publishable,
    signers: CheckpointSet,
  ): Promise<{ readonly signed: SignedState; readonly timeSeconds: number }> {
    const { crypto } = this.#deps;
    const { size } = state.log;
    invariant(size > 0, 'a ledger that names signers has changed');
    const checkpoint: Checkpoint = { origin: this.#options.origin, size, root: state.log.rootAt() };
    const leaf = { block: state.lastChange, stateRoot: state.sections.root() };
    const leafPath = state.log.inclusion(size - 1, size);
    const text = checkpointText(checkpoint);
    const own = await signNote(crypto, text, this.#options.signer);
    const request = { checkpoint, note: writeNote({ text, signatures: [own] }) };
    const note = { text, signatures: [own, ...(await this.#askAll(request, state))] };
    const timeSeconds = await quorumTime(crypto, note, signers);
    if (timeSeconds === undefined) {
      throw new PublishError(
        'PUBLISH_SIGNATURES_TOO_FEW',
        `fewer than ${signers.threshold} witnesses have signed`,
      );
    }
    return { signed: { checkpoint, note: writeNote(note), leaf, leafPath, statusLists }, timeSeconds };
  }

  async #askAll(signed: SignedCheckpoint, { log }: LoggedState): Promise<readonly NoteSignature[]> {
    const answers = await Promise.allSettled(this.#witnesses.map((witness) => witness.cosign(signed, log)));
    for (const answer of answers) {
      if (answer.status === 'rejected') this.#deps.log.warn({ err: answer.reason }, 'a witness did not sign');
    }
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  }
}
