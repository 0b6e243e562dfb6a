/**
 * What is left of an erased credential: the issuer's signed word that this leaf belonged to a record whose payload
 * and salt are destroyed. With it every leaf of a batch is a record, padding, or accounted for. A JWT of type
 * `erasure-receipt+jwt` over canonical bytes, with nothing of a person in it:
 *
 *   {"iat":1671580800,"iss":"did:web:…","leaf":"0x…","status":{"status_list":{"idx":5,"uri":"https://…/status/1"}}}
 *
 * `iat` is the time of erasure; the status entry, revoked for ever, is what a later scan of a print meets.
 */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { parseCanonicalJson } from '../bytes/canonical-json.ts';
import type { Hex } from '../bytes/hex.ts';
import { signToken, verifyJwsWithDidJwt, type SigningKey } from '../credential/jwt.ts';
import { splitTypedToken, type TokenForm } from '../credential/typed-token.ts';
import { ReceiptError } from './errors.ts';

export interface ErasureReceipt {
  /** The issuer's DID. */
  readonly issuer: string;
  /** Leaf hash, 32 bytes. */
  readonly leaf: Hex;
  readonly erasedAtSeconds: number;
  /** Its entry in a status list. */
  readonly status: { readonly idx: number; readonly uri: string };
}

const FORM: TokenForm = { typ: 'erasure-receipt+jwt', maxLength: 4096 };
const Natural = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const closed = { additionalProperties: false };
const payload = Compile(
  Type.Object(
    {
      iat: Natural,
      iss: Type.String({ minLength: 1 }),
      leaf: Type.String({ pattern: '^0x[0-9a-f]{64}$' }),
      status: Type.Object(
        { status_list: Type.Object({ idx: Natural, uri: Type.String({ minLength: 1 }) }, closed) },
        closed,
      ),
    },
    closed,
  ),
);

export async function signErasureReceipt(receipt: ErasureReceipt, key: SigningKey): Promise<string> {
  const { issuer, leaf, erasedAtSeconds, status } = receipt;
  const claims = { iat: erasedAtSeconds, iss: issuer, leaf, status: { status_list: status } };
  return (await signToken(claims, FORM.typ, key)).jws;
}

/** The `kid` that a receipt names; nothing is verified. Throws `RECEIPT_MALFORMED`. */
export function kidOfErasureReceipt(text: string): string {
  return takeApart(text).kid;
}

/**
 * Reads a receipt that `publicKey` signed; whether that key counts is the caller's to judge. Throws
 * `RECEIPT_MALFORMED`, `RECEIPT_SIGNATURE`.
 * @param publicKey 65 bytes, SEC 1 uncompressed
 */
export function readErasureReceipt(text: string, publicKey: Uint8Array): ErasureReceipt {
  const { claims } = takeApart(text);
  if (!payload.Check(claims)) throw malformed();
  if (!verifyJwsWithDidJwt(text, publicKey)) {
    throw new ReceiptError('RECEIPT_SIGNATURE', 'the receipt is not signed by this key');
  }
  const { iat, iss, leaf, status } = claims;
  // The pattern has just been checked.
  return { issuer: iss, leaf: leaf as Hex, erasedAtSeconds: iat, status: status.status_list };
}

function takeApart(text: string): { readonly kid: string; readonly claims: unknown } {
  try {
    const { kid, payloadBytes } = splitTypedToken(text, FORM);
    return { kid, claims: parseCanonicalJson(payloadBytes) };
  } catch (cause) {
    throw malformed(cause);
  }
}

function malformed(cause?: unknown): ReceiptError {
  return new ReceiptError('RECEIPT_MALFORMED', 'not an erasure receipt', { cause });
}
