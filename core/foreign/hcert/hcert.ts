/**
 * EU Digital COVID Certificates and WHO HCERTs: `HC1:` ‖ base45 ‖ zlib ‖ COSE_Sign1 ‖ CWT. The key is looked up by
 * `kid`, of the protected header if it is there; signers may share one, so all are tried.
 */
import { fromBase45 } from '../../bytes/base45.ts';
import { BytesError } from '../../bytes/errors.ts';
import { toBase64url } from '../../bytes/base64url.ts';
import { fromZlib } from '../../bytes/zlib.ts';
import { cborToJson } from '../cbor-to-json.ts';
import {
  algorithmOf,
  COSE_HEADER,
  headerValue,
  parseSign1,
  signedBytesOf,
  type Sign1,
} from '../cose/sign1.ts';
import { ForeignError, type ForeignErrorCode } from '../errors.ts';
import type { ForeignCode, ForeignContent, Signer, SignerSearch } from '../foreign-code.ts';
import type { ForeignRecord } from '../foreign-record.ts';
import { parseHcertClaims, type HcertClaims } from './cwt.ts';
import { dccRecords } from './dcc-record.ts';
import { parseDcc } from './dcc-schema.ts';
import { icvpRecords } from './icvp.ts';
import { maySign } from './key-usage.ts';
import { isRevoked } from './revocation.ts';

export const HCERT_PREFIX = 'HC1:';
export const HCERT_FORMAT = 'EU Digital COVID Certificate or WHO HCERT';

const MAX_CHARACTERS = 4296;
const MAX_INFLATED_BYTES = 8192;
const EU_DCC = 1;
const ICVP = -6;
/** Claims that are named but not read: two of the WHO's DDCC drafts, and a link. */
const NAMED: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [EU_DCC, 'EU Digital COVID Certificate'],
  [ICVP, 'WHO International Certificate of Vaccination'],
  [3, 'WHO DDCC vaccination certificate'],
  [4, 'WHO DDCC test certificate'],
  [5, 'verifiable health link'],
]);

/** Throws `ForeignError` for what is no HCERT. @param text begins with {@link HCERT_PREFIX} */
export function decodeHcert(text: string): ForeignCode {
  if (text.length > MAX_CHARACTERS) throw new ForeignError('CODE_TOO_LONG', 'longer than a QR symbol holds');
  const compressed = within('CODE_NOT_BASE45', () => fromBase45(text, HCERT_PREFIX.length));
  const cose = within('CODE_INFLATE', () => fromZlib(compressed, MAX_INFLATED_BYTES));
  return hcertOf(within('CODE_MALFORMED', () => parseSign1(cose)));
}

export function hcertOf(sign1: Sign1): ForeignCode {
  const algorithm = algorithmOf(sign1);
  const keyId = headerValue(sign1, COSE_HEADER.kid);
  const kid = keyId instanceof Uint8Array ? toBase64url(keyId) : undefined;
  const signedBytes = signedBytesOf(sign1);
  let claims: HcertClaims | undefined;
  const claimsOf = (): HcertClaims =>
    (claims ??= within('CONTENT_INVALID', () => parseHcertClaims(sign1.payload)));
  return {
    format: HCERT_FORMAT,
    ...(kid === undefined ? {} : { kid }),
    findSigners({ hcert }): SignerSearch {
      if (hcert === undefined) return { problem: 'TRUST_LIST_MISSING' };
      const signers = kid === undefined ? undefined : hcert.signersByKid.get(kid);
      return signers === undefined ? { problem: 'SIGNER_UNKNOWN' } : { signers };
    },
    isSignedBy: (key, crypto) => crypto.verify(algorithm, key, signedBytes, sign1.signature),
    read: () => contentOf(claimsOf()),
    signerProblems({ records }, signer) {
      const isOfType = records.every(({ type }) => maySign(signer.extendedKeyUsage, type));
      return [
        ...(isOtherCountry(claimsOf().issuer, signer) ? (['ISSUER_MISMATCH'] as const) : []),
        ...(isOfType ? [] : (['ISSUER_TYPE_NOT_ALLOWED'] as const)),
      ];
    },
    statusProblems({ records }, { country, kids = [] }, { trust, crypto }) {
      const revocations = trust.hcert?.revocations;
      if (revocations === undefined) return undefined;
      const countries = [claimsOf().issuer, country].filter((one) => one !== undefined);
      const identifiers = records.flatMap(({ foreignId }) => foreignId ?? []);
      const code = { kids, countries, algorithm, signature: sign1.signature, identifiers };
      return isRevoked(code, revocations, crypto) ? ['STATUS_REVOKED'] : [];
    },
  };
}

function contentOf(claims: HcertClaims): ForeignContent {
  const { claimNumber, claim, issuer: _, ...times } = claims;
  const content = cborToJson(claim);
  const schema = claimNumber === EU_DCC ? ({ schema: 'eu-dcc' } as const) : {};
  return { ...times, records: recordsOf(claimNumber, content), content, ...schema };
}

function recordsOf(claimNumber: unknown, content: ForeignContent['content']): readonly ForeignRecord[] {
  if (claimNumber === EU_DCC) return dccRecords(parseDcc(content));
  if (claimNumber === ICVP) return icvpRecords(content);
  const name = NAMED.get(claimNumber) ?? 'a health certificate of an unknown kind';
  throw new ForeignError('CONTENT_NOT_SUPPORTED', `${name} is not read here`);
}

/** Where both say a country, it is the same one. */
function isOtherCountry(issuer: string | undefined, { country }: Signer): boolean {
  return issuer !== undefined && /^[A-Z]{2}$/.test(issuer) && country !== undefined && issuer !== country;
}

function within<T>(code: ForeignErrorCode, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof BytesError)
      throw new ForeignError(code, 'a layer of the code breaks its rules', { cause });
    throw cause;
  }
}
