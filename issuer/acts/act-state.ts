/**
 * How far an act has come, as JSON in the store:
 *
 *   proposed → approving (in the batch that collects approvals) → approved (by two) → anchored
 *            → withdrawn
 */
import { toCanonicalJson } from '../../core/bytes/canonical-json.ts';
import { fromUtf8, toUtf8 } from '../../core/bytes/utf8.ts';

export type ActState =
  | { readonly state: 'proposed' }
  | { readonly state: 'withdrawn' }
  /** Number of its batch. */
  | { readonly state: 'approving' | 'approved'; readonly batch: number }
  /** Its place in the history; an erasure has no batch. */
  | { readonly state: 'anchored'; readonly order: number; readonly batch?: number };

export function encodeActState(state: ActState): Uint8Array {
  return toUtf8(toCanonicalJson(state));
}

export function decodeActState(bytes: Uint8Array): ActState {
  // The store holds what encodeActState wrote.
  return JSON.parse(fromUtf8(bytes) ?? '') as ActState;
}
