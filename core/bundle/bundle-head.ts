/**
 * What a bundle says of itself, before its content: which kind it is, the signed checkpoint, the last leaf of the
 * log with its path, what it is a change to, and which sections of the state it shows.
 *
 *   head     kind u8 ‖ note (length u32, text) ‖ block number u64 ‖ block time u64 ‖ steps of the leaf's path varint
 *            ‖ a delta: size of its base u64, steps of the consistency path varint
 *            ‖ first day of short-lived roots (length u32, text) ‖ sections of the state varint
 *            ‖ runs varint, for each: hide varint, show varint ‖ hidden roots varint
 *   hashes   block hash ‖ state root ‖ leaf's path ‖ a delta: root of its base, consistency path ‖ hidden roots
 */
import type { ByteReader } from '../bytes/byte-reader.ts';
import { fromHex } from '../bytes/hex.ts';
import { writeVarint } from '../bytes/varint.ts';
import type { Head } from '../trust/ledger-state.ts';
import type { PartReaders, PartWriters } from './bundle-file.ts';
import type { Cover } from './covered-leaves.ts';
import { BundleError } from './errors.ts';

/** In the order of their numbers. */
export const BUNDLE_KINDS = [
  /** All that a device holds. */
  'full',
  /** What has changed since its base. */
  'delta',
  /** Roots of one issuer and day that devices have dropped. */
  'page',
  /** The trust list alone: who signs next, signed by those who signed until now. */
  'handover',
] as const;

export type BundleKind = (typeof BUNDLE_KINDS)[number];

/** The last leaf of the log: the block that made the state what it is. */
export interface StateLeaf {
  readonly block: Head;
  readonly stateRoot: Uint8Array;
}

export interface DeltaBase {
  readonly size: number;
  readonly root: Uint8Array;
  /** That the log only grew since (RFC 9162 §2.1.4). */
  readonly consistency: Uint8Array;
}

export interface BundleHead {
  readonly kind: BundleKind;
  /** The checkpoint with its signatures, as text. */
  readonly note: string;
  readonly leaf: StateLeaf;
  /** Of the log's last leaf. */
  readonly leafPath: Uint8Array;
  /** Of a delta. */
  readonly base?: DeltaBase;
  /** `2022-12-21`: short-lived roots are held from this day on. */
  readonly shortFrom: string;
  readonly cover: Cover;
  readonly hidden: Uint8Array;
}

const HASH_BYTES = 32;
/** Paths of trees of 2^53 leaves are shorter. */
const MAX_STEPS = 128;
/** What is held lies in four ranges; fences stand beside them. */
const MAX_RUNS = 16;
const DAY = /^\d{4}-\d\d-\d\d$/;

export function writeHead({ head, hashes }: PartWriters, bundle: BundleHead): void {
  const { leaf, leafPath, base, cover, hidden } = bundle;
  head.u8(BUNDLE_KINDS.indexOf(bundle.kind)).text(bundle.note);
  head.u64(leaf.block.number).u64(leaf.block.timeSeconds).raw(stepsOf(leafPath));
  hashes.raw(fromHex(leaf.block.hash)).raw(leaf.stateRoot).raw(leafPath);
  if (base !== undefined) {
    head.u64(base.size).raw(stepsOf(base.consistency));
    hashes.raw(base.root).raw(base.consistency);
  }
  head.text(bundle.shortFrom).raw(writeVarint(cover.size)).raw(writeVarint(cover.runs.length));
  for (const { hide, show } of cover.runs) head.raw(writeVarint(hide)).raw(writeVarint(show));
  head.raw(stepsOf(hidden));
  hashes.raw(hidden);
}

/** Throws `BUNDLE_MALFORMED` or a `BytesError`. */
export function readHead({ head, hashes }: PartReaders): BundleHead {
  const kind = BUNDLE_KINDS[head.u8()];
  if (kind === undefined) throw malformed();
  const note = head.text();
  const number = head.u64();
  const timeSeconds = head.u64();
  const block = { number, hash: hashes.fixed(HASH_BYTES), timeSeconds };
  const leaf = { block, stateRoot: hashes.raw(HASH_BYTES) };
  const leafPath = readSteps(head, hashes);
  const base = kind === 'delta' ? readBase(head, hashes) : undefined;
  const shortFrom = head.text();
  if (!DAY.test(shortFrom)) throw malformed();
  const cover = readCover(head);
  const hidden = readSteps(head, hashes);
  head.end();
  hashes.end();
  return { kind, note, leaf, leafPath, ...(base === undefined ? {} : { base }), shortFrom, cover, hidden };
}

function readBase(head: ByteReader, hashes: ByteReader): DeltaBase {
  const size = head.u64();
  const root = hashes.raw(HASH_BYTES);
  return { size, root, consistency: readSteps(head, hashes) };
}

function readCover(head: ByteReader): Cover {
  const size = head.varint();
  const count = head.varint();
  if (count > MAX_RUNS) throw malformed();
  const runs = Array.from({ length: count }, () => ({ hide: head.varint(), show: head.varint() }));
  if (size > 2 ** 31) throw malformed();
  return { size, runs };
}

function stepsOf(path: Uint8Array): Uint8Array {
  return writeVarint(path.length / HASH_BYTES);
}

function readSteps(head: ByteReader, hashes: ByteReader): Uint8Array {
  const steps = head.varint();
  if (steps > MAX_RUNS * MAX_STEPS) throw malformed();
  return hashes.raw(steps * HASH_BYTES);
}

function malformed(): BundleError {
  return new BundleError('BUNDLE_MALFORMED', 'not the head of a bundle');
}
