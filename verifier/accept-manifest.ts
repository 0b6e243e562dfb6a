/**
 * From a status manifest that somebody sent to lists that verdicts may rest on. Three locks, each enough
 * against a different thief: the version is the ledger's (no replay), every token is signed by a key that
 * the trust list gave this issuer (no stranger), and the root over all digests is the anchored one (no list
 * changed, added or left out, not even by the issuer).
 */
import type { Crypto } from '../core/crypto.ts';
import { acceptLists, type AcceptedSet, type PublishedList } from '../core/status/accepted-lists.ts';
import { kidOfStatusToken, readStatusToken, type StatusToken } from '../core/status/status-token.ts';
import type { LedgerState, StatusAnchor } from '../core/trust/ledger-state.ts';
import { keyTrustAt } from '../core/trust/trust-at.ts';
import { ManifestError } from './errors.ts';
import type { ManifestList, StatusManifest } from './status-manifest.ts';

/** Tolerance between the issuer's clock and ours. */
const CLOCK_SKEW_SECONDS = 300;

export interface ManifestContext {
  readonly crypto: Crypto;
  readonly state: LedgerState;
  readonly nowSeconds: number;
}

/** Throws `MANIFEST_OTHER_VERSION`, `MANIFEST_TOKEN_INVALID`, `STATUS_TOKEN_…`, `STATUS_LISTS_MISMATCH`. */
export function acceptManifest(
  manifest: StatusManifest,
  anchor: StatusAnchor,
  context: ManifestContext,
): AcceptedSet {
  if (manifest.version !== anchor.version) {
    throw new ManifestError(
      'MANIFEST_OTHER_VERSION',
      `the manifest has version ${manifest.version}, the ledger ${anchor.version}`,
    );
  }
  const lists = manifest.lists.map((list) => readList(list, anchor, context));
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
