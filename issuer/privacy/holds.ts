/**
 * Legal holds: while one stands on a record, neither retention nor a request for erasure destroys it (a court or an
 * investigation needs it: Cap. 486 s.26(2)(a) keeps what a law forbids to erase). Who placed it, why and when is kept with
 * it, also after it was lifted, until the record is erased. As JSON in an envelope that dies as the record's does, under
 * the record's number and the hold's:
 *
 *   { "reason": "litigation", "legalBasis": "HCA 12/2022", "placedBy": "…", "placedAtSeconds": 1671610000,
 *     "liftedBy": "…", "liftedAtSeconds": 1671620000 }
 */
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';
import { readUint32, readUint64, toUint64 } from '../../service/big-endian.ts';
import type { Clock } from '../../service/clock.ts';
import { epochOf, EnvelopeError, type Envelope } from '../../service/envelope.ts';
import { WriteBatch, type Entry, type Range, type Store } from '../../service/store.ts';
import { IssuerError } from '../errors.ts';
import { chunkKey, TABLES, type IssuerTables } from '../store.ts';

export const HOLD_REASONS = ['litigation', 'court-order', 'investigation', 'complaint', 'audit'] as const;

export interface HoldTerms {
  readonly reason: (typeof HOLD_REASONS)[number];
  /** The law, order or case that it rests on. */
  readonly legalBasis: string;
  /** The operator's name or number. */
  readonly placedBy: string;
}

export interface Hold extends HoldTerms {
  readonly placedAtSeconds: number;
  readonly liftedBy?: string;
  readonly liftedAtSeconds?: number;
}

/** A hold and its number among those of its record, from 1 on. */
export interface NumberedHold extends Hold {
  readonly hold: number;
}

export interface HoldsOptions {
  readonly store: Store;
  readonly tables: IssuerTables;
  /** Of the epochs that live. */
  readonly envelope: Envelope;
  readonly now: Clock;
}

const DOMAIN = toUtf8('hcl/hold/1\0');

/** Changes are made under the lock of the records (`erasure.ts`). */
export class Holds {
  readonly #options: HoldsOptions;
  /** Records on which some hold stands. */
  readonly #held = new Set<number>();

  private constructor(options: HoldsOptions) {
    this.#options = options;
  }

  static async open(options: HoldsOptions): Promise<Holds> {
    const holds = new Holds(options);
    for await (const entry of options.tables.holds.entries()) {
      if (holds.#mayStand(entry)) holds.#held.add(readUint64(entry.key));
    }
    return holds;
  }

  isHeld(number: number): boolean {
    return this.#held.has(number);
  }

  /** All of a record, in the order in which they were placed. */
  async of(number: number): Promise<readonly NumberedHold[]> {
    const found: NumberedHold[] = [];
    for await (const entry of this.#options.tables.holds.entries(rangeOf(number))) {
      found.push({ hold: readUint32(entry.key, 8), ...this.#open(entry) });
    }
    return found;
  }

  /** On the disk when it resolves. The record is there. */
  async place(number: number, terms: HoldTerms): Promise<void> {
    const hold = (await this.of(number)).length + 1;
    await this.#write(number, { ...terms, hold, placedAtSeconds: this.#nowSeconds() });
    this.#held.add(number);
  }

  /** Throws `HOLD_NOT_FOUND` unless this hold stands. */
  async lift(number: number, hold: number, liftedBy: string): Promise<void> {
    const holds = await this.of(number);
    const lifted = holds.find((one) => one.hold === hold);
    if (lifted === undefined || !isStanding(lifted)) {
      throw new IssuerError('HOLD_NOT_FOUND', 'no such hold stands on this record');
    }
    await this.#write(number, { ...lifted, liftedBy, liftedAtSeconds: this.#nowSeconds() });
    if (!holds.some((other) => other !== lifted && isStanding(other))) this.#held.delete(number);
  }

  /** All of them under the newest epoch. */
  async rewrapAll(): Promise<void> {
    const { store, tables, envelope } = this.#options;
    const batch = new WriteBatch();
    for await (const { key, value } of tables.holds.entries()) {
      if (epochOf(value) === envelope.epoch) continue;
      batch.put(TABLES.holds, key, envelope.rewrap(value, aadOf(key)));
    }
    await store.commit(batch);
  }

  /** A part of the batch that destroys the record; one that does not open goes too. */
  async forget(batch: WriteBatch, number: number): Promise<void> {
    const range = rangeOf(number);
    for await (const { key } of this.#options.tables.holds.entries(range)) batch.delete(TABLES.holds, key);
  }

  async #write(number: number, { hold, ...content }: NumberedHold): Promise<void> {
    const key = chunkKey(number, hold);
    const { store, envelope } = this.#options;
    const sealed = envelope.seal(toUtf8(toCanonicalJson(content)), aadOf(key));
    await store.commit(new WriteBatch().put(TABLES.holds, key, sealed));
  }

  /** One that does not open is taken to stand: what it protects cannot be brought back. */
  #mayStand(entry: Entry): boolean {
    try {
      return isStanding(this.#open(entry));
    } catch (error) {
      if (error instanceof EnvelopeError) return true;
      throw error;
    }
  }

  #open({ key, value }: Entry): Hold {
    // The store holds what #write wrote.
    return JSON.parse(fromUtf8(this.#options.envelope.open(value, aadOf(key))) ?? '') as Hold;
  }

  #nowSeconds(): number {
    return Math.floor(this.#options.now() / 1000);
  }
}

function isStanding({ liftedAtSeconds }: Hold): boolean {
  return liftedAtSeconds === undefined;
}

function aadOf(key: Uint8Array): Uint8Array {
  return concatBytes(DOMAIN, key);
}

function rangeOf(number: number): Range {
  return { from: toUint64(number), before: toUint64(number + 1) };
}
