/**
 * The attack on anchored commitments: whoever has a copy of the ledger and of all published leaves, and knows
 * everything that a credential says except its 128 random bits, tries to confirm it by guessing those. One guess
 * costs two hashes, so nothing but the salt stands in the way.
 */
import { Buffer } from 'node:buffer';
import { commitmentOf, leafHash } from '../../../core/commitment/leaf.ts';
import { fromBase64url, toBase64url } from '../../../core/bytes/base64url.ts';
import { fromHex } from '../../../core/bytes/hex.ts';
import { merkleRoot } from '../../../core/commitment/merkle.ts';
import { concatBytes } from '../../../core/bytes/concat.ts';
import type { Hex } from '../../../core/trust/ledger-event.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import { sha256 } from '@noble/hashes/sha2.js';
import { Random } from '../../support/random.ts';

export interface LedgerCopy {
  /** Roots as the ledger has them. */
  readonly roots: readonly Hex[];
  /** Of each batch, in the order of the roots. */
  readonly leaves: readonly (readonly Hex[])[];
}

/** A credential of which everything is known but its salt. */
export interface KnownCredential {
  readonly headerBytes: Uint8Array;
  /** The canonical payload, cut where the 22 characters of the salt stand. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

export interface AttackResult {
  readonly tried: number;
  /** Salts that were confirmed. */
  readonly found: readonly string[];
}

const SALT_CHARACTERS = 22;

/** Forgets the salt of a credential. */
export function forgetSalt(headerBytes: Uint8Array, payloadBytes: Uint8Array, salt: string): KnownCredential {
  const at = Buffer.from(payloadBytes).indexOf(salt);
  if (at < 0) throw new Error('the payload has no such salt');
  return {
    headerBytes,
    before: payloadBytes.slice(0, at),
    after: payloadBytes.slice(at + SALT_CHARACTERS),
  };
}

/** Anchored leaves, as the attacker looks them up; throws when the leaves do not give the anchored roots. */
export function leavesOf({ roots, leaves }: LedgerCopy): ReadonlySet<string> {
  const known = new Set<string>();
  roots.forEach((root, i) => {
    const batch = leaves[i] ?? [];
    const given = merkleRoot(nodeCrypto, concatBytes(...batch.map(fromHex)));
    if (Buffer.compare(given, fromHex(root)) !== 0) throw new Error('leaves that are not anchored');
    for (const leaf of batch) known.add(latin1(fromHex(leaf)));
  });
  return known;
}

export function attack(
  leaves: ReadonlySet<string>,
  { headerBytes, before, after }: KnownCredential,
  salts: Iterable<string>,
): AttackResult {
  const payload = new Uint8Array(before.length + SALT_CHARACTERS + after.length);
  payload.set(before);
  payload.set(after, before.length + SALT_CHARACTERS);
  const found: string[] = [];
  let tried = 0;
  for (const salt of salts) {
    for (let i = 0; i < SALT_CHARACTERS; i++) payload[before.length + i] = salt.charCodeAt(i);
    const leaf = leafHash(nodeCrypto, commitmentOf(nodeCrypto, headerBytes, payload));
    if (leaves.has(latin1(leaf))) found.push(salt);
    tried++;
  }
  return { tried, found };
}

/**
 * What salts a careless issuer would take: counters, times, small seeds, digests of what is known, the neighbours of
 * a salt that the attacker has seen on their own card.
 */
export function* likelySalts(
  count: number,
  { facts, ownSalt }: { readonly facts: readonly string[]; readonly ownSalt: string },
): Generator<string> {
  for (const fact of facts) {
    const digest = sha256(new TextEncoder().encode(fact));
    yield toSalt(digest.subarray(0, 16));
    yield toSalt(digest.subarray(16));
  }
  const own = Buffer.from(fromBase64url(ownSalt));
  const zero = Buffer.alloc(own.length);
  const rounds = Math.ceil((count - 2 * facts.length) / 4);
  for (let i = 0; i < rounds; i++) {
    yield plus(zero, i);
    yield plus(own, i + 1);
    yield plus(own, -i - 1);
    yield toSalt(new Random(i).bytes(16));
  }
}

function toSalt(bytes: Uint8Array): string {
  return toBase64url(bytes);
}

/** A salt as a number, plus `step`; carried within its last 32 bits. */
function plus(salt: Buffer, step: number): string {
  const sum = Buffer.from(salt);
  sum.writeUInt32BE((sum.readUInt32BE(12) + step) >>> 0, 12);
  return sum.toString('base64url');
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
