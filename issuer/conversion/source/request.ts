/** What a holder brings to the source, and the names by which it is known again. */
import { toBase64url } from '../../../core/bytes/base64url.ts';
import { toCanonicalJson } from '../../../core/bytes/canonical-json.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import type { CarriedList } from '../../../core/conversion/carried-list.ts';
import type { ConsentTerms } from '../../../core/conversion/consent.ts';
import { readUint64 } from '../../../service/big-endian.ts';
import type { SourceHouse } from './entry.ts';

export interface ConversionRequest {
  /** The holder's travel code, bound to their key. */
  readonly code: string;
  /** Codes of this issuer, or of another one on the ledger: tests, declarations. */
  readonly evidence: readonly string[];
  /** Of the codes that are of another issuer; absent: none is. Public, so neither consent nor name is about them. */
  readonly lists?: readonly CarriedList[];
  readonly terms: ConsentTerms;
  /** ES256 by the holder's key over `consentMessage`, 64 bytes. */
  readonly signature: Uint8Array;
}

/** An HMAC: the request itself is not kept. */
export function requestName(
  { index }: Pick<SourceHouse, 'index'>,
  { code, evidence, terms }: ConversionRequest,
): string {
  const name = toUtf8(toCanonicalJson({ code, evidence: [...evidence], terms: { ...terms } }));
  return toBase64url(index.ofRows(name));
}

/** By what a conversion is found that this consent is for. @param id of the consent */
export function consentKey({ index }: Pick<SourceHouse, 'index'>, id: string): Uint8Array {
  return index.ofIdempotencyKey(`conversion ${id}`);
}

/** The number of the conversion with this name: the key of its consent, or its nullifier. */
export async function findConversion(
  { tables }: Pick<SourceHouse, 'tables'>,
  key: Uint8Array,
): Promise<number | undefined> {
  const number = await tables.conversionIds.get(key);
  return number === undefined ? undefined : readUint64(number);
}
