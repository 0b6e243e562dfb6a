/**
 * A batch of acts: everything to build its tree again, to show it, to send it. As JSON in the store, numbered
 * without gaps: anchored ones first, then those that two people have approved, then at most one that collects
 * approvals.
 */
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import type { Hex } from '../../core/bytes/hex.ts';
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';
import type { ActApproval } from '../ports.ts';

export interface ActBatchEntry {
  readonly number: number;
  readonly state: 'open' | 'approved' | 'anchored';
  /** Numbers of its acts, in the order in which they will hold. */
  readonly acts: readonly number[];
  readonly root: Hex;
  readonly log2Size: number;
  /** 32 bytes, base64url: the padding is made of it. */
  readonly seed: string;
  /** Place in the tree of each act. */
  readonly positions: readonly number[];
  /** The ledger's. */
  readonly sequence: number;
  /** Unix seconds. */
  readonly deadline: number;
  readonly approvals: readonly ActApproval[];
}

export function encodeActBatch(batch: ActBatchEntry): Uint8Array {
  return toUtf8(toCanonicalJson(batch));
}

export function decodeActBatch(bytes: Uint8Array): ActBatchEntry {
  // The store holds what encodeActBatch wrote.
  return JSON.parse(fromUtf8(bytes) ?? '') as ActBatchEntry;
}
