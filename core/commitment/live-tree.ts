/**
 * An RFC 9162 tree whose leaves change: a changed leaf costs the hashes on its way up, and new leaves from some
 * place on cost the nodes to the right of it. Same roots and paths as `merkle.ts`, which is for trees that are
 * built once.
 */
import { invariant } from '../errors.ts';
import type { Crypto } from '../crypto.ts';
import { HASH_BYTES, hashPlaced, LEFT, placeNode, RIGHT } from './node-hash.ts';

interface Level {
  nodes: Uint8Array;
  count: number;
}

export class LiveTree {
  readonly #crypto: Crypto;
  /** From the leaves up; the last has one node once there is a leaf. */
  readonly #levels: Level[] = [{ nodes: new Uint8Array(0), count: 0 }];

  constructor(crypto: Crypto) {
    this.#crypto = crypto;
  }

  get size(): number {
    return this.#levelAt(0).count;
  }

  /** 32 bytes; of no leaves, SHA-256 of nothing (RFC 9162 §2.1.1). */
  get root(): Uint8Array {
    const { nodes, count } = this.#levelAt(this.#height());
    return count === 0 ? this.#crypto.sha256(new Uint8Array(0)) : nodes.slice(0, HASH_BYTES);
  }

  /** Replaces the leaf at `index` < size. */
  set(index: number, leafHash: Uint8Array): void {
    invariant(index >= 0 && index < this.size, 'the tree has this leaf');
    this.#levelAt(0).nodes.set(leafHash, index * HASH_BYTES);
    let place = index;
    for (let height = 1; height <= this.#height(); height++) {
      place >>>= 1;
      this.#hashNode(height, place);
    }
  }

  /** Replaces all leaves from `index` on, so that the tree has `index` + `leafHashes.length` leaves. */
  replaceFrom(index: number, leafHashes: readonly Uint8Array[]): void {
    invariant(index >= 0 && index <= this.size, 'leaves follow each other');
    const size = index + leafHashes.length;
    this.#resize(0, size);
    leafHashes.forEach((hash, i) => this.#levelAt(0).nodes.set(hash, (index + i) * HASH_BYTES));
    let from = index;
    let count = size;
    let height = 0;
    while (count > 1) {
      height++;
      from >>>= 1;
      count = Math.ceil(count / 2);
      this.#resize(height, count);
      for (let place = from; place < count; place++) this.#hashNode(height, place);
    }
    this.#levels.length = height + 1;
  }

  /** Inclusion path of leaf `index` < size, from the leaf up, 32 bytes a step. */
  path(index: number): Uint8Array {
    invariant(index >= 0 && index < this.size, 'the tree has this leaf');
    const path = new Uint8Array(this.#height() * HASH_BYTES);
    let length = 0;
    let place = index;
    for (let height = 0; height < this.#height(); height++, place >>>= 1) {
      const { nodes, count } = this.#levelAt(height);
      const neighbour = place ^ 1;
      if (neighbour >= count) continue; // a last node without a neighbour moves up as it is
      path.set(nodes.subarray(neighbour * HASH_BYTES, (neighbour + 1) * HASH_BYTES), length);
      length += HASH_BYTES;
    }
    return path.slice(0, length);
  }

  /** Root of the leaves from `from` to before `to`, where RFC 9162's splits make a subtree of them. */
  subtreeRoot(from: number, to: number): Uint8Array {
    const height = Math.ceil(Math.log2(to - from));
    const place = from / 2 ** height;
    const { nodes, count } = this.#levelAt(height);
    invariant(Number.isInteger(place) && place < count, 'the tree has this subtree');
    return nodes.slice(place * HASH_BYTES, (place + 1) * HASH_BYTES);
  }

  #height(): number {
    return this.#levels.length - 1;
  }

  #levelAt(height: number): Level {
    return this.#levels[height]!; // callers keep within #levels
  }

  /** A node from its two children, or from the one that has no neighbour. */
  #hashNode(height: number, place: number): void {
    const below = this.#levelAt(height - 1);
    const { nodes } = this.#levelAt(height);
    const from = 2 * place * HASH_BYTES;
    if (2 * place + 1 >= below.count) {
      nodes.set(below.nodes.subarray(from, from + HASH_BYTES), place * HASH_BYTES);
      return;
    }
    placeNode(below.nodes, from, LEFT);
    placeNode(below.nodes, from + HASH_BYTES, RIGHT);
    hashPlaced(this.#crypto, nodes, place * HASH_BYTES);
  }

  #resize(height: number, count: number): void {
    const level = (this.#levels[height] ??= { nodes: new Uint8Array(0), count: 0 });
    if (count * HASH_BYTES > level.nodes.length) {
      const larger = new Uint8Array(Math.ceil(count * 1.5) * HASH_BYTES);
      larger.set(level.nodes.subarray(0, level.count * HASH_BYTES));
      level.nodes = larger;
    }
    level.count = count;
  }
}
