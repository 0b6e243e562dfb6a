/**
 * Header and payload bytes of a credential → typed values, strictly: the one canonical form, known members
 * only. The payload is parsed after its bytes were authenticated, never before.
 */
import { asciiToText } from '../bytes/ascii.ts';
import { parseCanonicalJson } from '../bytes/canonical-json.ts';
import { readCanonical } from '../bytes/canonical-reader.ts';
import { equalBytes } from '../bytes/equal.ts';
import { BytesError } from '../bytes/errors.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { CredentialClaims, CredentialHeader } from './claims.ts';
import { CLAIMS_READERS } from './claims-forms.ts';
import { CredentialError } from './errors.ts';

const HEADER_START = toUtf8('{"alg":"ES256","kid":"');
const HEADER_END = toUtf8('","typ":"dc+sd-jwt"}');
const KID_LENGTH = 43;
const BASE64URL = /^[A-Za-z0-9_-]*$/;
const HEADER_LENGTH = HEADER_START.length + KID_LENGTH + HEADER_END.length;

/** The header read last: most credentials in a row are signed with the same key. */
let last: { readonly bytes: Uint8Array; readonly header: CredentialHeader } = {
  bytes: new Uint8Array(1),
  header: { alg: 'ES256', kid: '', typ: 'dc+sd-jwt' },
};

/** Throws `CREDENTIAL_HEADER` for anything but `{"alg":"ES256","kid":"…43…","typ":"dc+sd-jwt"}`, byte for byte. */
export function parseHeader(bytes: Uint8Array): CredentialHeader {
  if (equalBytes(bytes, last.bytes)) return last.header;
  const kidEnd = HEADER_START.length + KID_LENGTH;
  const isOurs =
    bytes.length === HEADER_LENGTH && isAt(bytes, HEADER_START, 0) && isAt(bytes, HEADER_END, kidEnd);
  if (!isOurs) throw new CredentialError('CREDENTIAL_HEADER', 'the protected header is not of our form');
  const kid = asciiToText(bytes.subarray(HEADER_START.length, kidEnd));
  if (!BASE64URL.test(kid)) throw new CredentialError('CREDENTIAL_HEADER', 'the kid is not base64url');
  last = { bytes: bytes.slice(), header: { alg: 'ES256', kid, typ: 'dc+sd-jwt' } };
  return last.header;
}

/**
 * Throws `CREDENTIAL_MALFORMED`, or `CREDENTIAL_TYPE_UNKNOWN` when the bytes are a credential of a type that
 * this version does not know.
 */
export function parseClaims(bytes: Uint8Array): CredentialClaims {
  for (const { ending, read } of FORMS) {
    if (!isAt(bytes, ending, bytes.length - ending.length)) continue;
    return within(() => readCanonical(bytes, read));
  }
  if (isOtherType(within(() => parseCanonicalJson(bytes))))
    throw new CredentialError('CREDENTIAL_TYPE_UNKNOWN', 'a credential of another type');
  throw new CredentialError('CREDENTIAL_MALFORMED', 'the payload is not a credential');
}

/** `vct` is the last member of a payload, so its end tells the form of the whole. */
const FORMS = Array.from(CLAIMS_READERS, ([vct, read]) => ({ ending: toUtf8(`,"vct":"${vct}"}`), read }));

function isOtherType(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('vct' in value)) return false;
  const { vct } = value;
  return typeof vct === 'string' && !CLAIMS_READERS.has(vct) && /^urn:hcl:[a-z-]+:[0-9]+$/.test(vct);
}

function within<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause;
    throw new CredentialError('CREDENTIAL_MALFORMED', 'the payload is not of its form', { cause });
  }
}

function isAt(bytes: Uint8Array, expected: Uint8Array, start: number): boolean {
  for (let i = 0; i < expected.length; i++) if (bytes[start + i] !== expected[i]) return false;
  return true;
}
