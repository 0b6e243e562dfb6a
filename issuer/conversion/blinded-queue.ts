/**
 * Blinded values on their way to the ledger, on either side: nullifiers that a source spends, acknowledgements of a
 * target. They wait by peer, go out in padded batches, one batch of a peer at a time, and each of them once:
 *
 * | the process ends                    | then                                                                   |
 * |-------------------------------------|------------------------------------------------------------------------|
 * | before a batch is staged            | its values still wait                                                  |
 * | after that, whatever the ledger got | the next pass asks the ledger first, and sends this very batch         |
 * |                                     | unless some of it is there: that is noted, the rest waits again        |
 * | after it was written                | the next pass finds it there and notes it                              |
 *
 * Staged values have left the queue in the same synced batch, so none is ever in two. A sequence that another account
 * of this issuer has taken moves the staged batch, whole, to the next one.
 */
import { concatBytes } from '../../core/bytes/concat.ts';
import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts';
import { MAX_BATCH, padBatch, pairPaddingKey, SIDES, type Side } from '../../core/conversion/padding.ts';
import type { Crypto } from '../../core/crypto.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { Clock } from '../../service/clock.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { LedgerError } from '../../ledger/errors.ts';
import type { Lock } from '../lock.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import {
  AFTER_ALL,
  decodeBatch,
  itemKey,
  peerIn,
  prefixOf,
  putBatch,
  rangeOf,
  sentKey,
  SIDE_AND_PEER,
  type KeptBatch,
  type Peer,
} from './blinded-batch.ts';
import type { ConversionPort } from './ports.ts';

export interface BlindedQueueDependencies {
  readonly crypto: Crypto;
  readonly store: Store;
  readonly tables: Pick<IssuerTables, 'conversionQueue' | 'conversionBatches' | 'conversionSent'>;
  readonly ledger: ConversionPort;
  /** This issuer, as the ledger names it. */
  readonly issuer: Hex;
  /** 32 bytes, this issuer's alone. */
  readonly secret: Uint8Array;
  readonly now: Clock;
  /** Held while values leave the queue or come back to it, and never while the ledger is waited for. */
  readonly passing: Lock;
}

/** A value with a number of its own on its side. */
export interface BlindedValue {
  readonly side: Side;
  readonly peer: Hex;
  readonly number: number;
  readonly value: Uint8Array;
}

/** A peer for whom the ledger has refused something waits for itself: nobody else does. */
interface Waiting {
  readonly peer: Peer;
  readonly failures: number;
  readonly dueMs: number;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;
const NONE: ReadonlyMap<Hex, number> = new Map();

export class BlindedQueue {
  readonly #deps: BlindedQueueDependencies;
  /** Where something waits or is staged, by key prefix. */
  readonly #busy = new Map<string, Waiting>();
  /** What waits or is staged: who asks again and again asks the memory. */
  readonly #onTheirWay = new Set<string>();

  private constructor(deps: BlindedQueueDependencies) {
    this.#deps = deps;
  }

