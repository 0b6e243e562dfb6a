/**
 * Status lists that may be asked: an issuer's whole set of lists counts only when the root over their digests
 * is the one it anchored. So nobody, the issuer included, can show different lists to different verifiers, or
 * leave one out.
 */
import { equalBytes } from '../bytes/equal.ts';
import { fromHex, type Hex } from '../bytes/hex.ts';
import type { Crypto } from '../crypto.ts';
import { HclError } from '../errors.ts';
import type { StatusAnchor } from '../trust/ledger-state.ts';
import { statusListDigest, statusListsRoot } from './list-digest.ts';
import type { StatusList } from './token-status-list.ts';

export class AcceptedListsError extends HclError<'STATUS_LISTS_MISMATCH' | 'STATUS_LISTS_OLD'> {}

/** A list as its issuer publishes it. */
export interface PublishedList {
  readonly uri: string;
  /** The list's own version. */
  readonly version: number;
  readonly list: StatusList;
}

export interface AcceptedList extends PublishedList {
  readonly issuer: Hex;
  /** Version of the issuer's set that it was accepted with. */
  readonly setVersion: number;
  readonly publishedAtSeconds: number;
  readonly nextUpdateSeconds: number;
}

/** All lists of one issuer, accepted together. */
export interface AcceptedSet {
  readonly issuer: Hex;
  readonly version: number;
  readonly lists: readonly AcceptedList[];
}

/** Throws `STATUS_LISTS_MISMATCH` unless `lists`, in any order, are exactly those that `anchor` stands for. */
export function acceptLists(
  crypto: Crypto,
  anchor: StatusAnchor,
  lists: readonly PublishedList[],
): AcceptedSet {
  if (!isVouchedFor(crypto, anchor, lists)) {
    throw new AcceptedListsError('STATUS_LISTS_MISMATCH', 'not the lists that the ledger vouches for');
  }
  const {
    issuer,
    version: setVersion,
    timeSeconds: publishedAtSeconds,
    nextUpdate: nextUpdateSeconds,
  } = anchor;
  return {
    issuer,
    version: setVersion,
    lists: lists.map((list) => ({ ...list, issuer, setVersion, publishedAtSeconds, nextUpdateSeconds })),
  };
}

function isVouchedFor(crypto: Crypto, { listsRoot }: StatusAnchor, lists: readonly PublishedList[]): boolean {
  if (new Set(lists.map(({ uri }) => uri)).size !== lists.length) return false;
  const digests = lists.map(({ uri, version, list }) => ({
    uri,
    digest: statusListDigest(crypto, { uri, version, bits: list.bits, bytes: list.bytes }),
  }));
  return equalBytes(statusListsRoot(crypto, digests), fromHex(listsRoot));
}

/** The accepted lists of all issuers; a value: {@link StatusLists.with} makes a new one. */
export class StatusLists {
  static readonly empty: StatusLists = new StatusLists([]);

  readonly #sets: ReadonlyMap<Hex, AcceptedSet>;
  readonly #lists: ReadonlyMap<Hex, ReadonlyMap<string, AcceptedList>>;

  constructor(sets: Iterable<AcceptedSet>) {
    const all = [...sets];
    this.#sets = new Map(all.map((set) => [set.issuer, set]));
    this.#lists = new Map(
      all.map(({ issuer, lists }) => [issuer, new Map(lists.map((list) => [list.uri, list]))]),
    );
  }

  /** The list under `uri` of this issuer: two issuers may use the same URI, each for its own credentials. */
  get(issuer: Hex, uri: string): AcceptedList | undefined {
    return this.#lists.get(issuer)?.get(uri);
  }

  /** Version of the issuer's set, 0 when there is none. */
  versionOf(issuer: Hex): number {
    return this.#sets.get(issuer)?.version ?? 0;
  }

  sets(): Iterable<AcceptedSet> {
    return this.#sets.values();
  }

  /** With the issuer's set replaced; throws `STATUS_LISTS_OLD` for an older one than it has. */
  with(set: AcceptedSet): StatusLists {
    if (set.version < this.versionOf(set.issuer)) {
      throw new AcceptedListsError('STATUS_LISTS_OLD', `version ${set.version} is older than the one in use`);
    }
    return new StatusLists(new Map([...this.#sets, [set.issuer, set]]).values());
  }
}
