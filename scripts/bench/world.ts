/**
 * What the verification benchmarks run on: one issuer, full batches of 4,096 genuine venue credentials (so
 * every proof has 12 steps), a replica with a million roots, and the issuer's status list. All from a seed.
 */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { assembleBatch } from '../../core/commitment/batch.ts';
import { commitmentOf, leafHash } from '../../core/commitment/leaf.ts';
import { CREDENTIAL_TYPES, toTypeMask } from '../../core/credential/credential-type.ts';
import { fromJwk, type P256Jwk } from '../../core/credential/key.ts';
import { signCredential } from '../../core/credential/jwt.ts';
import { toClaims } from '../../core/credential/profiles.ts';
import { thumbprintOf } from '../../core/credential/thumbprint.ts';
import { toBase64url } from '../../core/bytes/base64url.ts';
import { encodeCode } from '../../core/qr/code.ts';
import { toJws, type SignedBytes } from '../../core/qr/jws.ts';
import type { HealthRecord } from '../../core/record/record.ts';
import { acceptLists, StatusLists } from '../../core/status/accepted-lists.ts';
import { statusListDigest, statusListsRoot } from '../../core/status/list-digest.ts';
import { StatusList } from '../../core/status/token-status-list.ts';
import type { LedgerEvent } from '../../core/trust/ledger-event.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { fromDerSignature } from '../../issuer/signing.ts';
import { seededRandom } from './harness.ts';

export interface World {
  readonly state: LedgerState;
  readonly statusLists: StatusLists;
  readonly nowSeconds: number;
  readonly privateKey: KeyObject;
  readonly publicKey: Uint8Array;
  readonly publicJwk: P256Jwk;
  readonly codes: readonly string[];
  /** The same credentials as compact JWS. */
  readonly tokens: readonly string[];
}

export interface WorldSize {
  readonly codes: number;
  readonly roots: number;
}

const START_SECONDS = 1_671_580_800;
const BATCH_LEAVES = 4096;
const ROOTS_PER_BLOCK = 1000;
const DID = 'did:web:hk-dh.example';
export const STATUS_URI = 'https://hk-dh.example/status/v1';
const SIGNATURE_BYTES = 64;

export async function makeWorld(size: WorldSize, seed: number): Promise<World> {
  const random = seededRandom(seed);
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random() * 256);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicJwk = privateKey.export({ format: 'jwk' }) as unknown as P256Jwk; // a P-256 key has these members
  const publicKey = fromJwk(publicJwk);
  const thumbprint = thumbprintOf(nodeCrypto, publicKey);
  const key = {
    kid: toBase64url(thumbprint),
    sign: (message: Uint8Array): Uint8Array => fromDerSignature(sign('sha256', message, privateKey)),
  };

  const batches = Math.ceil(size.codes / BATCH_LEAVES);
  const credentials = await Promise.all(
    Array.from({ length: batches * BATCH_LEAVES }, (_, i) =>
      // Only the credentials that are checked need a real signature; the rest fill their batches.
      i < size.codes ? signCredential(claimsOf(i, bytes), key) : Promise.resolve(unsigned(bytes)),
    ),
  );
  const trees = Array.from({ length: batches }, (_, batch) => {
    const own = credentials.slice(batch * BATCH_LEAVES, (batch + 1) * BATCH_LEAVES);
    const leaves = new Uint8Array(own.length * 32);
    own.forEach((token, i) => leaves.set(leafOf(token), i * 32));
    const randomNumbers = Uint32Array.from({ length: BATCH_LEAVES }, () => random() * 2 ** 32);
    return assembleBatch(nodeCrypto, { leafHashes: leaves, seed: bytes(32), randomNumbers });
  });
  const codes = credentials.slice(0, size.codes).map((token, i) => {
    // Every credential is in the tree of its batch.
    const { tree, positions } = trees[Math.floor(i / BATCH_LEAVES)]!;
    const index = positions[i % BATCH_LEAVES]!;
    return encodeCode({ ...token, index, path: tree.path(index) });
  });

  const issuer = toHex(bytes(32));
  const account = toHex(bytes(20));
  const list = StatusList.empty();
  const digest = statusListDigest(nodeCrypto, {
    uri: STATUS_URI,
    version: 1,
    bits: list.bits,
    bytes: list.bytes,
  });
  const listsRoot = toHex(statusListsRoot(nodeCrypto, [{ uri: STATUS_URI, digest }]));
  const state = new LedgerState();
  state.apply({
    number: 1,
    hash: toHex(bytes(32)),
    timeSeconds: START_SECONDS,
    events: trustEvents({ issuer, account, thumbprint, publicKey, listsRoot }),
  });
  const roots = [
    ...trees.map(({ tree }) => tree.root),
    ...Array.from({ length: size.roots - batches }, () => bytes(32)),
  ];
  foldRoots(state, roots, { issuer, account });
  const statusAnchor = state.statusAnchors.get(issuer);
  if (statusAnchor === undefined) throw new Error('the state knows what was just folded in');
  const accepted = acceptLists(nodeCrypto, statusAnchor, [{ uri: STATUS_URI, version: 1, list }]);
  return {
    state,
    statusLists: StatusLists.empty.with(accepted),
    nowSeconds: state.head.timeSeconds + 1,
    privateKey,
    publicKey,
    publicJwk: { kty: 'EC', crv: 'P-256', x: publicJwk.x, y: publicJwk.y },
    codes,
    tokens: credentials.slice(0, size.codes).map(toJws),
  };
}

