/**
 * A status list as its holder carries it along with a code, so that whoever checks the code asks nobody: the digests of
 * all lists of the issuer, for which the ledger vouches together, and the one list that the code names. Public data,
 * the same for everybody; its signature may stay behind, since the ledger says whose it is.
 */
import { equalBytes } from '../bytes/equal.ts';
import { fromHex, type Hex } from '../bytes/hex.ts';
import type { Crypto } from '../crypto.ts';
import { StatusLists, type AcceptedList } from '../status/accepted-lists.ts';
import { statusListDigest, statusListsRoot } from '../status/list-digest.ts';
import { lstOfStatusToken } from '../status/status-token.ts';
import { decodeStatusList, MIN_STATUS_ENTRIES, type StatusList } from '../status/token-status-list.ts';
import type { StatusAnchor } from '../trust/ledger-state.ts';

export interface CarriedList {
  /** Of every list of the issuer, this one included; `0x` hex. */
  readonly digests: readonly { readonly uri: string; readonly digest: string }[];
  readonly uri: string;
  readonly version: number;
  /** Base64url of the compressed array, as in a status list token. */
  readonly lst: string;
}

/** A list as every issuer publishes it, with all its others. */
export interface PublishedToken {
  readonly uri: string;
  readonly version: number;
  readonly digest: string;
  /** `statuslist+jwt`. */
  readonly token: string;
}

/**
 * What a device carries of the lists that an issuer publishes (`GET /status`); `undefined`: none of them is at `uri`.
 * Throws `STATUS_TOKEN_MALFORMED`.
 */
export function toCarriedList(uri: string, published: readonly PublishedToken[]): CarriedList | undefined {
  const named = published.find((list) => list.uri === uri);
  if (named === undefined) return undefined;
  const digests = published.map(({ digest, uri: at }) => ({ uri: at, digest }));
  return { digests, uri, version: named.version, lst: lstOfStatusToken(named.token) };
}

const BITS = 2;
/** Of the lists of issuers here, all of one size. */
const MAX_BYTES = (MIN_STATUS_ENTRIES * BITS) / 8;

/** Lists of one issuer that are read when they are first asked: by then the code that names them was found to be signed. */
export class UnreadLists extends StatusLists {
  readonly #read: (issuer: Hex) => StatusLists;
  #lists: StatusLists | undefined;

  constructor(read: (issuer: Hex) => StatusLists) {
    super([]);
    this.#read = read;
  }

  override get(issuer: Hex, uri: string): AcceptedList | undefined {
    this.#lists ??= this.#read(issuer);
    return this.#lists.get(issuer, uri);
  }
}

/** The list, when it is the one that the issuer has anchored last; none otherwise, and every status is unknown. */
export function acceptCarried(
  crypto: Crypto,
  anchor: StatusAnchor | undefined,
  carried: CarriedList | undefined,
): StatusLists {
  const list = anchor === undefined || carried === undefined ? undefined : listOf(crypto, anchor, carried);
  if (anchor === undefined || carried === undefined || list === undefined) return StatusLists.empty;
  const {
    issuer,
    version: setVersion,
    timeSeconds: publishedAtSeconds,
    nextUpdate: nextUpdateSeconds,
  } = anchor;
  const { uri, version } = carried;
  const accepted = { uri, version, list, issuer, setVersion, publishedAtSeconds, nextUpdateSeconds };
  return new StatusLists([{ issuer, version: setVersion, lists: [accepted] }]);
}

function listOf(crypto: Crypto, { listsRoot }: StatusAnchor, carried: CarriedList): StatusList | undefined {
  try {
    const digests = carried.digests.map(({ uri, digest }) => ({ uri, digest: fromHex(digest) }));
    const named = digests.find(({ uri }) => uri === carried.uri)?.digest;
    // The ledger vouches for the digests before anything is made of the list.
    if (named === undefined || !equalBytes(statusListsRoot(crypto, digests), fromHex(listsRoot))) {
      return undefined;
    }
    const list = decodeStatusList({ bits: BITS, lst: carried.lst }, MAX_BYTES);
    const { uri, version } = carried;
    const actual = statusListDigest(crypto, { uri, version, bits: list.bits, bytes: list.bytes });
    return equalBytes(named, actual) ? list : undefined;
  } catch {
    // Whatever a stranger sent is no list.
    return undefined;
  }
}
