/**
 * The issuer's history of acts that hold, in the order in which they came to hold: what the status of every
 * credential is a fold over. All of it is kept in memory, some 200 bytes an act; which entry has which acts is in
 * the store.
 *
 * An act first gets its place in the order (with its batch, on the ledger), then its places are *indexed*: each
 * entry learns of it. Only acts that are indexed whole count, so nobody ever sees half of one. Indexing again what
 * was indexed before changes nothing.
 */
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import type { Hex } from '../../core/bytes/hex.ts';
import { fromHex, toHex } from '../../core/bytes/hex.ts';
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';
import { actIdOf } from '../../core/act/act.ts';
import { COLOUR_DERIVED } from '../../core/act/kinds.ts';
import { edgesOf, statusAt, type OrderedAct, type StatusAt } from '../../core/act/status-at.ts';
import { invariant } from '../../core/errors.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import { WriteBatch, type Store } from '../../service/store.ts';
import { Lock } from '../lock.ts';
import { TABLES, type IssuerTables } from '../store.ts';
import { placeKey } from './place.ts';
import type { Proposal, Proposals } from './proposals.ts';

export interface HistoryDependencies {
  readonly store: Store;
  readonly tables: IssuerTables;
  readonly proposals: Proposals;
}

export interface HoldingAct extends OrderedAct {
  /** Number of the proposal. */
  readonly number: number;
  /** The act's leaf. */
  readonly leaf: Hex;
  /** By a dated rule, not by people. */
  readonly isDerived?: boolean;
}

const INDEXED = toUtf8('acts-indexed');
const ORDER_BYTES = 8;

export class ActHistory {
  readonly #deps: HistoryDependencies;
  readonly #acts: HoldingAct[];
  readonly #appending = new Lock();
  readonly #indexing = new Lock();
  #indexedThrough: number;

  private constructor(deps: HistoryDependencies, acts: HoldingAct[], indexedThrough: number) {
    this.#deps = deps;
    this.#acts = acts;
    this.#indexedThrough = indexedThrough;
  }

  static async open(deps: HistoryDependencies): Promise<ActHistory> {
    const acts: HoldingAct[] = [];
    for await (const { value } of deps.tables.orderedActs.entries()) acts.push(decodeHoldingAct(value));
    const indexed = await deps.tables.meta.get(INDEXED);
    return new ActHistory(deps, acts, indexed === undefined ? 0 : readUint64(indexed));
  }

  /** Order of the last act that counts. */
  get indexedThrough(): number {
    return this.#indexedThrough;
  }

  get isIndexed(): boolean {
    return this.#indexedThrough === this.#acts.length;
  }

  at(order: number): HoldingAct {
    const act = this.#acts[order - 1];
    invariant(act !== undefined, 'orders are counted from 1 without gaps');
    return act;
  }

  /** The order of an act by its number, `undefined` while it does not hold. */
  orderOf(number: number): number | undefined {
    return this.#acts.find((act) => act.number === number)?.order;
  }

  /** One at a time may append: between {@link append} and {@link appended} nobody else does. */
  async whileAppending<Result>(action: () => Promise<Result>): Promise<Result> {
    return await this.#appending.run(action);
  }

  /** Adds the writes that give these acts the next places in the order. */
  append(batch: WriteBatch, proposals: readonly Proposal[]): readonly HoldingAct[] {
    return proposals.map((proposal, i) => {
      const act = this.#toHolding(proposal, this.#acts.length + 1 + i);
      batch.put(TABLES.orderedActs, toUint64(act.order), encodeHoldingAct(act));
      return act;
    });
  }

  /** What {@link append} returned is on the disk. */
  appended(acts: readonly HoldingAct[]): void {
    this.#acts.push(...acts);
  }

