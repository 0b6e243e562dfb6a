/**
 * The status lists of one issuer, made again from nothing: each version is the one before and its changes. What the
 * ledger has of a version, the root over its lists and the digest of the acts that explain it, must come out.
 */
import { actLeaf, parseAct } from '../core/act/act.ts';
import { COLOUR_DERIVED, ERASED, type ActReason } from '../core/act/kinds.ts';
import { changesDigest, type ActChanges } from '../core/act/places.ts';
import { fromBase64url } from '../core/bytes/base64url.ts';
import { toHex, type Hex } from '../core/bytes/hex.ts';
import type { Crypto } from '../core/crypto.ts';
import { statusListDigest, statusListsRoot } from '../core/status/list-digest.ts';
import {
  STATUS_BITS,
  StatusList,
  type StatusChange,
  type StatusValue,
} from '../core/status/token-status-list.ts';
import { AuditError } from './errors.ts';
import type { PublishedHistory } from './published-acts.ts';

export type ReplayedVersion = PublishedHistory['versions'][number];

/** What the ledger has of a version. */
export interface AnchoredVersion {
  readonly listsRoot: Hex;
  readonly actsDigest: Hex;
}

interface ReplayedList {
  readonly version: number;
  readonly list: StatusList;
  readonly digest: Uint8Array;
}

/** All lists of one issuer, decoded; the same as verifiers take. */
const MAX_DECODED_BYTES = 64 * 1024 * 1024;

export class Replay {
  readonly #crypto: Crypto;
  readonly #lists = new Map<string, ReplayedList>();

  constructor(crypto: Crypto) {
    this.#crypto = crypto;
  }

  /**
   * Applies the next version; what differs from the ledger, in words. Throws an `HclError` for changes of entries that
   * there are none.
   */
  apply(version: ReplayedVersion, page: PublishedHistory, anchored: AnchoredVersion): string | undefined {
    this.#openLists(version, page);
    for (const [uri, changes] of changesByList(version.changes)) this.#change(uri, version.version, changes);
    const digests = Array.from(this.#lists, ([uri, { digest }]) => ({ uri, digest }));
    const root = toHex(statusListsRoot(this.#crypto, digests));
    if (root !== anchored.listsRoot) return `its changes give the lists' root ${root}`;
    const digest = toHex(changesDigest(this.#crypto, version.changes));
    return digest === anchored.actsDigest ? undefined : `its acts give the digest ${digest}`;
  }

  #openLists({ version, listCount }: ReplayedVersion, { lists, size }: PublishedHistory): void {
    if (listCount > lists.length || (listCount * size * STATUS_BITS) / 8 > MAX_DECODED_BYTES) {
      throw new AuditError('AUDIT_ACTS_MALFORMED', 'a version has lists that are not named, or too many');
    }
    for (const uri of lists.slice(0, listCount)) {
      if (!this.#lists.has(uri)) this.#set(uri, version, StatusList.empty(size));
    }
  }

  #change(uri: string, version: number, changes: readonly StatusChange[]): void {
    const before = this.#lists.get(uri);
    if (before === undefined)
      throw new AuditError('AUDIT_ACTS_MALFORMED', 'a change in a list that is not there');
    this.#set(uri, version, before.list.withAll(changes));
  }

  #set(uri: string, version: number, list: StatusList): void {
    const digest = statusListDigest(this.#crypto, { uri, version, bits: list.bits, bytes: list.bytes });
    this.#lists.set(uri, { version, list, digest });
  }
}

/** What the acts that need no approval do, and nothing else. */
const WITHOUT_APPROVAL: ReadonlyMap<ActReason, StatusValue> = new Map<ActReason, StatusValue>([
  [ERASED, 'revoked'],
  [COLOUR_DERIVED, 'superseded'],
]);

/**
 * The acts that show themselves as ones that need no approval, by leaf, with the value that they may set; one that is
 * none throws an `HclError`.
 */
export function unapprovedActs(
  crypto: Crypto,
  { erasures }: PublishedHistory,
): ReadonlyMap<Hex, StatusValue> {
  return new Map(
    erasures.map(({ leaf, act }) => {
      const bytes = fromBase64url(act);
      const value = WITHOUT_APPROVAL.get(parseAct(bytes).reason);
      if (toHex(actLeaf(crypto, bytes)) !== leaf || value === undefined) {
        throw new AuditError('AUDIT_ACTS_MALFORMED', 'what is said to need no approval does');
      }
      return [leaf, value];
    }),
  );
}

function changesByList(acts: readonly ActChanges[]): ReadonlyMap<string, readonly StatusChange[]> {
  const lists = new Map<string, StatusChange[]>();
  for (const { uri, value, indices } of acts.flatMap((act) => act.lists)) {
    const changes = lists.get(uri) ?? [];
    for (let i = 0; i < indices.length; i++) changes.push({ index: indices[i] ?? 0, value });
    lists.set(uri, changes);
  }
  return lists;
}
