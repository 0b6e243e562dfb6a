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
import { COSE_HEADER, signedBytesOf, type Sign1 } from '../cose/sign1.ts';
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

export interface UnsignedHcert {
  /** What ES256 is to be made over. */
  readonly signedBytes: Uint8Array;
  /** @param signature r ‖ s, 64 bytes */
  toText(signature: Uint8Array): string;
}

const ES256 = -7;
const TAG_SIGN1 = 18;

export function prepareHcert(options: HcertToIssue): UnsignedHcert {
  const protectedBytes = toCbor(
    new Map<CborKey, CborValue>([
      [COSE_HEADER.alg, ES256],
      [COSE_HEADER.kid, options.kid],
    ]),
  );
  const payload = toCbor(claimsOf(options));
  const unsigned: Sign1 = {
    protectedBytes,
    protectedHeader: new Map(),
    unprotectedHeader: new Map(),
    payload,
    signature: new Uint8Array(0),
  };
  return {
    signedBytes: signedBytesOf(unsigned),
    toText: (signature) =>
      HCERT_PREFIX +
      toBase45(toZlib(toCbor(new CborTag(TAG_SIGN1, [protectedBytes, new Map(), payload, signature])))),
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