  /** Tells every entry of its acts; what was cut short goes on from the act it was at. */
  async index(): Promise<void> {
    await this.#indexing.run(async () => {
      while (!this.isIndexed) await this.#indexNext();
    });
  }

  /** Acts that may change something after `since`, up to and with `now`: new ones, and those with an edge between. */
  due(
    since: { readonly order: number; readonly atSeconds: number },
    nowSeconds: number,
  ): readonly HoldingAct[] {
    const isBetween = (edge: number): boolean => edge > since.atSeconds && edge <= nowSeconds;
    return this.#acts.filter(
      ({ order, effectiveFrom, until }) =>
        order <= this.#indexedThrough &&
        (order > since.order
          ? effectiveFrom <= nowSeconds
          : isBetween(effectiveFrom) || (until !== undefined && isBetween(until))),
    );
  }

  /** The first edge of an act after an instant, Unix seconds. */
  nextEdge(afterSeconds: number): number | undefined {
    let next: number | undefined;
    for (const act of this.#acts) {
      for (const edge of edgesOf(act)) if (edge > afterSeconds && edge < (next ?? Infinity)) next = edge;
    }
    return next;
  }

  /** The status of each place at an instant, in the order of the places. */
  async statusesAt(places: ArrayLike<number>, atSeconds: number): Promise<readonly StatusAt[]> {
    const histories = await this.actsOn(places);
    return histories.map((acts) => statusAt(acts, atSeconds));
  }

  /** The acts on each place, oldest first, as far as they are indexed. */
  async actsOn(places: ArrayLike<number>): Promise<readonly (readonly HoldingAct[])[]> {
    const values = await this.#deps.tables.placeActs.getMany(Array.from(places, placeKey));
    return values.map((value) => {
      const orders = value === undefined ? [] : unpackOrders(value);
      return orders.filter((order) => order <= this.#indexedThrough).map((order) => this.at(order));
    });
  }

  async #indexNext(): Promise<void> {
    const { store, proposals } = this.#deps;
    const { order, number } = this.at(this.#indexedThrough + 1);
    for await (const places of proposals.places(number))
      await store.commit(await this.#withOrder(places, order));
    await store.commit(new WriteBatch().put(TABLES.meta, INDEXED, toUint64(order)));
    this.#indexedThrough = order;
  }

  async #withOrder(places: Float64Array, order: number): Promise<WriteBatch> {
    const keys = Array.from(places, placeKey);
    const values = await this.#deps.tables.placeActs.getMany(keys);
    const batch = new WriteBatch();
    keys.forEach((key, i) => {
      const before = values[i] ?? new Uint8Array(0);
      if (unpackOrders(before).includes(order)) return;
      batch.put(TABLES.placeActs, key, concatBytes(before, toUint64(order)));
    });
    return batch;
  }

  #toHolding({ number, leaf, act }: Proposal, order: number): HoldingAct {
    const { kind, effectiveFrom, until, selector } = act;
    const addresses = selector.by === 'act' ? this.#orderOfId(selector.act) : undefined;
    return {
      order,
      number,
      leaf: toHex(leaf),
      kind,
      effectiveFrom,
      ...(until === undefined ? {} : { until }),
      ...(addresses === undefined ? {} : { addresses }),
      ...(selector.by === 'erasure' ? { isErasure: true } : {}),
      ...(act.reason === COLOUR_DERIVED ? { isDerived: true } : {}),
    };
  }

  #orderOfId(id: string): number {
    const found = this.#acts.find(({ leaf }) => actIdOf(fromHex(leaf)) === id);
    invariant(found !== undefined, 'an act refers to one that held when it was proposed');
    return found.order;
  }
}

function encodeHoldingAct(act: HoldingAct): Uint8Array {
  return toUtf8(toCanonicalJson(act));
}

function decodeHoldingAct(bytes: Uint8Array): HoldingAct {
  // The store holds what encodeHoldingAct wrote.
  return JSON.parse(fromUtf8(bytes) ?? '') as HoldingAct;
}

function unpackOrders(bytes: Uint8Array): readonly number[] {
  return Array.from({ length: bytes.length / ORDER_BYTES }, (_, i) => readUint64(bytes, i * ORDER_BYTES));
}
