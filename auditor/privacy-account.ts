/**
 * Nothing is issued in secret: every leaf of an anchored batch is a record, shown by the two hashes that its
 * commitment is made of; or erased, shown by a receipt that the issuer signed and whose status entry is revoked; or a
 * change of a colour, shown by the hash of its bytes; or padding, which follows from the batch's seed. An issuer tells this to auditors, `GET /batches/{root}/account`:
 *
 *   { "root": "0x…", "seed": "0x…",
 *     "leaves": [{ "place": 3, "headerHash": "0x…", "payloadHash": "0x…" }, { "place": 7, "receipt": "<JWT>" },
 *                { "place": 9, "colourHash": "0x…" }] }
 */
import { fromHex, toHex, type Hex } from '../core/bytes/hex.ts';
import { equalBytes } from '../core/bytes/equal.ts';
import {
  kidOfErasureReceipt,
  readErasureReceipt,
  type ErasureReceipt,
} from '../core/receipt/erasure-receipt.ts';
import { paddingLeafHash } from '../core/commitment/hmac.ts';
import { commitmentOfHashes, leafHash } from '../core/commitment/leaf.ts';
import type { Crypto } from '../core/crypto.ts';
import { HclError } from '../core/errors.ts';
import { colourLeafOf } from '../core/health/colour-act.ts';

/** What is known of the issuer from elsewhere. */
export interface AccountKnowledge {
  readonly crypto: Crypto;
  readonly did: string;
  /** The issuer's key of this `kid`, 65 bytes, SEC 1; `undefined` when it has none. */
  readonly keyOf: (kid: string) => Uint8Array | undefined;
  /** Whether its status lists say revoked. */
  readonly isRevoked: (status: ErasureReceipt['status']) => boolean;
}

export interface AccountTally {
  readonly records: number;
  readonly erased: number;
  /** Changes of colours. */
  readonly colours: number;
  readonly padding: number;
  /** Leaves that are none of these, with the reason. */
  readonly unaccounted: readonly { readonly place: number; readonly why: string }[];
}

const LEAF_BYTES = 32;
const HASH = /^0x[0-9a-f]{64}$/;

/** @param leafHashes of the batch, in tree order, from which its anchored root was derived */
export function checkAccount(
  account: unknown,
  leafHashes: Uint8Array,
  knowledge: AccountKnowledge,
): AccountTally {
  const told = readAccount(account);
  const tally = { records: 0, erased: 0, colours: 0, padding: 0 };
  const unaccounted: { place: number; why: string }[] = [];
  for (let place = 0; place * LEAF_BYTES < leafHashes.length; place++) {
    const leaf = leafHashes.subarray(place * LEAF_BYTES, (place + 1) * LEAF_BYTES);
    const entry = told?.leaves.get(place);
    if (told === undefined) unaccounted.push({ place, why: 'the account is not of its form' });
    else if (entry === undefined && equalBytes(leaf, paddingLeafHash(knowledge.crypto, told.seed, place)))
      tally.padding++;
    else if (entry === undefined) unaccounted.push({ place, why: 'neither told nor padding' });
    else {
      const why = problemOf(entry, leaf, knowledge);
      if (why !== undefined) unaccounted.push({ place, why });
      else if ('receipt' in entry) tally.erased++;
      else if ('colourHash' in entry) tally.colours++;
      else tally.records++;
    }
  }
  return { ...tally, unaccounted };
}

type ToldLeaf =
  | { readonly headerHash: Hex; readonly payloadHash: Hex }
  | { readonly receipt: string }
  | { readonly colourHash: Hex };

function problemOf(told: ToldLeaf, leaf: Uint8Array, knowledge: AccountKnowledge): string | undefined {
  const { crypto, did, isRevoked } = knowledge;
  if ('colourHash' in told) {
    const given = colourLeafOf(crypto, fromHex(told.colourHash));
    return equalBytes(given, leaf) ? undefined : 'its hash gives another leaf';
  }
  if (!('receipt' in told)) {
    const commitment = commitmentOfHashes(fromHex(told.headerHash), fromHex(told.payloadHash));
    return equalBytes(leafHash(crypto, commitment), leaf) ? undefined : 'its hashes give another leaf';
  }
  const receipt = readReceipt(told.receipt, knowledge);
  if (receipt === undefined) return 'its receipt is not signed by the issuer';
  if (receipt.issuer !== did || receipt.leaf !== toHex(leaf)) return 'its receipt is for another leaf';
  return isRevoked(receipt.status) ? undefined : 'it is erased and not revoked';
}

function readReceipt(text: string, { keyOf }: AccountKnowledge): ErasureReceipt | undefined {
  try {
    const publicKey = keyOf(kidOfErasureReceipt(text));
    return publicKey === undefined ? undefined : readErasureReceipt(text, publicKey);
  } catch (error) {
    if (error instanceof HclError) return undefined;
    throw error;
  }
}

interface ToldAccount {
  readonly seed: Uint8Array;
  readonly leaves: ReadonlyMap<number, ToldLeaf>;
}

/** `undefined` for anything but the shape above, and when a place is told twice. */
function readAccount(value: unknown): ToldAccount | undefined {
  const { seed, leaves } = fieldsOf(value);
  if (typeof seed !== 'string' || !HASH.test(seed) || !Array.isArray(leaves)) return undefined;
  const byPlace = new Map<number, ToldLeaf>();
  for (const leaf of leaves) {
    const { place, headerHash, payloadHash, receipt, colourHash } = fieldsOf(leaf);
    if (typeof place !== 'number' || byPlace.has(place)) return undefined;
    if (typeof receipt === 'string') byPlace.set(place, { receipt });
    else if (isHash(colourHash)) byPlace.set(place, { colourHash });
    else if (isHash(headerHash) && isHash(payloadHash)) byPlace.set(place, { headerHash, payloadHash });
    else return undefined;
  }
  return { seed: fromHex(seed), leaves: byPlace };
}

function fieldsOf(value: unknown): Readonly<Partial<Record<string, unknown>>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function isHash(value: unknown): value is Hex {
  return typeof value === 'string' && HASH.test(value);
}