  static async open(deps: BlindedQueueDependencies): Promise<BlindedQueue> {
    const queue = new BlindedQueue(deps);
    for await (const { key } of deps.tables.conversionQueue.entries()) {
      queue.#resume(peerIn(key), readUint64(key, SIDE_AND_PEER));
    }
    for (const peer of await queue.peers()) {
      const staged = stagedOnly(await queue.#last(peer));
      for (const { number } of staged?.values ?? []) queue.#resume(peer, number);
    }
    return queue;
  }

  /** Whether something is on its way. */
  get isBusy(): boolean {
    return this.#busy.size > 0;
  }

  /** When the next of it is to be sent, in the clock's milliseconds; `undefined` while nothing is on its way. */
  get nextDueMs(): number | undefined {
    return this.isBusy ? Math.min(...[...this.#busy.values()].map(({ dueMs }) => dueMs)) : undefined;
  }

  /** Adds a value to what `batch` stores; call {@link added} once that is on the disk. */
  add(batch: WriteBatch, { side, peer, number, value }: BlindedValue): void {
    // Before it is on the disk, so that no pass can have sent it before; where that fails, it is no value anybody asks about.
    this.#onTheirWay.add(nameOf(side, number));
    batch.put(TABLES.conversionQueue, itemKey({ side, peer }, number), value);
  }

  added({ side, peer }: Peer): void {
    this.#note({ side, peer });
  }

  /** Whether a value is waited for: added, not taken back, and it is not noted yet that the ledger has it. */
  isOnItsWay(side: Side, number: number): boolean {
    return this.#onTheirWay.has(nameOf(side, number));
  }

  /**
   * Takes a value back that is not staged yet; whether it was. `passing` is held until `batch` is on the disk; call
   * {@link removed} then.
   */
  async remove(batch: WriteBatch, { side, peer, number }: Omit<BlindedValue, 'value'>): Promise<boolean> {
    const key = itemKey({ side, peer }, number);
    if ((await this.#deps.tables.conversionQueue.get(key)) === undefined) return false;
    batch.delete(TABLES.conversionQueue, key);
    return true;
  }

  removed({ side, number }: Pick<BlindedValue, 'side' | 'number'>): void {
    this.#onTheirWay.delete(nameOf(side, number));
  }

  /** The batch in which a value is on the ledger; `undefined`: not yet. */
  async sentIn(side: Side, number: number): Promise<number | undefined> {
    const sequence = await this.#deps.tables.conversionSent.get(sentKey(side, number));
    return sequence === undefined ? undefined : readUint64(sequence);
  }

  /** Sends all that waits, to all peers at once. Throws the first of what the ledger rejected it with. */
  async pass(): Promise<void> {
    while (this.isBusy) await this.#send([...this.#busy]);
  }

  /** One batch to each peer, but for those who have to wait after what was rejected: a busy one holds up no other. */
  async passDue(): Promise<void> {
    const nowMs = this.#deps.now();
    await this.#send([...this.#busy].filter(([, { dueMs }]) => dueMs <= nowMs));
  }

  /** All batches with a peer, oldest first. */
  async *batches(peer: Peer): AsyncGenerator<KeptBatch> {
    const range = rangeOf(peer);
    for await (const { key, value } of this.#deps.tables.conversionBatches.entries(range)) {
      yield decodeBatch(key, value);
    }
  }

  /** Every peer that there ever was a batch with. */
  async peers(): Promise<readonly Peer[]> {
    const found: Peer[] = [];
    for (const side of SIDES) {
      let from: Uint8Array | undefined = Uint8Array.of(SIDES.indexOf(side));
      const before = Uint8Array.of(SIDES.indexOf(side) + 1);
      while (from !== undefined) {
        const next = await this.#deps.tables.conversionBatches.first({ from, before });
        if (next !== undefined) found.push(peerIn(next.key));
        from = next === undefined ? undefined : concatBytes(next.key.slice(0, SIDE_AND_PEER), AFTER_ALL);
      }
    }
    return found;
  }

  /** What tells padding from values in all batches with a peer, 32 bytes: for auditors. */
  paddingKey({ side, peer }: Peer): Uint8Array {
    const { crypto, issuer, secret } = this.#deps;
    const ends = side === 'spent' ? { source: issuer, target: peer } : { source: peer, target: issuer };
    return pairPaddingKey(crypto, secret, { side, ...ends });
  }

  async #send(due: readonly (readonly [string, Waiting])[]): Promise<void> {
    const answers = await Promise.allSettled(due.map(([key, waiting]) => this.#sendOne(key, waiting)));
    const rejected = answers.find(({ status }) => status === 'rejected');
    if (rejected?.status === 'rejected') throw rejected.reason;
  }

  async #sendOne(key: string, { peer, failures }: Waiting): Promise<void> {
    try {
      while ((await this.#sendNext(peer)) === 'was there');
    } catch (error) {
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
      this.#busy.set(key, { peer, failures: failures + 1, dueMs: this.#deps.now() + pauseMs });
      throw error;
    }
    // What was added meanwhile was noted as this one.
    this.#busy.delete(key);
    if (stagedOnly(await this.#last(peer)) !== undefined || (await this.#isWaiting(peer))) this.#note(peer);
  }

  /** One batch of a peer to the ledger, if anything waits and not some of it is there already: then the rest waits again. */
  async #sendNext(peer: Peer): Promise<'was there' | undefined> {
    const last = await this.#last(peer);
    const before = stagedOnly(last);
    const staged = before ?? (await this.#stage(peer, last));
    if (staged === undefined) return undefined;
    // What was staged just now is on the ledger only if this store is an older copy: the write then fails, and the
    // next pass asks.
    const known = before === undefined ? NONE : await this.#sequencesOf(peer, staged);
    if (known.size > 0) {
      await this.#divide(peer, staged, known);
      return 'was there';
    }
    if ((await this.#deps.ledger.write(this.#padded(peer, staged))) === 'written') {
      await this.#divide(peer, staged, new Map(staged.values.map(({ value }) => [value, staged.sequence])));
    } else await this.#move(peer, staged);
    return undefined;
  }

  /** In which batches values of a staged one are. The padding is asked about too: a node is not told which it is. */
  async #sequencesOf(peer: Peer, staged: KeptBatch): Promise<ReadonlyMap<Hex, number>> {
    const found = await Promise.all(
      this.#padded(peer, staged).values.map(async (value) => {
        const sequence = await this.#deps.ledger.sequenceOf(peer.side, peer.peer, value);
        return [toHex(value), sequence] as const;
      }),
    );
    const own = new Set(staged.values.map(({ value }) => value));
    return new Map(found.filter(([value, sequence]) => sequence > 0 && own.has(value)));
  }

  async #last(peer: Peer): Promise<KeptBatch | undefined> {
    const last = await this.#deps.tables.conversionBatches.first({ ...rangeOf(peer), reverse: true });
    return last === undefined ? undefined : decodeBatch(last.key, last.value);
  }

  /** After our last; the ledger refuses a sequence that is not its next, and the batch moves. */
  async #stage(peer: Peer, last: KeptBatch | undefined): Promise<KeptBatch | undefined> {
    if (!(await this.#isWaiting(peer))) return undefined;
    const before = last?.sequence ?? (await this.#deps.ledger.sequence(peer.side, peer.peer));
    return await this.#deps.passing.run(() => this.#stageAs(peer, before + 1));
  }

  async #stageAs(peer: Peer, sequence: number): Promise<KeptBatch | undefined> {
    const { store, tables } = this.#deps;
    const values: KeptBatch['values'][number][] = [];
    const batch = new WriteBatch();
    for await (const { key, value } of tables.conversionQueue.entries({
      ...rangeOf(peer),
      limit: MAX_BATCH,
    })) {
      values.push({ number: readUint64(key, SIDE_AND_PEER), value: toHex(value) });
      batch.delete(TABLES.conversionQueue, key);
    }
    if (values.length === 0) return undefined;
    const staged = { sequence, isFinal: false, values };
    // Commit point: from here on these values are in this batch, whatever happens.
    await store.commit(putBatch(batch, peer, staged));
    return staged;
  }

  #padded(peer: Peer, { sequence, values }: KeptBatch): Parameters<ConversionPort['write']>[0] {
    const key = this.paddingKey(peer);
    const padded = padBatch(this.#deps.crypto, key, { sequence, values: values.map(({ value }) => value) });
    return { ...peer, sequence, values: padded };
  }

  /** Values that the ledger has are noted in the batches in which it has them; the others wait again. */
  async #divide(peer: Peer, staged: KeptBatch, known: ReadonlyMap<Hex, number>): Promise<void> {
    await this.#deps.passing.run(() => this.#divideNow(peer, staged, known));
  }

  async #divideNow(peer: Peer, staged: KeptBatch, known: ReadonlyMap<Hex, number>): Promise<void> {
    const batch = new WriteBatch().delete(TABLES.conversionBatches, itemKey(peer, staged.sequence));
    for (const { number, value } of staged.values) {
      const sequence = known.get(value);
      if (sequence === undefined) batch.put(TABLES.conversionQueue, itemKey(peer, number), fromHex(value));
      else batch.put(TABLES.conversionSent, sentKey(peer.side, number), toUint64(sequence));
    }
    for (const sequence of new Set(known.values())) {
      const values = staged.values.filter(({ value }) => known.get(value) === sequence);
      const others = sequence === staged.sequence ? [] : await this.#valuesIn(peer, sequence);
      putBatch(batch, peer, { sequence, isFinal: true, values: [...others, ...values] });
    }
    await this.#deps.store.commit(batch);
    for (const { number, value } of staged.values)
      if (known.has(value)) this.removed({ side: peer.side, number });
  }

  async #valuesIn(peer: Peer, sequence: number): Promise<KeptBatch['values']> {
    const key = itemKey(peer, sequence);
    const kept = await this.#deps.tables.conversionBatches.get(key);
    return kept === undefined ? [] : decodeBatch(key, kept).values;
  }

  async #move(peer: Peer, staged: KeptBatch): Promise<void> {
    const sequence = (await this.#deps.ledger.sequence(peer.side, peer.peer)) + 1;
    if (sequence === staged.sequence)
      throw new LedgerError('LEDGER_BAD_REPLY', 'a batch is refused as taken, and none is there');
    const batch = new WriteBatch().delete(TABLES.conversionBatches, itemKey(peer, staged.sequence));
    await this.#deps.store.commit(putBatch(batch, peer, { ...staged, sequence }));
  }

  async #isWaiting(peer: Peer): Promise<boolean> {
    return (await this.#deps.tables.conversionQueue.first(rangeOf(peer))) !== undefined;
  }

  #resume(peer: Peer, number: number): void {
    this.#onTheirWay.add(nameOf(peer.side, number));
    this.#note(peer);
  }

  #note(peer: Peer): void {
    const key = toHex(prefixOf(peer));
    if (!this.#busy.has(key)) this.#busy.set(key, { peer, failures: 0, dueMs: 0 });
  }
}

function stagedOnly(last: KeptBatch | undefined): KeptBatch | undefined {
  return last?.isFinal === false ? last : undefined;
}

function nameOf(side: Side, number: number): string {
  return `${side} ${number}`;
}
