/** A SMART Health Card made from its FHIR bundle, to be signed with ES256 by whoever holds the key. */
import { deflateSync } from 'fflate';
import { toBase64url } from '../../bytes/base64url.ts';
import type { JsonObject } from '../../bytes/strict-json.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import { numericOf } from './numeric.ts';

export interface ShcToIssue {
  /** `https://…`, without a slash at its end; its key set lies under `/.well-known/jwks.json`. */
  readonly iss: string;
  readonly issuedAtSeconds: number;
  /** Beside the health card itself: `https://smarthealth.cards#immunization` … */
  readonly types: readonly string[];
  readonly bundle: JsonObject;
  /** Thumbprint of the key. */
  readonly kid: string;
  /** The card's name on the issuer's revocation list. */
  readonly rid?: string;
}

export interface UnsignedShc {
  /** What ES256 is to be made over. */
  readonly signedBytes: Uint8Array;
  /** `shc:/…`. @param signature r ‖ s, 64 bytes */
  toText(signature: Uint8Array): string;
}

export function prepareShc({ iss, issuedAtSeconds, types, bundle, kid, rid }: ShcToIssue): UnsignedShc {
  const vc = {
    type: ['https://smarthealth.cards#health-card', ...types],
    credentialSubject: { fhirVersion: '4.0.1', fhirBundle: bundle },
    ...(rid === undefined ? {} : { rid }),
  };
  const payload = deflateSync(toUtf8(JSON.stringify({ iss, nbf: issuedAtSeconds, vc })), { level: 9 });
  const header = toUtf8(JSON.stringify({ zip: 'DEF', alg: 'ES256', kid }));
  const signed = `${toBase64url(header)}.${toBase64url(payload)}`;
  return {
    signedBytes: toUtf8(signed),
    toText: (signature) => numericOf(`${signed}.${toBase64url(signature)}`),
  };
}
