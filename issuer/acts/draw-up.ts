/** From what is asked for and what it concerns to the act itself, with its salt. */
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { toBase64url } from '../../core/bytes/base64url.ts';
import type { Act, Notice } from '../../core/act/act.ts';
import type { ActKind, ActReason } from '../../core/act/kinds.ts';
import { placesDigest } from '../../core/act/places.ts';
import type { Selector } from '../../core/act/selector.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { Clock, RandomBytes } from '../../service/clock.ts';
import type { ListAllocator } from '../list-allocator.ts';
import { byList } from './place.ts';

export interface DrawUpActDependencies {
  readonly did: string;
  readonly crypto: Crypto;
  readonly lists: ListAllocator;
  readonly now: Clock;
  readonly randomBytes: RandomBytes;
}

/** What an act says of itself. */
export interface ActTerms {
  readonly kind: ActKind;
  readonly reason: ActReason;
  readonly legalBasis: string;
  readonly notice: Notice;
  /** Unix seconds; absent: at once. */
  readonly effectiveFrom?: number;
  readonly until?: number;
  readonly proposedBy?: Hex;
}

export interface Selection {
  readonly selector: Selector;
  /** Ascending numbers, each once. */
  readonly places: Float64Array;
}

const SALT_BYTES = 16;

export function drawUpAct(
  terms: ActTerms,
  { selector, places }: Selection,
  { crypto, did, lists, now, randomBytes }: DrawUpActDependencies,
): Act {
  const { kind, reason, legalBasis, notice, until, proposedBy } = terms;
  const nowSeconds = Math.floor(now() / 1000);
  const found = Array.from(byList(places), ([list, indices]) => ({ uri: lists.uriOf(list), indices }));
  return {
    version: 1,
    issuer: did,
    kind,
    reason,
    legalBasis,
    notice,
    selector,
    effectiveFrom: terms.effectiveFrom ?? nowSeconds,
    ...(until === undefined ? {} : { until }),
    proposedAt: nowSeconds,
    ...(proposedBy === undefined ? {} : { proposedBy }),
    affected: { credentials: places.length, places: toHex(placesDigest(crypto, found)) },
    salt: toBase64url(randomBytes(SALT_BYTES)),
  };
}
