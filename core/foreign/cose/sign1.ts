/**
 * COSE_Sign1 (RFC 9052 §4.2): `[protected bstr, unprotected map, payload bstr, signature bstr]`, under tag 18, tags
 * 61 and 18 (CWT), or none.
 */
import { concatBytes } from '../../bytes/concat.ts';
import { CborTag, fromCbor, type CborKey, type CborMap, type CborValue } from '../../bytes/cbor.ts';
import { toCbor } from '../../bytes/cbor-writer.ts';
import type { SignatureAlgorithm } from '../../crypto.ts';
import { ForeignError } from '../errors.ts';

export interface Sign1 {
  readonly protectedBytes: Uint8Array;
  readonly protectedHeader: CborMap;
  readonly unprotectedHeader: CborMap;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** Header labels (RFC 9052 §3.1). */
export const COSE_HEADER = { alg: 1, crit: 2, contentType: 3, kid: 4, typ: 16 } as const;

/** RFC 9053 §2 and §4, RFC 8230, RFC 8812. */
const ALGORITHMS: ReadonlyMap<CborValue, SignatureAlgorithm> = new Map<CborValue, SignatureAlgorithm>([
  [-7, 'ES256'],
  [-35, 'ES384'],
  [-36, 'ES512'],
  [-47, 'ES256K'],
  [-8, 'EdDSA'],
  [-37, 'PS256'],
  [-38, 'PS384'],
  [-39, 'PS512'],
]);

const TAG_SIGN1 = 18;
const TAG_CWT = 61;
const NO_BYTES = new Uint8Array(0);
/** The head of an array of four, and its first item. */
const SIGNATURE1 = concatBytes(Uint8Array.of(0x84), toCbor('Signature1'));
const NO_HEADER: CborMap = new Map<CborKey, CborValue>();

/** Throws `CODE_MALFORMED` or, from the CBOR within, `CBOR_INVALID`. */
export function parseSign1(bytes: Uint8Array): Sign1 {
  const parts = untagged(fromCbor(bytes));
  if (!Array.isArray(parts) || parts.length !== 4) throw malformed('not an array of four');
  const [protectedBytes, unprotectedHeader, payload, signature] = parts as readonly CborValue[];
  if (
    !(protectedBytes instanceof Uint8Array) ||
    !(unprotectedHeader instanceof Map) ||
    !(payload instanceof Uint8Array) ||
    !(signature instanceof Uint8Array)
  ) {
    throw malformed('parts of another type');
  }
  const header = protectedBytes.length === 0 ? NO_HEADER : fromCbor(protectedBytes);
  if (!(header instanceof Map)) throw malformed('a protected header that is no map');
  const sign1 = {
    // RFC 9052 §4.4: an empty map is signed as no bytes at all.
    protectedBytes: header.size === 0 ? NO_BYTES : protectedBytes,
    protectedHeader: header,
    unprotectedHeader,
    payload,
    signature,
  };
  // §3.1: what must be understood is not, so nothing may be taken from it.
  if (headerValue(sign1, COSE_HEADER.crit) !== undefined)
    throw malformed('critical headers that are unknown');
  return sign1;
}

/** Of a header parameter: the protected one wins. */
export function headerValue(
  { protectedHeader, unprotectedHeader }: Sign1,
  label: CborKey,
): CborValue | undefined {
  const value = protectedHeader.get(label);
  return value === undefined ? unprotectedHeader.get(label) : value;
}

/** Throws `ALGORITHM_NOT_SUPPORTED`. */
export function algorithmOf(sign1: Sign1): SignatureAlgorithm {
  const name = headerValue(sign1, COSE_HEADER.alg);
  const algorithm = name === undefined ? undefined : ALGORITHMS.get(name);
  if (algorithm === undefined)
    throw new ForeignError('ALGORITHM_NOT_SUPPORTED', 'a COSE algorithm not checked here');
  return algorithm;
}

/** Sig_structure (§4.4): what the signature is over. */
export function signedBytesOf(
  { protectedBytes, payload }: Pick<Sign1, 'protectedBytes' | 'payload'>,
  externalData: Uint8Array = NO_BYTES,
): Uint8Array {
  return concatBytes(SIGNATURE1, toCbor(protectedBytes), toCbor(externalData), toCbor(payload));
}

function untagged(value: CborValue): CborValue {
  let inner = value;
  if (inner instanceof CborTag && inner.tag === TAG_CWT) inner = inner.value;
  if (inner instanceof CborTag && inner.tag === TAG_SIGN1) inner = inner.value;
  return inner;
}

function malformed(what: string): ForeignError {
  return new ForeignError('CODE_MALFORMED', `not a COSE_Sign1: ${what}`);
}
