/**
 * The acknowledgement of records: a JWS (ES256, `typ` `hcl-receipt+jwt`) by which an issuer says *these are on my
 * disk, and by this time their credentials are anchored*. Its payload, canonical (RFC 8785), times in Unix seconds:
 *
 *   {"anchoredBy":1671696000,"iat":1671611400,"iss":"did:web:hk-dh.example",
 *    "records":[["<record id>","<leaf hash of venue>","<leaf hash of travel>"], …]}
 *
 * One receipt covers up to {@link MAX_RECEIPT_RECORDS} records, so that its signature costs next to nothing. Like
 * the signed timestamp of Certificate Transparency (RFC 6962 §3) it is a promise that can be held against the
 * issuer: `inclusion.ts` says whether it was kept. A receipt tells which two leaves are of one record: it is for
 * the one who sent the record, not for publication.
 */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { fromBase64url, toBase64url } from '../bytes/base64url.ts';
import { parseCanonicalJson } from '../bytes/canonical-json.ts';
import { signToken, verifyJwsWithDidJwt, type SigningKey } from '../credential/jwt.ts';
import { splitTypedToken, type TokenForm } from '../credential/typed-token.ts';
import { ReceiptError } from './errors.ts';

export interface ReceiptRecord {
  /** As the issuer names the record. */
  readonly id: string;
  /** Leaf hashes of its credentials, 32 bytes each. */
  readonly leaves: readonly Uint8Array[];
}

export interface Receipt {
  /** The issuer's DID. */
  readonly issuer: string;
  readonly issuedAtSeconds: number;
  /** By then every leaf is in an anchored batch. */
  readonly anchoredBySeconds: number;
  readonly records: readonly ReceiptRecord[];
}

export const MAX_RECEIPT_RECORDS = 1_000;

const FORM: TokenForm = { typ: 'hcl-receipt+jwt', maxLength: 512 * 1024 };
const Seconds = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Leaf = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
const payload = Compile(
  Type.Object(
    {
      anchoredBy: Seconds,
      iat: Seconds,
      iss: Type.String({ minLength: 1 }),
      records: Type.Array(Type.Tuple([Type.String({ minLength: 1, maxLength: 64 }), Leaf, Leaf]), {
        minItems: 1,
        maxItems: MAX_RECEIPT_RECORDS,
      }),
    },
    { additionalProperties: false },
  ),
);

export async function signReceipt(receipt: Receipt, key: SigningKey): Promise<string> {
  const { issuer, issuedAtSeconds, anchoredBySeconds, records } = receipt;
  const claims = {
    anchoredBy: anchoredBySeconds,
    iat: issuedAtSeconds,
    iss: issuer,
    records: records.map(({ id, leaves }) => [id, ...leaves.map(toBase64url)]),
  };
  return (await signToken(claims, FORM.typ, key)).jws;
}

/** The `kid` that a receipt names; nothing is verified. Throws `RECEIPT_MALFORMED`. */
export function kidOfReceipt(text: string): string {
  return asMalformed(() => splitTypedToken(text, FORM).kid);
}

/** What a receipt says, whoever signed it. Throws `RECEIPT_MALFORMED`. */
export function parseReceipt(text: string): Receipt {
  return asMalformed(() => {
    const claims: unknown = parseCanonicalJson(splitTypedToken(text, FORM).payloadBytes);
    if (!payload.Check(claims)) throw malformed();
    const { iss, iat, anchoredBy, records } = claims;
    return {
      issuer: iss,
      issuedAtSeconds: iat,
      anchoredBySeconds: anchoredBy,
      records: records.map(([id, ...leaves]) => ({ id, leaves: leaves.map(fromBase64url) })),
    };
  });
}

/**
 * Reads a receipt that `publicKey` signed. Throws `RECEIPT_SIGNATURE` or `RECEIPT_MALFORMED`.
 * @param publicKey 65 bytes, SEC 1 uncompressed
 */
export function readReceipt(text: string, publicKey: Uint8Array): Receipt {
  const receipt = parseReceipt(text);
  if (!verifyJwsWithDidJwt(text, publicKey)) {
    throw new ReceiptError('RECEIPT_SIGNATURE', 'the receipt is not signed by this key');
  }
  return receipt;
}

function asMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw cause instanceof ReceiptError ? cause : malformed(cause);
  }
}

function malformed(cause?: unknown): ReceiptError {
  return new ReceiptError('RECEIPT_MALFORMED', 'not a receipt', { cause });
}
