/**
 * A record → the code of another system that lacks its signature. The 128 bits of its handle stand in the payload, so
 * that nobody guesses the leaf that commits to it: as UVCI in an EU certificate, as `jti` in a health card. What a
 * revocation list says of a code follows from them and does not lead back.
 */
import { toBase64url, fromBase64url } from '../../core/bytes/base64url.ts';
import { concatBytes } from '../../core/bytes/concat.ts';
import { toHex } from '../../core/bytes/hex.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import type { Crypto } from '../../core/crypto.ts';
import { toDcc } from '../../core/foreign/hcert/from-record.ts';
import { prepareHcert } from '../../core/foreign/hcert/encode.ts';
import { unfit } from '../../core/foreign/issue-error.ts';
import { prepareShc } from '../../core/foreign/shc/encode.ts';
import { cardTypesOf, toFhirBundle } from '../../core/foreign/shc/from-record.ts';
import type { UnsignedCode } from '../../core/foreign/unsigned-code.ts';
import type { IssuableRecord } from '../../core/record/derived.ts';
import { validityOf } from '../../core/record/validity.ts';
import { IssuerError } from '../errors.ts';
import type { ForeignFormat } from '../record-entry.ts';
import { certificateAt, certificateKid, listedKid, type DocumentSigner } from './document-signers.ts';

export interface MakingForeign {
  readonly crypto: Crypto;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly name: string;
  /** The issuer's URL, which health cards name. */
  readonly url: string;
  readonly signer: DocumentSigner;
  /** 22 characters of base64url. */
  readonly handle: string;
  readonly nowSeconds: number;
}

export interface MadeCode extends UnsignedCode {
  /** How revocation lists name the key. */
  readonly listedKid: string;
  readonly expiresAtSeconds?: number;
}

/** Of the EU's `eu_dgc_v1` (WHO/EU specification §3.3.1). */
const EU_DCC = 1;
const HOUR_SECONDS = 3_600;
/** What is longer good is asked for again: until then nobody can take back a code that is read offline. */
const LONGEST_SECONDS: number = 365 * 86_400;
const RID_DOMAIN = toUtf8('hcl/shc-rid/1\0');
const NAME_BYTES = 16;

/** Throws `FOREIGN_RECORD_UNFIT`, `FOREIGN_NOT_SET_UP`. */
export function makeForeign(format: ForeignFormat, record: IssuableRecord, making: MakingForeign): MadeCode {
  const { expiresAtSeconds = Infinity } = validityOf(record);
  if (expiresAtSeconds <= making.nowSeconds) throw unfit('validUntil', 'is past');
  return format === 'hcert' ? makeHcert(record, making) : makeShc(record, making);
}

/** UVCI of the second form (EU, technical specifications, annex 2): the country and an opaque string. */
export function uvciOf(country: string, handle: string): string {
  return `URN:UVCI:01:${country}:${toHex(fromBase64url(handle)).slice(2).toUpperCase()}`;
}

/**
 * What revocation lists call a code: a health card's `rid`; of an EU certificate the first 16 bytes of the SHA-256 of
 * its UVCI, in base64url.
 */
export function revocationName(
  format: ForeignFormat,
  { crypto, country, handle }: Pick<MakingForeign, 'crypto' | 'country' | 'handle'>,
): string {
  const named =
    format === 'hcert' ? toUtf8(uvciOf(country, handle)) : concatBytes(RID_DOMAIN, fromBase64url(handle));
  return toBase64url(crypto.sha256(named).subarray(0, NAME_BYTES));
}

function makeHcert(record: IssuableRecord, making: MakingForeign): MadeCode {
  const { crypto, country, name, signer, handle, nowSeconds } = making;
  const certificate = certificateAt(signer, nowSeconds);
  const claim = toDcc(record, { name, certificateId: uvciOf(country, handle) });
  const issuedAtSeconds = hourOf(nowSeconds);
  const expiresAtSeconds = Math.min(
    validityOf(record).expiresAtSeconds ?? Infinity,
    issuedAtSeconds + LONGEST_SECONDS,
    certificate.notAfterSeconds,
  );
  const kid = certificateKid(crypto, certificate);
  const unsigned = prepareHcert({
    country,
    issuedAtSeconds,
    expiresAtSeconds,
    claimNumber: EU_DCC,
    claim,
    kid,
  });
  return { ...unsigned, listedKid: listedKid(crypto, certificate), expiresAtSeconds };
}

function makeShc(record: IssuableRecord, making: MakingForeign): MadeCode {
  const { url, signer, handle, nowSeconds } = making;
  if (!url.startsWith('https://'))
    throw new IssuerError('FOREIGN_NOT_SET_UP', 'health cards name their issuer by an https URL');
  const unsigned = prepareShc({
    iss: url,
    issuedAtSeconds: hourOf(nowSeconds),
    types: cardTypesOf(record),
    bundle: toFhirBundle(record),
    kid: signer.kid,
    jti: handle,
    rid: revocationName('shc', making),
  });
  return { ...unsigned, listedKid: signer.kid };
}

/** As in our own credentials: when somebody came is nobody's business. */
function hourOf(seconds: number): number {
  return seconds - (seconds % HOUR_SECONDS);
}
