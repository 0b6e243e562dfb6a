/**
 * What is kept of an erasure, as JSON in the store: no name, no handle, nothing that was in the record.
 *
 *   marked   accepted; the record is still there
 *   erased   revoked, then payload, data key, handles and names destroyed; old copies still open
 *   dead     the epoch that wrapped its data key is destroyed: no copy opens any more
 *   unreadable   accepted, but the record does not open, so nobody can tell what to revoke: what is there of it is
 *                destroyed with its epoch
 */
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import type { Hex } from '../../core/bytes/hex.ts';
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';
import { toUint32, toUint64 } from '../../service/big-endian.ts';

/**
 * Why a record is erased: Cap. 486 s.26 and DPP2(2) (no longer needed), because the person or a court asks, or to make
 * room for the same facts: codes that are refused for their key or account are issued anew (docs/keys.md).
 */
export const ERASURE_GROUNDS = [
  'subject-request',
  'retention-over',
  'unlawful-collection',
  'court-order',
  'issued-anew',
] as const;

export type ErasureGround = (typeof ERASURE_GROUNDS)[number];

export const ERASURE_STAGES = ['marked', 'erased', 'dead', 'unreadable'] as const;

export type ErasureStage = (typeof ERASURE_STAGES)[number];

/** What stays of a credential. */
export interface ErasedLeaf {
  readonly leaf: Hex;
  readonly list: number;
  readonly index: number;
}

export interface ErasureEntry {
  readonly stage: ErasureStage;
  readonly ground: ErasureGround;
  readonly markedAtSeconds: number;
  /** 0 while the record is there. */
  readonly erasedAtSeconds: number;
  /** Empty while the record is there, and for ever of one that could not be read. */
  readonly leaves: readonly ErasedLeaf[];
}

export function encodeErasure(entry: ErasureEntry): Uint8Array {
  return toUtf8(toCanonicalJson(entry));
}

export function decodeErasure(bytes: Uint8Array): ErasureEntry {
  // The store holds what encodeErasure wrote.
  return JSON.parse(fromUtf8(bytes) ?? '') as ErasureEntry;
}

/** Where the work on an erasure waits. @param epoch that wrapped its data key; 0 while it is marked */
export function workKey(stage: 'marked' | 'erased', epoch: number, number: number): Uint8Array {
  return concatBytes(Uint8Array.of(ERASURE_STAGES.indexOf(stage)), toUint32(epoch), toUint64(number));
}
