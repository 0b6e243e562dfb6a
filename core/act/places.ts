/**
 * Places in status lists as a digest: which an act is about, and which a version of the lists changed because of
 * which act. Lists in order of their uris' bytes, indices ascending:
 *
 *   places  = SHA-256("hcl/places/1\0" ‖ for each list: varint ‖ uri ‖ varint count ‖ index u32 × count)
 *   changes = SHA-256("hcl/changes/1\0" ‖ act leaf 32 ‖ for each list and value:
 *                     varint ‖ uri ‖ value u8 ‖ varint count ‖ index u32 × count)
 *
 * `actsDigest` of a status version is the RFC 9162 root over the `changes` of its acts, in order of the acts'
 * leaves; 32 zero bytes when nothing changed. So an issuer cannot put a changed entry down to another act later.
 */
import { compareBytes } from '../bytes/compare.ts';
import { concatBytes } from '../bytes/concat.ts';
import { fromHex, type Hex } from '../bytes/hex.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { writeVarint } from '../bytes/varint.ts';
import { leafHash } from '../commitment/leaf.ts';
import { merkleRoot } from '../commitment/merkle.ts';
import type { Crypto } from '../crypto.ts';
import { STATUS_VALUES, type StatusValue } from '../status/token-status-list.ts';

export interface ListPlaces {
  readonly uri: string;
  /** Ascending, each once. */
  readonly indices: ArrayLike<number>;
}

export interface ListChanges extends ListPlaces {
  /** What the entries are now. */
  readonly value: StatusValue;
}

/** What one act explains of one version. */
export interface ActChanges {
  /** The act's leaf. */
  readonly act: Hex;
  readonly lists: readonly ListChanges[];
}

const PLACES = toUtf8('hcl/places/1\0');
const CHANGES = toUtf8('hcl/changes/1\0');
const NOTHING_BYTES = 32;

/** 32 bytes. @param lists each uri once */
export function placesDigest(crypto: Crypto, lists: readonly ListPlaces[]): Uint8Array {
  const parts = sortedByUri(lists).map(({ uri, indices }) =>
    concatBytes(namedBytes(uri), writeVarint(indices.length), indexBytes(indices)),
  );
  return crypto.sha256(concatBytes(PLACES, ...parts));
}

/** 32 bytes. @param acts each act once, each with every pair of list and value once */
export function changesDigest(crypto: Crypto, acts: readonly ActChanges[]): Uint8Array {
  if (acts.length === 0) return new Uint8Array(NOTHING_BYTES);
  const leaves = acts
    .map(({ act, lists }) => ({ leaf: fromHex(act), lists }))
    .sort((a, b) => compareBytes(a.leaf, b.leaf))
    .map(({ leaf, lists }) => leafHash(crypto, crypto.sha256(changesBytes(leaf, lists))));
  return merkleRoot(crypto, concatBytes(...leaves));
}

function changesBytes(leaf: Uint8Array, lists: readonly ListChanges[]): Uint8Array {
  const byValue = [...lists].sort((a, b) => numberOf(a.value) - numberOf(b.value));
  const parts = sortedByUri(byValue).map(({ uri, value, indices }) =>
    concatBytes(
      namedBytes(uri),
      Uint8Array.of(numberOf(value)),
      writeVarint(indices.length),
      indexBytes(indices),
    ),
  );
  return concatBytes(CHANGES, leaf, ...parts);
}

/** Stable: what has one uri keeps its order. */
function sortedByUri<Lists extends ListPlaces>(lists: readonly Lists[]): readonly Lists[] {
  return lists
    .map((list) => ({ list, key: toUtf8(list.uri) }))
    .sort((a, b) => compareBytes(a.key, b.key))
    .map(({ list }) => list);
}

function namedBytes(uri: string): Uint8Array {
  const bytes = toUtf8(uri);
  return concatBytes(writeVarint(bytes.length), bytes);
}

function indexBytes(indices: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(indices.length * 4));
  for (let i = 0; i < indices.length; i++) view.setUint32(i * 4, indices[i] ?? 0);
  return new Uint8Array(view.buffer);
}

function numberOf(value: StatusValue): number {
  return STATUS_VALUES.indexOf(value);
}