function leafOf({ headerBytes, payloadBytes }: SignedBytes): Uint8Array {
  return leafHash(nodeCrypto, commitmentOf(nodeCrypto, headerBytes, payloadBytes));
}

function unsigned(bytes: (length: number) => Uint8Array): SignedBytes {
  return { headerBytes: bytes(32), payloadBytes: bytes(32), signature: new Uint8Array(SIGNATURE_BYTES) };
}

function claimsOf(i: number, bytes: (length: number) => Uint8Array): ReturnType<typeof toClaims> {
  return toClaims(benchRecord(i), 'venue', {
    iss: DID,
    jti: toBase64url(bytes(16)),
    issuedAtSeconds: START_SECONDS,
    status: { idx: i, uri: STATUS_URI },
  });
}

/** The i-th specimen of a vaccination. */
export function benchRecord(i: number): HealthRecord {
  return {
    type: 'vaccination',
    subject: {
      nameEn: `SPECIMEN, ${letters(i)} MAN`,
      dob: `19${50 + (i % 50)}-0${1 + (i % 9)}-15`,
      sex: i % 2 === 0 ? 'F' : 'M',
      docType: 'PASSPORT',
      docNumber: `K${String(10_000_000 + i)}`,
      docIssuer: 'HK',
    },
    disease: 'sct|840539006',
    product: 'eu|EU/1/20/1528',
    doseNumber: 1 + (i % 3),
    seriesDoses: 3,
    date: `2022-0${1 + (i % 9)}-1${i % 10}`,
    lot: `FK${1000 + (i % 9000)}`,
    centre: 'CVC-023',
    country: 'HK',
  };
}

function letters(i: number): string {
  return [i % 26, Math.floor(i / 26) % 26, Math.floor(i / 676) % 26]
    .map((n) => String.fromCharCode(65 + n))
    .join('');
}

interface Founding {
  readonly issuer: Hex;
  readonly account: Hex;
  readonly thumbprint: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly listsRoot: Hex;
}

function trustEvents({
  issuer,
  account,
  thumbprint,
  publicKey,
  listsRoot,
}: Founding): readonly LedgerEvent[] {
  const zero: Hex = `0x${'00'.repeat(32)}`;
  const admin: Hex = `0x${'11'.repeat(20)}`;
  const window = { from: START_SECONDS, until: START_SECONDS + 10 ** 9 };
  const types = toTypeMask(CREDENTIAL_TYPES);
  return [
    {
      event: 'AuthorityAdmitted',
      authority: zero,
      name: 'HK-DH',
      jurisdiction: 'HK',
      admin,
      checkpointKey: zero,
    },
    { event: 'IssuerAccredited', issuer, authority: zero, did: DID, types, ...window, admin },
    { event: 'IssuerAccepted', issuer },
    {
      event: 'KeyAdded',
      issuer,
      thumbprint: toHex(thumbprint),
      algorithm: 1,
      publicKey: toHex(publicKey),
      certificateDigest: zero,
      ...window,
    },
    { event: 'AccountAdded', issuer, account, ...window },
    {
      event: 'StatusPublished',
      issuer,
      version: 1,
      listsRoot,
      actsDigest: zero,
      nextUpdate: window.until,
      account,
    },
  ];
}

/** Anchors the roots in order, a thousand a block. */
export function foldRoots(
  state: LedgerState,
  roots: readonly Uint8Array[],
  { issuer, account }: { readonly issuer: Hex; readonly account: Hex },
): void {
  for (let first = 0; first < roots.length; first += ROOTS_PER_BLOCK) {
    const { number, timeSeconds } = state.head;
    const events = roots.slice(first, first + ROOTS_PER_BLOCK).map((root, i): LedgerEvent => ({
      event: 'BatchAnchored',
      issuer,
      root: toHex(root),
      log2Size: 12,
      class: 1,
      sequence: first + i + 1,
      account,
    }));
    state.apply({
      number: number + 1,
      hash: toHex(new Uint8Array(32)),
      timeSeconds: timeSeconds + 1,
      events,
    });
  }
}
