/**
 * Both sides of all conversions of an issuer, counted: for auditors, without anything of a person. With the padding keys
 * they can tell values from padding in what the ledger holds, and compare what one side has spent with what the other
 * has answered.
 */
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { DECISIONS, type Decision } from '../../core/conversion/acknowledgement.ts';
import type { Side } from '../../core/conversion/padding.ts';
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
  /** Of `acknowledged`: by decision. A referral that an officer has decided counts under both. */
  readonly decisions?: Readonly<Record<Decision, number>>;
  /** Of `spent`: not answered, and for how long the oldest of them. */
  readonly open?: number;
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
    const batches: { readonly sequence: number; readonly values: number }[] = [];
    const decided = new Map<Decision, number>();
    for await (const { isFinal, sequence, values } of queue.batches({ side, peer })) {
      if (!isFinal) continue;
      batches.push({ sequence, values: values.length });
      for (const { number } of values) {
        // Numbers of acknowledgements say which decision they are of.
        const decision = DECISIONS[number % DECISIONS.length]!;
        decided.set(decision, (decided.get(decision) ?? 0) + 1);
      }
    }
    const common = { side, peer, paddingKey: toHex(queue.paddingKey({ side, peer })), batches };
    if (side === 'spent') return { ...common, ...(await this.#openWith(peer)) };
    const [accepted = 0, refused = 0, referred = 0] = DECISIONS.map((decision) => decided.get(decision));
    return { ...common, decisions: { accepted, refused, referred } };
  }

  async #openWith(peer: Hex): Promise<Pick<PairAccount, 'open' | 'oldestOpenSeconds'>> {
    const open = (await this.#deps.source.open()).filter(({ target }) => target === peer);
    const ages = open.map(({ ageSeconds }) => ageSeconds);
    return ages.length === 0 ? { open: 0 } : { open: ages.length, oldestOpenSeconds: Math.max(...ages) };
  }
}
