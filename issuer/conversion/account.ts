/**
 * Both sides of all conversions of an issuer, counted: for auditors, without anything of a person. With the padding keys
 * they can tell values from padding in what the ledger holds, and with the answers match what one side has spent with
 * what the other has acknowledged. All that stands here in full is on the ledger already.
 */
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { DECISIONS, type AnsweredNullifier, type Decision } from '../../core/conversion/acknowledgement.ts';
import type { Side } from '../../core/conversion/padding.ts';
import type { KeptBatch } from './blinded-batch.ts';
import type { BlindedQueue } from './blinded-queue.ts';
import type { ConversionPort } from './ports.ts';
import type { ConversionSource } from './source.ts';
import type { ConversionTarget } from './target.ts';

export interface PairAccount {
  readonly side: Side;
  /** The other issuer, as the ledger names it. */
  readonly peer: Hex;
  readonly paddingKey: Hex;
  /** Batches on the ledger, oldest first, with how many values besides padding each has. */
  readonly batches: readonly { readonly sequence: number; readonly values: number }[];
  /** Which acknowledgement answers which nullifier: of `acknowledged` all, of `spent` the last word that was read. */
  readonly answers: readonly AnsweredNullifier[];
  /** Of `acknowledged`: by decision. A referral that an officer has decided counts under both. */
  readonly decisions?: Readonly<Record<Decision, number>>;
  /** Of `spent`: not answered, how many of them were erased so that no answer can be read, the age of the oldest. */
  readonly open?: number;
  readonly erased?: number;
  readonly oldestOpenSeconds?: number;
}

export interface ConversionAccountDependencies {
  readonly queue: BlindedQueue;
  readonly source: ConversionSource;
  readonly target: ConversionTarget;
  readonly ledger: ConversionPort;
}

export class ConversionAccount {
  readonly #deps: ConversionAccountDependencies;

  constructor(deps: ConversionAccountDependencies) {
    this.#deps = deps;
  }

  async pairs(): Promise<readonly PairAccount[]> {
    const accounts: PairAccount[] = [];
    for (const { side, peer } of await this.#deps.queue.peers()) accounts.push(await this.#pair(side, peer));
    return accounts;
  }

  async #pair(side: Side, peer: Hex): Promise<PairAccount> {
    const { queue } = this.#deps;
    const all: KeptBatch[] = [];
    for await (const batch of queue.batches({ side, peer })) if (batch.isFinal) all.push(batch);
    const batches = all.map(({ sequence, values }) => ({ sequence, values: values.length }));
    const common = { side, peer, paddingKey: toHex(queue.paddingKey({ side, peer })), batches };
    return side === 'spent'
      ? { ...common, ...(await this.#spentFor(peer)) }
      : { ...common, ...(await this.#answered(peer, all)) };
  }

  async #spentFor(
    peer: Hex,
  ): Promise<Pick<PairAccount, 'answers' | 'open' | 'erased' | 'oldestOpenSeconds'>> {
    const { source } = this.#deps;
    const answers = await source.answers(peer);
    const open = (await source.open()).filter(({ target }) => target === peer);
    const erased = open.filter(({ isErased }) => isErased).length;
    const counted = { answers, open: open.length, erased };
    if (open.length === 0) return counted;
    return { ...counted, oldestOpenSeconds: Math.max(...open.map(({ ageSeconds }) => ageSeconds)) };
  }

  async #answered(
    peer: Hex,
    batches: readonly KeptBatch[],
  ): Promise<Pick<PairAccount, 'answers' | 'decisions'>> {
    const nullifierOf = await this.#deps.target.nullifiersBy(peer);
    const values = batches.flatMap((batch) => batch.values);
    const answers = values.flatMap(({ number, value: acknowledgement }) => {
      const nullifier = nullifierOf(number);
      return nullifier === undefined ? [] : [{ nullifier, acknowledgement }];
    });
    // Numbers of acknowledgements say which decision they are of.
    const [accepted, refused, referred] = [0, 1, 2].map(
      (at) => values.filter(({ number }) => number % DECISIONS.length === at).length,
    );
    return {
      answers,
      decisions: { accepted: accepted ?? 0, refused: refused ?? 0, referred: referred ?? 0 },
    };
  }
}
