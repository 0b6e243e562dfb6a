/**
 * What fills a batch of nullifiers or acknowledgements up to a power of two, so that nobody can count conversions.
 * Whoever lacks the secret sees no difference; an auditor is given {@link pairPaddingKey} and can tell them apart.
 *
 *   key of a pair = HMAC-SHA-256(secret, "hcl/pad-key/1\0" ‖ side u8 ‖ source id 32 ‖ target id 32)
 *   pad           = HMAC-SHA-256(key of the pair, "hcl/pad/1\0" ‖ sequence u64 ‖ index u32)
 */
import { compareBytes } from '../bytes/compare.ts';
import { concatBytes } from '../bytes/concat.ts';
import { fromHex, type Hex } from '../bytes/hex.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { hmacSha256 } from '../commitment/hmac.ts';
import type { Crypto } from '../crypto.ts';
import { invariant } from '../errors.ts';

export const MIN_BATCH = 8;
export const MAX_BATCH = 256;

export const SIDES = ['spent', 'acknowledged'] as const;
export type Side = (typeof SIDES)[number];

/** Two issuers as the ledger names them, and what is batched between them. */
export interface Pair {
  readonly side: Side;
  readonly source: Hex;
  readonly target: Hex;
}

const KEY_DOMAIN = toUtf8('hcl/pad-key/1\0');
const DOMAIN = toUtf8('hcl/pad/1\0');

/** 32 bytes: tells the padding of one pair's batches, and of no other's. */
export function pairPaddingKey(
  crypto: Pick<Crypto, 'sha256'>,
  secret: Uint8Array,
  { side, source, target }: Pair,
): Uint8Array {
  const message = concatBytes(
    KEY_DOMAIN,
    Uint8Array.of(SIDES.indexOf(side)),
    fromHex(source),
    fromHex(target),
  );
  return hmacSha256(crypto, secret, message);
}

/** @param key of the pair */
export function paddingOf(
  crypto: Pick<Crypto, 'sha256'>,
  key: Uint8Array,
  { sequence, index }: { readonly sequence: number; readonly index: number },
): Uint8Array {
  const place = new Uint8Array(12);
  const view = new DataView(place.buffer);
  view.setBigUint64(0, BigInt(sequence));
  view.setUint32(8, index);
  return hmacSha256(crypto, key, concatBytes(DOMAIN, place));
}

/** The values of a batch and its padding, sorted: the order of the values tells nothing. */
export function padBatch(
  crypto: Pick<Crypto, 'sha256'>,
  key: Uint8Array,
  { sequence, values }: { readonly sequence: number; readonly values: readonly Hex[] },
): readonly Uint8Array[] {
  invariant(values.length > 0 && values.length <= MAX_BATCH, 'a batch has from 1 to 256 values');
  const size = Math.max(MIN_BATCH, 2 ** Math.ceil(Math.log2(values.length)));
  const pads = Array.from({ length: size - values.length }, (_, index) =>
    paddingOf(crypto, key, { sequence, index }),
  );
  return [...values.map((value) => fromHex(value)), ...pads].sort(compareBytes);
}
