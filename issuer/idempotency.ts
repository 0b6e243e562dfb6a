/**
 * Requests that carry an idempotency key (draft-ietf-httpapi-idempotency-key-header-07): the same key with the same
 * rows is answered the same, with other rows it is refused, and whoever comes while it is being answered waits.
 *
 * Nothing of an answer needs to be kept but the receipts: making a record twice is impossible anyway (`issue.ts`),
 * so it is enough to know, chunk by chunk, which rows came under the key and which records were made for them. That
 * is written in the batch that stores the chunk, so a crash leaves both or neither, and the rest of a file that
 * broke off is made when it is sent again. Rows are known by a keyed hash, keys too: the store cannot be searched.
 *
 * A key is remembered for a day. After that its rows are old records like any others.
 */
import { toUint64 } from '../service/big-endian.ts';
import { WriteBatch } from '../service/store.ts';
import { IssuerError } from './errors.ts';
import { Attempt, chunkKeys, type IdempotencyDependencies } from './idempotency-attempt.ts';
import { TABLES } from './store.ts';

export const KEY_LIFE_MS = 86_400_000;
/** Requests that may wait for the one being answered. */
const MAX_WAITING = 64;
/** Keys forgotten at once, when another is begun. */
const MAX_FORGOTTEN = 16;

/** RFC 8941 §3.3.3 String, as the draft wants it, or its content bare, as most clients send it. */
const KEY_FORM = /^(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([A-Za-z0-9_.:+/=-]{1,255}))$/;

/** The key in the header's value; throws `IDEMPOTENCY_KEY_INVALID`. */
export function parseIdempotencyKey(text: string): string {
  const [, quoted, bare] = KEY_FORM.exec(text) ?? [];
  const key = quoted ?? bare;
  if (key === undefined) {
    throw new IssuerError('IDEMPOTENCY_KEY_INVALID', 'Idempotency-Key is a string of 1 to 255 characters');
  }
  return key;
}

export class IdempotencyKeys {
  readonly #deps: IdempotencyDependencies;
  /** For each key being answered, the requests that wait their turn. */
  readonly #turns = new Map<string, (() => void)[]>();

  constructor(deps: IdempotencyDependencies) {
    this.#deps = deps;
  }

  /** Waits until no other request is answered under this key. Throws `IDEMPOTENCY_KEY_BUSY`, `STORE_FAILED`. */
  async begin(key: string): Promise<Attempt> {
    const name = this.#deps.index.ofIdempotencyKey(key);
    const turn = name.join();
    await this.#takeTurn(turn);
    try {
      await this.#forgetOld();
      return await Attempt.open(name, this.#deps, () => this.#passTurn(turn));
    } catch (error) {
      this.#passTurn(turn);
      throw error;
    }
  }

  async #takeTurn(turn: string): Promise<void> {
    const waiting = this.#turns.get(turn);
    if (waiting === undefined) {
      this.#turns.set(turn, []);
      return;
    }
    if (waiting.length === MAX_WAITING) {
      throw new IssuerError('IDEMPOTENCY_KEY_BUSY', `${MAX_WAITING} requests wait for this key already`);
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  #passTurn(turn: string): void {
    const next = this.#turns.get(turn)?.shift();
    if (next === undefined) this.#turns.delete(turn);
    else next();
  }

  async #forgetOld(): Promise<void> {
    const { store, tables, now } = this.#deps;
    const before = toUint64(Math.max(0, now() - KEY_LIFE_MS));
    const batch = new WriteBatch();
    for await (const { key } of tables.requestTimes.entries({ before, limit: MAX_FORGOTTEN })) {
      const name = key.slice(8);
      if (this.#turns.has(name.join())) continue;
      await this.#forget(name, batch);
      batch.delete(TABLES.requestTimes, key);
    }
    if (batch.operations.length > 0) await store.commit(batch);
  }

  async #forget(name: Uint8Array, batch: WriteBatch): Promise<void> {
    const { requestParts, receipts } = this.#deps.tables;
    const range = chunkKeys(name);
    for await (const { key } of requestParts.entries(range)) batch.delete(TABLES.requestParts, key);
    for await (const { key } of receipts.entries(range)) batch.delete(TABLES.receipts, key);
    batch.delete(TABLES.requests, name);
  }
}
