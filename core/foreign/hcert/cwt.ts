/**
 * The payload of an HCERT (WHO/EU specification v1.0.5 §3): a CWT `{1: iss, 4: exp, 6: iat, -260: {n: claim}}` in
 * which the number of the claim, not the prefix of the code, says what it is.
 */
import { fromCbor, type CborKey, type CborMap, type CborValue } from '../../bytes/cbor.ts';
import { ForeignError } from '../errors.ts';

export interface HcertClaims {
  /** The issuer's country as the code says it. */
  readonly issuer?: string;
  readonly issuedAtSeconds?: number;
  readonly notBeforeSeconds?: number;
  readonly expiresAtSeconds?: number;
  readonly claimNumber: CborKey;
  readonly claim: CborValue;
}

const ISS = 1;
const EXP = 4;
const NBF = 5;
const IAT = 6;
const HCERT = -260;

/** Throws `CONTENT_INVALID` or `CBOR_INVALID`. */
export function parseHcertClaims(payload: Uint8Array): HcertClaims {
  const claims = fromCbor(payload);
  if (!(claims instanceof Map)) throw invalid('not a map');
  const container: unknown = claims.get(HCERT);
  if (!(container instanceof Map)) throw invalid('no health certificate in it');
  const [entry, another] = container as CborMap;
  if (entry === undefined || another !== undefined) throw invalid('not just one health certificate in it');
  const [claimNumber, claim] = entry;
  const issuer = claims.get(ISS);
  if (issuer !== undefined && typeof issuer !== 'string') throw invalid('an issuer that is no text');
  return {
    claimNumber,
    claim,
    ...(issuer === undefined ? {} : { issuer }),
    ...seconds('issuedAtSeconds', claims.get(IAT)),
    ...seconds('notBeforeSeconds', claims.get(NBF)),
    ...seconds('expiresAtSeconds', claims.get(EXP)),
  };
}

/** NumericDate (RFC 8392 §2): an integer or a floating-point number. */
function seconds<Name extends string>(
  name: Name,
  value: CborValue | undefined,
): { readonly [N in Name]?: number } {
  if (value === undefined) return {};
  if (typeof value !== 'number' || value < 0 || value > Number.MAX_SAFE_INTEGER)
    throw invalid('a time that is none');
  // One member under the name that was given.
  return { [name]: value } as { readonly [N in Name]?: number };
}

function invalid(what: string): ForeignError {
  return new ForeignError('CONTENT_INVALID', `not the claims of an HCERT: ${what}`);
}
