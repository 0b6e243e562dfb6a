/**
 * What verifiers download: the lists of the newest version on the ledger, as signed tokens; and the same lists as
 * W3C credentials for verifiers that know those.
 */
import type { Hex } from '../core/bytes/hex.ts';
import { toHex } from '../core/bytes/hex.ts';
import type { SigningKey } from '../core/credential/jwt.ts';
import type { Crypto } from '../core/crypto.ts';
import {
  signBitstringCredential,
  STATUS_PURPOSES,
  type StatusPurpose,
} from '../core/status/bitstring-status-list.ts';
import { statusListDigest } from '../core/status/list-digest.ts';
import { signStatusToken } from '../core/status/status-token.ts';
import { IssuerError } from './errors.ts';
import type { ListAllocator } from './list-allocator.ts';
import type { Status, StatusSet } from './status.ts';
import type { ListImage } from './status-version.ts';

export interface PublicationDependencies {
  readonly crypto: Crypto;
  readonly did: string;
  readonly key: SigningKey;
  readonly lists: ListAllocator;
  readonly status: Status;
  readonly freshForSeconds: number;
}

export interface ManifestList {
  readonly uri: string;
  /** Version of the set in which the list last changed; part of its digest. */
  readonly version: number;
  readonly digest: Hex;
  /** `statuslist+jwt`. */
  readonly token: string;
}

export interface StatusManifest {
  /** As on the ledger. */
  readonly version: number;
  readonly listsRoot: Hex;
  readonly nextUpdate: number;
  /** All of the issuer's lists. */
  readonly lists: readonly ManifestList[];
}

export class StatusPublication {
  readonly #deps: PublicationDependencies;
  /** Manifest of the version published last, made when it is first asked for. */
  #made: { readonly set: StatusSet; readonly manifest: Promise<StatusManifest> } | undefined;
  /** W3C credentials of one version, by uri. */
  #credentials: { readonly set: StatusSet | undefined; readonly made: Map<string, Promise<string>> } = {
    set: undefined,
    made: new Map(),
  };

  constructor(deps: PublicationDependencies) {
    this.#deps = deps;
  }

  /** Throws `STATUS_NOT_PUBLISHED` before the first version. */
  async manifest(): Promise<StatusManifest> {
    const set = this.#deps.status.published;
    if (set === undefined) throw notPublished();
    if (this.#made?.set !== set) this.#made = { set, manifest: this.#make(set) };
    return await this.#made.manifest;
  }

  /** Makes all that there is to the newest version now, with the present key; before the first version nothing. */
  async prepare(): Promise<void> {
    const set = this.#deps.status.published;
    if (set === undefined) return;
    await this.manifest();
    for (const list of set.image.keys()) {
      for (const purpose of STATUS_PURPOSES) await this.credential(String(list), purpose);
    }
  }

  /** The token of list `name` (`1`, `2` …); throws `STATUS_LIST_NOT_FOUND`, `STATUS_NOT_PUBLISHED`. */
  async token(name: string): Promise<string> {
    const { lists } = await this.manifest();
    const found = lists.find((list) => list.uri.endsWith(`/status/${name}`));
    if (found === undefined) throw notFound();
    return found.token;
  }

  /** List `name` as a Bitstring Status List, made when it is first asked for; throws as {@link token}. */
  async credential(name: string, purpose: StatusPurpose): Promise<string> {
    const { did, key, lists, status, freshForSeconds } = this.#deps;
    const set = status.published;
    if (set === undefined) throw notPublished();
    const number = [...set.image.keys()].find((list) => String(list) === name);
    const image = number === undefined ? undefined : set.image.get(number);
    if (number === undefined || image === undefined) throw notFound();
    if (this.#credentials.set !== set) this.#credentials = { set, made: new Map() };
    const { made } = this.#credentials;
    const uri = `${lists.uriOf(number)}/${purpose}`;
    const { nextUpdate } = set.version;
    const credential =
      made.get(uri) ??
      signBitstringCredential(
        {
          uri,
          issuer: did,
          purpose,
          validFromSeconds: nextUpdate - freshForSeconds,
          validUntilSeconds: nextUpdate,
          list: image.list,
        },
        key,
      );
    made.set(uri, credential);
    return await credential;
  }

  async #make({ version, image }: StatusSet): Promise<StatusManifest> {
    const lists = await Promise.all(
      [...image].map(([number, list]) => this.#toManifest(number, list, version.nextUpdate)),
    );
    return { version: version.version, listsRoot: version.listsRoot, nextUpdate: version.nextUpdate, lists };
  }

  async #toManifest(number: number, { version, list }: ListImage, nextUpdate: number): Promise<ManifestList> {
    const { crypto, key, lists, freshForSeconds } = this.#deps;
    const uri = lists.uriOf(number);
    const digest = statusListDigest(crypto, { uri, version, bits: list.bits, bytes: list.bytes });
    const token = await signStatusToken(
      {
        uri,
        version,
        issuedAtSeconds: nextUpdate - freshForSeconds,
        expiresAtSeconds: nextUpdate,
        ttlSeconds: Math.max(1, Math.floor(freshForSeconds / 24)),
        list,
      },
      key,
    );
    return { uri, version, digest: toHex(digest), token };
  }
}

function notPublished(): IssuerError {
  return new IssuerError('STATUS_NOT_PUBLISHED', 'the first version is not on the ledger yet');
}

function notFound(): IssuerError {
  return new IssuerError('STATUS_LIST_NOT_FOUND', 'no list has this name');
}
