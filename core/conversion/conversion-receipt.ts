/**
 * What source and target each sign of one conversion: two receipts that hold the same commitment, one for what was
 * handed over, one for what was decided. A JWT of type `hcl-conversion-receipt+jwt` over canonical bytes, with nothing
 * of a person in it:
 *
 *   {"conversion":"<commitment of the conversion credential, 75 bytes, base64url>","iat":…,"iss":"<source>",
 *    "peer":"<target>","role":"source","sequence":<batch in which its nullifier was spent>}
 *   {"conversion":"<the same>","decision":"accepted","iat":…,"iss":"<target>","peer":"<source>","role":"target"}
 */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { fromBase64url, toBase64url } from '../bytes/base64url.ts';
import { parseCanonicalJson } from '../bytes/canonical-json.ts';
import { equalBytes } from '../bytes/equal.ts';
import { signToken, verifyJwsWithDidJwt, type SigningKey } from '../credential/jwt.ts';
import { splitTypedToken, type TokenForm } from '../credential/typed-token.ts';
import { ReceiptError } from '../receipt/errors.ts';
import { DECISIONS, type Decision } from './acknowledgement.ts';

interface Common {
  /** DID of the one who signs, and of the other. */
  readonly issuer: string;
  readonly peer: string;
  readonly issuedAtSeconds: number;
  /** Of the conversion credential, 75 bytes. */
  readonly commitment: Uint8Array;
}

export interface SourceReceipt extends Common {
  readonly role: 'source';
  /** The batch of the ledger in which the nullifier was spent. */
  readonly sequence: number;
}

export interface TargetReceipt extends Common {
  readonly role: 'target';
  readonly decision: Decision;
}

export type ConversionReceipt = SourceReceipt | TargetReceipt;

const FORM: TokenForm = { typ: 'hcl-conversion-receipt+jwt', maxLength: 4096 };
const closed = { additionalProperties: false };
const common = {
  conversion: Type.String({ pattern: '^[A-Za-z0-9_-]{100}$' }),
  iat: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  iss: Type.String({ minLength: 1, maxLength: 200 }),
  peer: Type.String({ minLength: 1, maxLength: 200 }),
};
const sourcePayload = Compile(
  Type.Object(
    {
      ...common,
      role: Type.Literal('source'),
      sequence: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    },
    closed,
  ),
);
const targetPayload = Compile(
  Type.Object(
    {
      ...common,
      role: Type.Literal('target'),
      decision: Type.Unsafe<Decision>(Type.String({ enum: [...DECISIONS] })),
    },
    closed,
  ),
);

export async function signConversionReceipt(receipt: ConversionReceipt, key: SigningKey): Promise<string> {
  const { issuer, peer, issuedAtSeconds, commitment } = receipt;
  const claims = { conversion: toBase64url(commitment), iat: issuedAtSeconds, iss: issuer, peer };
  const own =
    receipt.role === 'source'
      ? { role: receipt.role, sequence: receipt.sequence }
      : { role: receipt.role, decision: receipt.decision };
  return (await signToken({ ...claims, ...own }, FORM.typ, key)).jws;
}

/**
 * Reads a receipt that `publicKey` signed; whether that key counts is the caller's to judge. Throws
 * `RECEIPT_MALFORMED`, `RECEIPT_SIGNATURE`.
 * @param publicKey 65 bytes, SEC 1 uncompressed
 */
export function readConversionReceipt(text: string, publicKey: Uint8Array): ConversionReceipt {
  const receipt = parse(text);
  if (!verifyJwsWithDidJwt(text, publicKey)) {
    throw new ReceiptError('RECEIPT_SIGNATURE', 'the receipt is not signed by this key');
  }
  return receipt;
}

/** Whether two receipts are the two sides of one conversion. */
export function areOfOneConversion(source: SourceReceipt, target: TargetReceipt): boolean {
  const isBetweenThem = source.issuer === target.peer && source.peer === target.issuer;
  return isBetweenThem && equalBytes(source.commitment, target.commitment);
}

function parse(text: string): ConversionReceipt {
  try {
    const claims: unknown = parseCanonicalJson(splitTypedToken(text, FORM).payloadBytes);
    if (sourcePayload.Check(claims)) {
      return { ...commonOf(claims), role: 'source', sequence: claims.sequence };
    }
    if (targetPayload.Check(claims)) {
      return { ...commonOf(claims), role: 'target', decision: claims.decision };
    }
  } catch (cause) {
    throw malformed(cause);
  }
  throw malformed();
}

function commonOf(claims: {
  readonly conversion: string;
  readonly iat: number;
  readonly iss: string;
  readonly peer: string;
}): Common {
  const { conversion, iat, iss, peer } = claims;
  return { issuer: iss, peer, issuedAtSeconds: iat, commitment: fromBase64url(conversion) };
}

function malformed(cause?: unknown): ReceiptError {
  return new ReceiptError('RECEIPT_MALFORMED', 'not a receipt of a conversion', { cause });
}
