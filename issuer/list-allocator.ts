/**
 * Entries of status lists for new credentials. Each profile has its own lists of 131,072 entries, handed out
 * in an order that only the list's secret seed tells (a shuffle), so that neighbours in a list are strangers.
 * At 80 % a new list is opened: the rest stays free, so that the last ones out are not the only ones left.
 */
import { createCipheriv } from 'node:crypto';
import { fromBase64url, toBase64url } from '../core/bytes/base64url.ts';
import { toUtf8 } from '../core/bytes/utf8.ts';
import type { Profile } from '../core/credential/claims.ts';
import { invariant } from '../core/errors.ts';
import { readUint32 } from '../service/big-endian.ts';
import type { RandomBytes } from '../service/clock.ts';
import type { Envelope } from '../service/envelope.ts';
import type { WriteBatch } from '../service/store.ts';
import { PROFILES } from './record-entry.ts';
import { listKey, TABLES, type IssuerTables } from './store.ts';

export const LIST_SIZE = 131_072;
const LIST_LIMIT: number = Math.floor(LIST_SIZE * 0.8);
const SEED_BYTES = 32;

interface StatusListState {
  readonly number: number;
  readonly profile: Profile;
  readonly seed: Uint8Array;
  used: number;
  /** Made when first needed: half a megabyte. */
  order: Uint32Array | undefined;
  changed: boolean;
}

interface StatusListText {
  readonly profile: Profile;
  readonly seed: string;
  readonly used: number;
}

export interface AllocatorDependencies {
  readonly envelope: Envelope;
  readonly randomBytes: RandomBytes;
  /** `https://hk-dh.example` → lists at `https://hk-dh.example/status/1` … */
  readonly publicBaseUrl: string;
  /** Entries handed out before a new list is opened; smaller in tests. */
  readonly limit?: number;
}

export interface StatusEntry {
  readonly idx: number;
  readonly uri: string;
}

export class ListAllocator {
  readonly #dependencies: AllocatorDependencies;
  readonly #limit: number;
  readonly #lists: StatusListState[];

  private constructor(dependencies: AllocatorDependencies, lists: StatusListState[]) {
    this.#dependencies = dependencies;
    this.#limit = dependencies.limit ?? LIST_LIMIT;
    this.#lists = lists;
  }

  static async open(tables: IssuerTables, dependencies: AllocatorDependencies): Promise<ListAllocator> {
    const lists: StatusListState[] = [];
    for await (const { key, value } of tables.lists.entries()) {
      const number = readUint32(key);
      invariant(number === lists.length + 1, 'lists are numbered from 1 without gaps');
      const text = new TextDecoder().decode(dependencies.envelope.open(value, aadOf(number)));
      // Sealed, so it is what writeTo wrote.
      const { profile, seed, used } = JSON.parse(text) as StatusListText;
      lists.push({ number, profile, seed: fromBase64url(seed), used, order: undefined, changed: false });
    }
    const allocator = new ListAllocator(dependencies, lists);
    for (const profile of PROFILES) allocator.#openList(profile);
    return allocator;
  }

  /** Lists are numbered 1 … count. */
  get count(): number {
    return this.#lists.length;
  }

  /** A free entry of the profile's list; taken even when the write that should use it fails. */
  allocate(profile: Profile): StatusEntry {
    const list = this.#openList(profile);
    list.order ??= shuffledIndices(list.seed, LIST_SIZE);
    const idx = list.order[list.used];
    invariant(idx !== undefined, 'an open list has free entries');
    list.used++;
    list.changed = true;
    return { idx, uri: this.uriOf(list.number) };
  }

  /** Adds the writes of all lists that changed since the last call. */
  writeTo(batch: WriteBatch): void {
    for (const list of this.#lists) {
      if (!list.changed) continue;
      const text: StatusListText = { profile: list.profile, seed: toBase64url(list.seed), used: list.used };
      const sealed = this.#dependencies.envelope.seal(toUtf8(JSON.stringify(text)), aadOf(list.number));
      batch.put(TABLES.lists, listKey(list.number), sealed);
      list.changed = false;
    }
  }

  /** As `writeTo`, of all lists, so that their seeds lie under the newest epoch. */
  writeAllTo(batch: WriteBatch): void {
    for (const list of this.#lists) list.changed = true;
    this.writeTo(batch);
  }

  uriOf(list: number): string {
    return `${this.#dependencies.publicBaseUrl}/status/${list}`;
  }

  /** The number of the list at `uri`, `undefined` when it is none of ours. */
  numberOf(uri: string): number | undefined {
    const prefix = `${this.#dependencies.publicBaseUrl}/status/`;
    const name = uri.startsWith(prefix) ? uri.slice(prefix.length) : '';
    const number = /^[1-9]\d{0,8}$/.test(name) ? Number(name) : 0;
    return number >= 1 && number <= this.#lists.length ? number : undefined;
  }

  #openList(profile: Profile): StatusListState {
    const open = this.#lists.findLast((list) => list.profile === profile);
    if (open !== undefined && open.used < this.#limit) return open;
    if (open !== undefined) open.order = undefined;
    const seed = this.#dependencies.randomBytes(SEED_BYTES);
    const number = this.#lists.length + 1;
    const list = { number, profile, seed, used: 0, order: undefined, changed: true };
    this.#lists.push(list);
    return list;
  }
}

/** 0 … size-1 in an order drawn from `seed`: Fisher-Yates over the AES-256-CTR keystream. */
export function shuffledIndices(seed: Uint8Array, size: number): Uint32Array {
  const zeros = new Uint8Array(size * 4);
  const stream = createCipheriv('aes-256-ctr', seed, new Uint8Array(16)).update(zeros);
  // `Uint32Array.from` would take longer over this than the shuffling does.
  const order = new Uint32Array(size).map((_, i) => i);
  for (let last = size - 1; last > 0; last--) {
    // 32 random bits scaled down: the bias is below size / 2^32.
    const pick = Math.floor((stream.readUInt32LE(last * 4) / 0x1_0000_0000) * (last + 1));
    // Both are below size.
    const moved = order[last]!;
    order[last] = order[pick]!;
    order[pick] = moved;
  }
  return order;
}

function aadOf(number: number): Uint8Array {
  return toUtf8(`hcl/list/1\0${number}`);
}
