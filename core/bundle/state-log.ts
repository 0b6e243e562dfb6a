/**
 * The checkpoint log: an RFC 9162 tree with one leaf for each finalised block that changed the state
 * (`core/trust/checkpoint-leaf.ts`). Everybody who folds the ledger's blocks gets the same log.
 *
 * Only hashes of whole subtrees are kept, in one list that is only ever appended to: leaf n first, then the node of
 * every subtree that it completes, from below. For three leaves: leaf 0, leaf 1, node (0, 1), leaf 2. So the node
 * at height h that covers the leaves from i · 2^h on stands at a place that i and h alone decide
 * ({@link storedPlace}), memory is the reader's business, and a proof reads some forty hashes however long the
 * log is.
 */
import { concatBytes } from '../bytes/concat.ts';
import { leafHash } from '../commitment/leaf.ts';
import { HASH_BYTES, hashPlaced, LEFT, placeNode, RIGHT } from '../commitment/node-hash.ts';
import type { Crypto } from '../crypto.ts';
import { invariant } from '../errors.ts';

/** Where the hashes lie. One writer; what was appended never changes. */
export interface HashStore {
  /** Number of hashes. */
  readonly length: number;
  /** 32 bytes; `place` is below `length`. */
  read(place: number): Uint8Array;
  append(hashes: readonly Uint8Array[]): void;
}

export function memoryHashStore(): HashStore {
  const hashes: Uint8Array[] = [];
  return {
    get length() {
      return hashes.length;
    },
    read: (place) => hashes[place]!, // below `length`
    append: (more) => void hashes.push(...more),
  };
}

export class StateLog {
  readonly #crypto: Crypto;
  readonly #store: HashStore;
  #size: number;

  constructor(crypto: Crypto, store: HashStore = memoryHashStore()) {
    this.#crypto = crypto;
    this.#store = store;
    this.#size = sizeOf(store.length);
  }

  /** Number of leaves. */
  get size(): number {
    return this.#size;
  }

  /** @param leaf as `checkpointLeaf` makes it, 32 bytes */
  append(leaf: Uint8Array): void {
    const added = [leafHash(this.#crypto, leaf)];
    // A place with h ones at its end completes the subtrees of heights 1 to h.
    for (let height = 0; (this.#size >> height) % 2 === 1; height++) {
      const left = this.#store.read(storedPlace((this.#size >> height) - 1, height));
      added.push(this.#node(left, added[height]!)); // the loop has added one for each height so far
    }
    this.#store.append(added);
    this.#size++;
  }

  /** RFC 9162 §2.1.1, of the first `size` leaves. */
  rootAt(size: number = this.#size): Uint8Array {
    invariant(size >= 0 && size <= this.#size, 'the log is that long');
    return size === 0 ? this.#crypto.sha256(new Uint8Array(0)) : this.#hashOf(0, size);
  }

  /** That leaf `index` is in the tree of the first `size` leaves: RFC 9162 §2.1.3.1. */
  inclusion(index: number, size: number = this.#size): Uint8Array {
    invariant(index >= 0 && index < size && size <= this.#size, 'the log has this leaf');
    return concatBytes(...this.#inclusion(index, 0, size));
  }

  /** That the tree of the first `size1` leaves is the beginning of that of `size2`: RFC 9162 §2.1.4.1. */
  consistency(size1: number, size2: number = this.#size): Uint8Array {
    invariant(size1 >= 0 && size1 <= size2 && size2 <= this.#size, 'the log is that long');
    return size1 === 0 || size1 === size2
      ? new Uint8Array(0)
      : concatBytes(...this.#consistency(size1, 0, size2, true));
  }

  #inclusion(index: number, from: number, to: number): readonly Uint8Array[] {
    if (to - from === 1) return [];
    const middle = from + splitOf(to - from);
    return index < middle
      ? [...this.#inclusion(index, from, middle), this.#hashOf(middle, to)]
      : [...this.#inclusion(index, middle, to), this.#hashOf(from, middle)];
  }

  #consistency(size1: number, from: number, to: number, isWhole: boolean): readonly Uint8Array[] {
    if (size1 === to) return isWhole ? [] : [this.#hashOf(from, to)];
    const middle = from + splitOf(to - from);
    return size1 <= middle
      ? [...this.#consistency(size1, from, middle, isWhole), this.#hashOf(middle, to)]
      : [...this.#consistency(size1, middle, to, false), this.#hashOf(from, middle)];
  }

  /** Of the leaves from `from` to before `to`, where `from` is a multiple of a power of two that is not smaller than their number. */
  #hashOf(from: number, to: number): Uint8Array {
    const count = to - from;
    const height = Math.log2(count);
    if (Number.isInteger(height)) return this.#store.read(storedPlace(from / count, height));
    const middle = from + splitOf(count);
    return this.#node(this.#hashOf(from, middle), this.#hashOf(middle, to));
  }

  #node(left: Uint8Array, right: Uint8Array): Uint8Array {
    const hash = new Uint8Array(HASH_BYTES);
    placeNode(left, 0, LEFT);
    placeNode(right, 0, RIGHT);
    hashPlaced(this.#crypto, hash, 0);
    return hash;
  }
}

/** Where the hash of subtree `index` of height `height` stands: after all leaves up to its last one and their nodes. */
export function storedPlace(index: number, height: number): number {
  const lastLeaf = (index + 1) * 2 ** height - 1;
  return storedBefore(lastLeaf) + height;
}

/** How many hashes `leaves` leaves have: as many as themselves, and half, a quarter … of them nodes. */
function storedBefore(leaves: number): number {
  let count = 0;
  for (let rest = leaves; rest > 0; rest = Math.floor(rest / 2)) count += rest;
  return count;
}

/** The number of leaves whose hashes these are. */
function sizeOf(length: number): number {
  let size = Math.floor(length / 2);
  while (storedBefore(size) < length) size++;
  invariant(storedBefore(size) === length, 'a log has whole leaves');
  return size;
}

/** The largest power of two below `count` > 1. */
function splitOf(count: number): number {
  return 2 ** (31 - Math.clz32(count - 1));
}
