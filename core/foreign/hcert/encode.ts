/**
 * An HCERT made from its claims, to be signed by whoever holds the key: ES256, `kid` in the protected header, the
 * claims in the order of the EU's own libraries.
 */
import type { JsonValue } from '../../bytes/canonical-json.ts';
import { isJsonArray, isJsonObject } from '../../bytes/strict-json.ts';
import { toBase45 } from '../../bytes/base45.ts';
import { CborTag, type CborKey, type CborValue } from '../../bytes/cbor.ts';
import { toCbor } from '../../bytes/cbor-writer.ts';
import { toZlib } from '../../bytes/zlib.ts';
import { COSE_HEADER, signedBytesOf } from '../cose/sign1.ts';
import type { UnsignedCode } from '../unsigned-code.ts';
import { HCERT_PREFIX } from './hcert.ts';

export interface HcertToIssue {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly issuedAtSeconds: number;
  readonly expiresAtSeconds: number;
  /** Of the claim in the health certificate: 1 for the EU's. */
  readonly claimNumber: number;
  readonly claim: JsonValue;
  /** First 8 bytes of the SHA-256 of the signer's certificate. */
  readonly kid: Uint8Array;
}

const ES256 = -7;
const TAG_SIGN1 = 18;

export function prepareHcert(options: HcertToIssue): UnsignedCode {
  return unsignedHcert(hcertHeader(options.kid), toCbor(claimsOf(options)));
}

/** The protected header. */
export function hcertHeader(kid: Uint8Array): Uint8Array {
  return toCbor(
    new Map<CborKey, CborValue>([
      [COSE_HEADER.alg, ES256],
      [COSE_HEADER.kid, kid],
    ]),
  );
}

/** From its parts, made before. */
export function unsignedHcert(headerBytes: Uint8Array, payloadBytes: Uint8Array): UnsignedCode {
  const sign1 = (signature: Uint8Array): CborTag =>
    new CborTag(TAG_SIGN1, [headerBytes, new Map(), payloadBytes, signature]);
  return {
    headerBytes,
    payloadBytes,
    signedBytes: signedBytesOf({ protectedBytes: headerBytes, payload: payloadBytes }),
    toText: (signature) => HCERT_PREFIX + toBase45(toZlib(toCbor(sign1(signature)))),
  };
}

function claimsOf(options: HcertToIssue): CborValue {
  const { country, issuedAtSeconds, expiresAtSeconds, claimNumber, claim } = options;
  const certificate = new Map<CborKey, CborValue>([[claimNumber, jsonToCbor(claim)]]);
  return new Map<CborKey, CborValue>([
    [1, country],
    [6, issuedAtSeconds],
    [4, expiresAtSeconds],
    [-260, certificate],
  ]);
}

export function jsonToCbor(value: JsonValue): CborValue {
  if (isJsonArray(value)) return value.map(jsonToCbor);
  if (!isJsonObject(value)) return value;
  return new Map(Object.entries(value).map(([name, member]) => [name, jsonToCbor(member)] as const));
}
