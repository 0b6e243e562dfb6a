/**
 * A version of the issuer's status, staged: which acts it takes in, until when, which lists it has, what goes on
 * the ledger. As JSON in the store; the lists themselves follow from the changes of all versions.
 */
import { toCanonicalJson } from '../core/bytes/canonical-json.ts';
import { fromUtf8, toUtf8 } from '../core/bytes/utf8.ts';
import type { Hex } from '../core/bytes/hex.ts';
import type { StatusList } from '../core/status/token-status-list.ts';

export interface StatusVersion {
  /** The ledger's number. A gap before it is versions that another account of the issuer published. */
  readonly version: number;
  /** Order of the last act that it takes in, and the instant whose status it shows, Unix seconds. */
  readonly actsThrough: number;
  readonly asOf: number;
  /** Entries that it changes. */
  readonly changes: number;
  /** Lists 1 … count. */
  readonly listCount: number;
  readonly listsRoot: Hex;
  readonly actsDigest: Hex;
  /** Unix seconds. */
  readonly nextUpdate: number;
}

/** A list at some version; its own version is that of the set in which it last changed. */
export interface ListImage {
  readonly version: number;
  readonly list: StatusList;
}

/** By list number. */
export type StatusImage = ReadonlyMap<number, ListImage>;

export function encodeStatusVersion(version: StatusVersion): Uint8Array {
  return toUtf8(toCanonicalJson(version));
}

export function decodeStatusVersion(bytes: Uint8Array): StatusVersion {
  // The store holds what encodeStatusVersion wrote.
  return JSON.parse(fromUtf8(bytes) ?? '') as StatusVersion;
}
