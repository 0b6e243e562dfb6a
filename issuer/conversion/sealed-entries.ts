/**
 * Numbered entries of one table, each in an envelope whose key has no epochs: an entry names a person by the number of
 * a record alone, which is erased on its own. Numbers count from 1 in the order in which entries were drawn up.
 */
import { createHmac } from 'node:crypto';
import { concatBytes } from '../../core/bytes/concat.ts';
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';
import { invariant } from '../../core/errors.ts';
import { readUint64, toUint64 } from '../../service/big-endian.ts';
import type { RandomBytes } from '../../service/clock.ts';
import { Envelope } from '../../service/envelope.ts';
import type { TableReader, TableSpec, WriteBatch } from '../../service/store.ts';

export interface SealedEntriesOptions {
  readonly table: TableSpec;
  readonly reader: TableReader;
  /** 32 bytes, from the issuer's secrets. */
  readonly secret: Uint8Array;
  /** What the entries are of: their key comes from it. */
  readonly domain: string;
  readonly randomBytes: RandomBytes;
}

/** @typeParam Entry JSON, as `put` was given it: an envelope that opens was sealed here */
export class SealedEntries<Entry> {
  readonly #options: SealedEntriesOptions;
  readonly #envelope: Envelope;
  readonly #domain: Uint8Array;
  #last: number;

  private constructor(options: SealedEntriesOptions, last: number) {
    const key = createHmac('sha256', options.secret).update(options.domain).digest();
    this.#options = options;
    this.#envelope = new Envelope([{ epoch: 1, key }], options.randomBytes);
    this.#domain = toUtf8(`${options.domain}\0`);
    this.#last = last;
  }

  static async open<Entry>(options: SealedEntriesOptions): Promise<SealedEntries<Entry>> {
    const last = await options.reader.first({ reverse: true });
    return new SealedEntries(options, last === undefined ? 0 : readUint64(last.key));
  }

  /** A number that no entry has; taken even when nothing is put there. */
  next(): number {
    return ++this.#last;
  }

  put(batch: WriteBatch, number: number, entry: Entry): void {
    const sealed = this.#envelope.seal(toUtf8(JSON.stringify(entry)), this.#aad(number));
    batch.put(this.#options.table, toUint64(number), sealed);
  }

  delete(batch: WriteBatch, number: number): void {
    batch.delete(this.#options.table, toUint64(number));
  }

  async get(number: number): Promise<Entry> {
    const entry = await this.find(number);
    invariant(entry !== undefined, 'whoever names an entry has put it there');
    return entry;
  }

  async find(number: number): Promise<Entry | undefined> {
    const sealed = await this.#options.reader.get(toUint64(number));
    return sealed === undefined ? undefined : this.#open(number, sealed);
  }

  /** All entries, oldest first. */
  async *all(): AsyncGenerator<{ readonly number: number; readonly entry: Entry }> {
    for await (const { key, value } of this.#options.reader.entries()) {
      const number = readUint64(key);
      yield { number, entry: this.#open(number, value) };
    }
  }

  #open(number: number, sealed: Uint8Array): Entry {
    const text = fromUtf8(this.#envelope.open(sealed, this.#aad(number)));
    invariant(text !== undefined, 'an entry is text');
    // Sealed by `put`, of this very type.
    return JSON.parse(text) as Entry;
  }

  #aad(number: number): Uint8Array {
    return concatBytes(this.#domain, toUint64(number));
  }
}
