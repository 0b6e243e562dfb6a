/**
 * From a status manifest that somebody sent to lists that verdicts may rest on. Three locks, each enough
 * against a different thief: the version is the ledger's (no replay), every token is signed by a key that
 * the trust list gave this issuer (no stranger), and the root over all digests is the anchored one (no list
 * changed, added or left out, not even by the issuer).
 *
 * The sender need only be accredited, so the work is bounded too: what is decoded has a limit over all lists, and
 * between two lists everything else gets its turn.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Crypto } from '../core/crypto.ts';
import { acceptLists, type AcceptedSet, type PublishedList } from '../core/status/accepted-lists.ts';
import { kidOfStatusToken, readStatusToken, type StatusToken } from '../core/status/status-token.ts';
import type { LedgerState, StatusAnchor } from '../core/trust/ledger-state.ts';
import { keyTrustAt } from '../core/trust/trust-at.ts';
import { ManifestError } from './errors.ts';
import type { ManifestList, StatusManifest } from './status-manifest.ts';

/** Tolerance between the issuer's clock and ours. */
const CLOCK_SKEW_SECONDS = 300;
/** All lists of one issuer, decoded: 2^28 entries of two bits. A few kilobytes of token inflate to a megabyte. */
export const MAX_DECODED_BYTES: number = 64 * 1024 * 1024;

export interface ManifestContext {
  readonly crypto: Crypto;
  readonly state: LedgerState;
  readonly nowSeconds: number;
}

/**
 * Rejects with `MANIFEST_OTHER_VERSION`, `MANIFEST_TOKEN_INVALID`, `MANIFEST_TOO_LARGE`, `STATUS_TOKEN_…`,
 * `STATUS_LISTS_MISMATCH`.
 */
export async function acceptManifest(
  manifest: StatusManifest,
  anchor: StatusAnchor,
  context: ManifestContext,
): Promise<AcceptedSet> {
  if (manifest.version !== anchor.version) {
    throw new ManifestError(
      'MANIFEST_OTHER_VERSION',
      `the manifest has version ${manifest.version}, the ledger ${anchor.version}`,
    );
  }
  const lists: PublishedList[] = [];
  let decodedBytes = 0;
  for (const published of manifest.lists) {
    const list = readList(published, anchor, context);
    decodedBytes += list.list.bytes.length;
    if (decodedBytes > MAX_DECODED_BYTES) {
      throw new ManifestError('MANIFEST_TOO_LARGE', `the lists have more than ${MAX_DECODED_BYTES} bytes`);
    }
    lists.push(list);
    await nextTurn();
  }
  return acceptLists(context.crypto, anchor, lists);
}

function readList(published: ManifestList, anchor: StatusAnchor, context: ManifestContext): PublishedList {
  const { uri, version, list, expiresAtSeconds } = readToken(published.token, anchor, context);
  if (uri !== published.uri || version !== published.version) {
    throw new ManifestError('MANIFEST_TOKEN_INVALID', 'a status token is about another list');
  }
  if (expiresAtSeconds + CLOCK_SKEW_SECONDS <= context.nowSeconds) {
    throw new ManifestError('MANIFEST_TOKEN_INVALID', 'a status token has expired');
  }
  return { uri, version, list };
}

function readToken(text: string, anchor: StatusAnchor, { state }: ManifestContext): StatusToken {
  const key = state.trust
    .keysByThumbprint(kidOfStatusToken(text))
    .find(({ issuer }) => issuer === anchor.issuer);
  if (key === undefined || keyTrustAt(key, anchor.timeSeconds) !== 'good') {
    throw new ManifestError('MANIFEST_TOKEN_INVALID', 'a status token is not signed by a key of its issuer');
  }
  return readStatusToken(text, key.publicKey);
}
