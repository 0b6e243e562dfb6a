/** A ledger state with one issuer, and that issuer's status lists as it publishes them. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { fromBase64url } from '../../../core/bytes/base64url.ts';
import { toHex, type Hex } from '../../../core/bytes/hex.ts';
import type { SigningKey } from '../../../core/credential/jwt.ts';
import { fromJwk, type P256Jwk } from '../../../core/credential/key.ts';
import { kidOf } from '../../../core/credential/thumbprint.ts';
import { statusListDigest, statusListsRoot } from '../../../core/status/list-digest.ts';
import { signStatusToken } from '../../../core/status/status-token.ts';
import { StatusList } from '../../../core/status/token-status-list.ts';
import type { LedgerEvent } from '../../../core/trust/ledger-event.ts';
import { LedgerState } from '../../../core/trust/ledger-state.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';

export const NOW = 1_800_000_000;
export const DID = 'did:web:hk-dh.example';
export const ISSUER: Hex = `0x${'11'.repeat(32)}`;
export const ACCOUNT: Hex = `0x${'22'.repeat(20)}`;
const AUTHORITY: Hex = `0x${'33'.repeat(32)}`;
const ADMIN: Hex = `0x${'44'.repeat(20)}`;
const NONE: Hex = `0x${'00'.repeat(32)}`;
const FOREVER = 4_000_000_000;
export const URI = 'https://hk-dh.example/status/1';

export interface ListContent {
  readonly uri: string;
  readonly version: number;
  readonly list: StatusList;
}

export interface Manifest {
  readonly version: number;
  readonly listsRoot: Hex;
  readonly lists: readonly {
    readonly uri: string;
    readonly version: number;
    readonly digest: string;
    readonly token: string;
  }[];
}

export interface TestKey extends SigningKey {
  readonly publicKey: Uint8Array;
}

export function newKey(): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // The export of a P-256 public key is such a JWK.
  const bytes = fromJwk(publicKey.export({ format: 'jwk' }) as unknown as P256Jwk);
  return {
    kid: kidOf(nodeCrypto, bytes),
    publicKey: bytes,
    sign: (message) => signWith(privateKey, message),
  };
}

function signWith(key: KeyObject, message: Uint8Array): Uint8Array {
  return sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
}

/** The ledger so far: one authority, one issuer with `key` and an account, no status yet. */
export class StatusWorld {
  readonly state: LedgerState = new LedgerState();
  readonly key: TestKey = newKey();
  #block = 0;

  constructor() {
    this.append(
      {
        event: 'AuthorityAdmitted',
        authority: AUTHORITY,
        name: 'HK-DH',
        jurisdiction: 'HK',
        admin: ADMIN,
        checkpointKey: NONE,
      },
      {
        event: 'IssuerAccredited',
        issuer: ISSUER,
        authority: AUTHORITY,
        did: DID,
        types: 0xff,
        from: 0,
        until: FOREVER,
        admin: ADMIN,
      },
      { event: 'IssuerAccepted', issuer: ISSUER },
      {
        event: 'KeyAdded',
        issuer: ISSUER,
        thumbprint: toHex(fromBase64url(this.key.kid)),
        algorithm: 1,
        publicKey: toHex(this.key.publicKey),
        certificateDigest: NONE,
        from: 0,
        until: FOREVER,
      },
      { event: 'AccountAdded', issuer: ISSUER, account: ACCOUNT, from: 0, until: FOREVER },
    );
  }

  append(...events: readonly LedgerEvent[]): void {
    const number = ++this.#block;
    const hash: Hex = `0x${number.toString(16).padStart(64, '0')}`;
    this.state.apply({ number, hash, timeSeconds: NOW - 1000 + number, events });
  }

  /** Puts a version on the ledger. */
  anchorStatus(version: number, lists: readonly ListContent[]): void {
    const listsRoot = rootOfLists(lists);
    const nextUpdate = NOW + 86_400;
    this.append({
      event: 'StatusPublished',
      issuer: ISSUER,
      version,
      listsRoot,
      actsDigest: NONE,
      nextUpdate,
      account: ACCOUNT,
    });
  }
}

/** Lists with these entries revoked, one list under {@link URI}. */
export function listWith(version: number, revoked: readonly number[]): ListContent {
  const list = revoked.reduce((before, index) => before.with(index, 'revoked'), StatusList.empty());
  return { uri: URI, version, list };
}

/** As the issuer answers `GET /status`. */
export async function manifestOf(
  version: number,
  lists: readonly ListContent[],
  key: SigningKey,
  expiresAtSeconds: number = NOW + 86_400,
): Promise<Manifest> {
  return {
    version,
    listsRoot: rootOfLists(lists),
    lists: await Promise.all(
      lists.map(async ({ uri, version: own, list }) => ({
        uri,
        version: own,
        digest: toHex(digestOf({ uri, version: own, list })).slice(2),
        token: await signStatusToken(
          { uri, version: own, issuedAtSeconds: NOW - 10, expiresAtSeconds, ttlSeconds: 300, list },
          key,
        ),
      })),
    ),
  };
}

export function rootOfLists(lists: readonly ListContent[]): Hex {
  const digests = lists.map((content) => ({ uri: content.uri, digest: digestOf(content) }));
  return toHex(statusListsRoot(nodeCrypto, digests));
}

function digestOf({ uri, version, list }: ListContent): Uint8Array {
  return statusListDigest(nodeCrypto, { uri, version, bits: list.bits, bytes: list.bytes });
}
