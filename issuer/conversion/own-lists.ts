/** Our own status lists as a holder carries them, and as the ledger vouches for them: made once for each version. */
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import type { CarriedList } from '../../core/conversion/carried-list.ts';
import { parseClaims } from '../../core/credential/parse.ts';
import type { Crypto } from '../../core/crypto.ts';
import { invariant } from '../../core/errors.ts';
import { acceptLists, StatusLists } from '../../core/status/accepted-lists.ts';
import { statusListDigest } from '../../core/status/list-digest.ts';
import { encodeStatusList } from '../../core/status/token-status-list.ts';
import { IssuerError } from '../errors.ts';
import type { ListAllocator } from '../list-allocator.ts';
import type { Status, StatusSet } from '../status.ts';
import type { ConversionPort } from './ports.ts';

export interface OwnListsDependencies {
  readonly crypto: Crypto;
  /** This issuer, as the ledger names it. */
  readonly issuer: Hex;
  readonly ledger: Pick<ConversionPort, 'state'>;
  readonly lists: Pick<ListAllocator, 'uriOf'>;
  readonly status: Pick<Status, 'published'>;
}

function publishedSet({ status }: OwnListsDependencies): StatusSet {
  const set = status.published;
  if (set === undefined)
    throw new IssuerError('STATUS_NOT_PUBLISHED', 'the first version is not on the ledger yet');
  return set;
}

/** Compressed once for each version: everybody carries the same. */
const carriedLists = new WeakMap<StatusSet, Map<string, CarriedList>>();
/** Made anew for each version. */
const digestsOf = new WeakMap<StatusSet, CarriedList['digests']>();

/** The list that a credential of ours names, with what its holder needs besides; throws `STATUS_NOT_PUBLISHED`. */
export function carriedList(deps: OwnListsDependencies, payloadBytes: Uint8Array): CarriedList {
  const set = publishedSet(deps);
  const { uri } = parseClaims(payloadBytes).status.status_list;
  const made = carriedLists.get(set) ?? new Map<string, CarriedList>();
  carriedLists.set(set, made);
  const known = made.get(uri);
  if (known !== undefined) return known;
  const lists = [...set.image].map(([number, image]) => ({ uri: deps.lists.uriOf(number), image }));
  const digests =
    digestsOf.get(set) ??
    lists.map(({ uri, image: { version, list } }) => ({
      uri,
      digest: toHex(statusListDigest(deps.crypto, { uri, version, bits: list.bits, bytes: list.bytes })),
    }));
  digestsOf.set(set, digests);
  const named = lists.find((list) => list.uri === uri);
  invariant(named !== undefined, 'a released credential has its list on the ledger');
  const carried = { digests, uri, version: named.image.version, lst: encodeStatusList(named.image.list).lst };
  made.set(uri, carried);
  return carried;
}

/** Nothing where the ledger, as far as it was read, has another version than we have published. */
export function ownLists(deps: OwnListsDependencies): StatusLists {
  const anchor = deps.ledger.state.statusAnchors.get(deps.issuer);
  const set = deps.status.published;
  if (anchor === undefined || set === undefined || anchor.version !== set.version.version)
    return StatusLists.empty;
  const known = acceptedLists.get(set);
  if (known !== undefined) return known;
  const lists = [...set.image].map(([number, { version, list }]) => ({
    uri: deps.lists.uriOf(number),
    version,
    list,
  }));
  const accepted = new StatusLists([acceptLists(deps.crypto, anchor, lists)]);
  acceptedLists.set(set, accepted);
  return accepted;
}

const acceptedLists = new WeakMap<StatusSet, StatusLists>();
