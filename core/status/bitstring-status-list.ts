/**
 * The same lists for verifiers that speak W3C: Bitstring Status List v1.0, one credential for each list and purpose,
 * secured as a JWT (VC-JOSE-COSE, `typ: vc+jwt`). Entry 0 is the **most** significant bit of byte 0, the other way
 * round than in a Token Status List; `encodedList` is multibase base64url (`u`) of gzip.
 *
 * `revocation` holds whoever is revoked or superseded, since neither ever comes back; `suspension` the suspended.
 */
import { gzipSync } from 'fflate';
import { toBase64url } from '../bytes/base64url.ts';
import type { StatusList, StatusValue } from './token-status-list.ts';
import { signToken, type SigningKey } from '../credential/jwt.ts';

export const STATUS_PURPOSES = ['revocation', 'suspension'] as const;
export type StatusPurpose = (typeof STATUS_PURPOSES)[number];

export interface BitstringCredential {
  /** Where it is published, and its `id`. */
  readonly uri: string;
  /** DID of the issuer. */
  readonly issuer: string;
  readonly purpose: StatusPurpose;
  readonly validFromSeconds: number;
  readonly validUntilSeconds: number;
  readonly list: StatusList;
}

/** Compact JWS; its payload is the credential itself (VC-JOSE-COSE §3.1.1). */
export async function signBitstringCredential(
  { uri, issuer, purpose, validFromSeconds, validUntilSeconds, list }: BitstringCredential,
  { kid, sign }: SigningKey,
): Promise<string> {
  const credential = {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    id: uri,
    type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    issuer,
    validFrom: toDateTime(validFromSeconds),
    validUntil: toDateTime(validUntilSeconds),
    credentialSubject: {
      id: `${uri}#list`,
      type: 'BitstringStatusList',
      statusPurpose: purpose,
      encodedList: encodeBitstring(toBitstring(list, purpose)),
    },
  };
  // The key by its DID URL, as verifiers of credentials look for it.
  return (await signToken(credential, 'vc+jwt', { kid: `${issuer}#${kid}`, sign })).jws;
}

/** One bit an entry, set where the purpose applies. */
export function toBitstring(list: StatusList, purpose: StatusPurpose): Uint8Array {
  const bits = new Uint8Array(list.size / 8);
  for (let index = 0; index < list.size; index++) {
    // The array has a bit for each index.
    if (appliesTo(list.get(index), purpose)) bits[index >> 3]! |= 0x80 >> (index & 7);
  }
  return bits;
}

/** `uH4sI…`; no time in the gzip header, so that the same bits are the same text. */
export function encodeBitstring(bits: Uint8Array): string {
  return `u${toBase64url(gzipSync(bits, { level: 9, mtime: 0 }))}`;
}

function appliesTo(value: StatusValue, purpose: StatusPurpose): boolean {
  switch (value) {
    case 'valid':
      return false;
    case 'revoked':
    case 'superseded':
      return purpose === 'revocation';
    case 'suspended':
      return purpose === 'suspension';
  }
}

/** `2022-12-21T08:30:00Z` */
function toDateTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
