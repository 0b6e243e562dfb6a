/**
 * The named sections of a ledger state and the root over them:
 *
 *   digest      SHA-256("hcl/section/1\0" ‖ the section's bytes)                              32 bytes
 *   leaf data   length of the name u8 ‖ name, ASCII ‖ digest
 *   state root  RFC 9162 §2.1.1 over the leaf data of all sections, in the byte order of their names
 *
 * The name is in the leaf, so a section cannot stand in for another; the order makes names neighbours, so two
 * paths that follow each other also prove that nothing lies between. A section without entries is absent: one
 * that comes later changes no leaf that is there.
 */
import { concatBytes } from '../bytes/concat.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { leafHash } from '../commitment/leaf.ts';
import { LiveTree } from '../commitment/live-tree.ts';
import { verifyInclusion } from '../commitment/proof.ts';
import type { Crypto } from '../crypto.ts';
import { invariant } from '../errors.ts';

export interface SectionProof {
  readonly name: string;
  readonly index: number;
  /** Number of sections. */
  readonly size: number;
  /** 32 bytes a step, from the leaf up. */
  readonly path: Uint8Array;
}

const DOMAIN = toUtf8('hcl/section/1\0');
const MAX_NAME_LENGTH = 255;

export function sectionDigest(crypto: Crypto, bytes: Uint8Array): Uint8Array {
  return crypto.sha256(concatBytes(DOMAIN, bytes));
}

/** The leaf of a section; its name is ASCII, 1 to 255 characters. */
export function sectionLeaf(crypto: Crypto, name: string, digest: Uint8Array): Uint8Array {
  const nameBytes = toUtf8(name);
  invariant(nameBytes.length > 0 && nameBytes.length <= MAX_NAME_LENGTH, 'a section has a short name');
  return leafHash(crypto, concatBytes(Uint8Array.of(nameBytes.length), nameBytes, digest));
}

/**
 * Returns when `bytes` are the section of that name under the state root, and throws a `CommitmentError`
 * (`PROOF_ROOT_MISMATCH` and others) when not.
 */
export function verifySection(
  crypto: Crypto,
  { name, index, size, path }: SectionProof,
  { bytes, root }: { readonly bytes: Uint8Array; readonly root: Uint8Array },
): void {
  const leaf = sectionLeaf(crypto, name, sectionDigest(crypto, bytes));
  verifyInclusion(crypto, { leafHash: leaf, index, size, path, root });
}

interface Section {
  readonly digest: Uint8Array;
  readonly leaf: Uint8Array;
}

/** The digests of all sections and the tree over them. */
export class SectionTable {
  readonly #crypto: Crypto;
  readonly #tree: LiveTree;
  readonly #sections = new Map<string, Section>();
  /** Sorted; those that are new since the last update are not in it yet. */
  #names: readonly string[] = [];
  /** Set since the tree was brought up to date. */
  readonly #changed = new Set<string>();

  constructor(crypto: Crypto) {
    this.#crypto = crypto;
    this.#tree = new LiveTree(crypto);
  }

  /** Adds or replaces a section. */
  set(name: string, bytes: Uint8Array): void {
    const digest = sectionDigest(this.#crypto, bytes);
    this.#sections.set(name, { digest, leaf: sectionLeaf(this.#crypto, name, digest) });
    this.#changed.add(name);
  }

  /** Sorted. */
  names(): readonly string[] {
    this.#update();
    return this.#names;
  }

  digestOf(name: string): Uint8Array | undefined {
    return this.#sections.get(name)?.digest;
  }

  root(): Uint8Array {
    this.#update();
    return this.#tree.root;
  }

  /** `undefined` when there is no such section. */
  prove(name: string): SectionProof | undefined {
    this.#update();
    const index = placeOf(this.#names, name);
    if (this.#names[index] !== name) return undefined;
    return { name, index, size: this.#tree.size, path: this.#tree.path(index) };
  }

  /** Root over the leaves from `from` to before `to`, in the order of the names, where the tree has such a subtree. */
  subtreeRoot(from: number, to: number): Uint8Array {
    this.#update();
    return this.#tree.subtreeRoot(from, to);
  }

  /** Hashes the paths of changed sections, and what stands to the right of the first new one. */
  #update(): void {
    const added = [...this.#changed].filter((name) => this.#names[placeOf(this.#names, name)] !== name);
    if (added.length > 0) this.#names = [...this.#names, ...added].toSorted(compareNames);
    const firstNew = Math.min(this.#names.length, ...added.map((name) => placeOf(this.#names, name)));
    for (const name of this.#changed) {
      const index = placeOf(this.#names, name);
      if (index < firstNew) this.#tree.set(index, this.#leafOf(name));
    }
    if (added.length > 0) {
      const moved = this.#names.slice(firstNew).map((name) => this.#leafOf(name));
      this.#tree.replaceFrom(firstNew, moved);
    }
    this.#changed.clear();
  }

  #leafOf(name: string): Uint8Array {
    const section = this.#sections.get(name);
    invariant(section !== undefined, 'every name has its section');
    return section.leaf;
  }
}

/** By code unit, which for ASCII is by byte. */
function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Where `name` stands in the sorted `names`, or would stand. */
function placeOf(names: readonly string[], name: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    // `middle` < names.length.
    if (names[middle]! < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
