/**
 * Which conversions were made and answered: the fold of `IConversionRegistry`'s events. Of each pair of issuers it
 * keeps how far both sides have come, with one digest over all that they ever wrote:
 *
 *   batch digest   SHA-256(time u64, Unix seconds ‖ account 20 ‖ the batch's values, 32 bytes each)
 *   digest         SHA-256(the digest before 32, zeros before the first ‖ batch digest 32)
 *
 * so that two parties can compare millions of values by 32 bytes. The nullifiers themselves are kept for the last
 * days only (`RecentNullifiers`): what is older belongs to conversion credentials that have long expired.
 *
 * Shared by every reader of a replica: only `apply` writes, and only its `LedgerState` calls it.
 */
import { sha256 } from '@noble/hashes/sha2.js'; // a state folds without a port, and these are short
import { ByteWriter } from '../bytes/byte-writer.ts';
import { toHex } from '../bytes/hex.ts';
import { LedgerStateError } from './errors.ts';
import type { Hex, LedgerEvent } from './ledger-event.ts';
import { RecentNullifiers, type NullifierRun } from './recent-nullifiers.ts';
import { expectNext } from './sequence.ts';

/** How far one side of a pair has come. */
export interface ConversionProgress {
  /** Batches are numbered from 1; 0 before the first. */
  readonly sequence: number;
  /** Values in all batches, padding included. */
  readonly count: number;
  readonly digest: Hex;
  /** Of the last batch. */
  readonly timeSeconds: number;
}

export interface ConversionPair {
  readonly source: Hex;
  readonly target: Hex;
  readonly spent: ConversionProgress;
  readonly acknowledged: ConversionProgress;
}

/** What a snapshot keeps. */
export interface ConversionRecord {
  readonly pairs: Iterable<ConversionPair>;
  readonly recent: Iterable<NullifierRun>;
}

const WORD = 32;
const ADDRESS = 20;
const NOTHING: ConversionProgress = {
  sequence: 0,
  count: 0,
  digest: `0x${'00'.repeat(WORD)}`,
  timeSeconds: 0,
};

interface Batch {
  readonly sequence: number;
  readonly values: readonly Hex[];
  readonly account: Hex;
  readonly timeSeconds: number;
}

export class Conversions {
  readonly #pairs = new Map<string, ConversionPair>();
  readonly #recent = new RecentNullifiers();

  /** All pairs that ever converted, oldest first. A pair is a value: a change is another one. */
  pairs(): Iterable<ConversionPair> {
    return this.#pairs.values();
  }

  /** `undefined` when the source has spent nothing for this target. */
  pair(source: Hex, target: Hex): ConversionPair | undefined {
    return this.#pairs.get(keyOf(source, target));
  }

  /**
   * Whether the source has spent the nullifier for this target within the last eight days of the ledger
   * (`RECENT_DAYS`); of older ones it says no.
   *
   * @param nullifier 32 bytes
   */
  isSpent(source: Hex, target: Hex, nullifier: Uint8Array): boolean {
    return this.#recent.has(keyOf(source, target), nullifier);
  }

  /** The nullifiers that {@link isSpent} knows, by pair and day. */
  recent(): Iterable<NullifierRun> {
    return this.#recent.runs();
  }

  /**
   * Folds one event in; `false` when it is not about conversions.
   *
   * Throws `LEDGER_STATE_SEQUENCE_GAP`, and `LEDGER_STATE_INCONSISTENT` for an acknowledgement of nothing.
   */
  apply(event: LedgerEvent, timeSeconds: number): boolean {
    if (event.event === 'NullifiersSpent') {
      const { source, target, nullifiers: values, ...rest } = event;
      const pair = this.pair(source, target) ?? { source, target, spent: NOTHING, acknowledged: NOTHING };
      this.#put({ ...pair, spent: advance(pair.spent, { ...rest, values, timeSeconds }) });
      this.#recent.add(keyOf(source, target), values, timeSeconds);
      return true;
    }
    if (event.event === 'ConversionsAcknowledged') {
      const { source, target, acknowledgements: values, ...rest } = event;
      const pair = this.pair(source, target);
      if (pair === undefined) {
        throw new LedgerStateError('LEDGER_STATE_INCONSISTENT', 'an acknowledgement of nothing');
      }
      this.#put({ ...pair, acknowledged: advance(pair.acknowledged, { ...rest, values, timeSeconds }) });
      return true;
    }
    return false;
  }

  /** Time went on: forgets the nullifiers of days that are not recent any more. */
  forgetBefore(timeSeconds: number): void {
    this.#recent.forgetBefore(timeSeconds);
  }

  /** What a snapshot kept. */
  static restore({ pairs, recent }: ConversionRecord): Conversions {
    const conversions = new Conversions();
    for (const pair of pairs) conversions.#put(pair);
    for (const run of recent) conversions.#recent.restore(run);
    return conversions;
  }

  #put(pair: ConversionPair): void {
    this.#pairs.set(keyOf(pair.source, pair.target), pair);
  }
}

function advance(before: ConversionProgress, batch: Batch): ConversionProgress {
  const { sequence, values, account, timeSeconds } = batch;
  expectNext(sequence, before.sequence, 'batch of conversions');
  const content = new ByteWriter().u64(timeSeconds).fixed(account, ADDRESS);
  for (const value of values) content.fixed(value, WORD);
  const chained = new ByteWriter().fixed(before.digest, WORD).raw(sha256(content.bytes));
  const digest = toHex(sha256(chained.bytes));
  return { sequence, count: before.count + values.length, digest, timeSeconds };
}

function keyOf(source: Hex, target: Hex): string {
  return `${source} ${target}`;
}
