/** A SMART Health Card made from its FHIR bundle, to be signed with ES256 by whoever holds the key. */
import { deflateSync } from 'fflate';
import { toBase64url } from '../../bytes/base64url.ts';
import type { JsonObject } from '../../bytes/strict-json.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import type { UnsignedCode } from '../unsigned-code.ts';
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
  /** Random, and shown by nothing else: what a commitment to the card cannot be guessed for. */
  readonly jti?: string;
}

export function prepareShc(options: ShcToIssue): UnsignedCode {
  const { iss, issuedAtSeconds, types, bundle, kid, rid, jti } = options;
  const vc = {
    type: ['https://smarthealth.cards#health-card', ...types],
    credentialSubject: { fhirVersion: '4.0.1', fhirBundle: bundle },
    ...(rid === undefined ? {} : { rid }),
  };
  const payload = { iss, nbf: issuedAtSeconds, ...(jti === undefined ? {} : { jti }), vc };
  return unsignedShc(shcHeader(kid), deflateSync(toUtf8(JSON.stringify(payload)), { level: 9 }));
}

/** The protected header. */
export function shcHeader(kid: string): Uint8Array {
  return toUtf8(JSON.stringify({ zip: 'DEF', alg: 'ES256', kid }));
}

/** From its parts, made before; the payload is deflated. */
export function unsignedShc(headerBytes: Uint8Array, payloadBytes: Uint8Array): UnsignedCode {
  const signed = `${toBase64url(headerBytes)}.${toBase64url(payloadBytes)}`;
  return {
    headerBytes,
    payloadBytes,
    signedBytes: toUtf8(signed),
    toText: (signature) => numericOf(`${signed}.${toBase64url(signature)}`),
  };
}
