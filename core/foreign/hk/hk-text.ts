/**
 * Hong Kong's vaccination record (`HKSARG|VAC|…`) and medical exemption certificate (`HKSARG|MEC|…`), newest layout:
 *
 *   0 HKSARG · 1 VAC · 2 layout · 3 key version · 4 reference · 5 document, masked · 6 name, masked ·
 *   7-9 second-last dose: date, vaccine, Chinese name · 10 indicator (001 recovered, 002 exempted) ·
 *   11 third-last dose: `date,vaccine` · 12-14 last dose · 15 `birth date,number of doses` · 16 empty ·
 *   17 time of print · 18 signature
 *
 * An exemption has its last day after field 10. Dates are `dd-MM-yyyy`. The signature is ECDSA P-256 in DER and
 * base64, over everything before it; its key was never published, so a code stays unverified unless the operator pins
 * one.
 */
import { fromBase64url } from '../../bytes/base64url.ts';
import { BytesError } from '../../bytes/errors.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import { isCalendarDate, toUnixSeconds } from '../../record/calendar.ts';
import { ForeignError } from '../errors.ts';
import type { ForeignCode, ForeignContent, SignerSearch } from '../foreign-code.ts';
import { codeFact, textFact, type ForeignRecord, type ForeignSubject } from '../foreign-record.ts';
import { fromDerSignature } from '../x509/ecdsa-signature.ts';

const MAX_CHARACTERS = 2000;
const VAC_FIELDS = 19;
const EXEMPTED = '002';
const MASKED_DOCUMENT = /^[A-Z0-9*()/-]{4,30}$/;
const MASKED_NAME = /^[A-Z*][A-Z* ,.'-]{0,79}$/;
const DATE = /^(\d\d)-(\d\d)-(\d{4})$/;
const PRINTED = /^(\d\d)-(\d\d)-(\d{4}) (\d\d):(\d\d)$/;
const NO_DETAIL = 'NDI';

interface Fields {
  readonly type: 'VAC' | 'MEC';
  readonly keyVersion: string;
  readonly reference: string;
  readonly subject: ForeignSubject;
  /** Latest first, `[date, vaccine]`; dates in ISO form. */
  readonly doses: readonly (readonly [date: string, vaccine: string])[];
  readonly doseCount?: number;
  readonly validUntil?: string;
  readonly printedAtSeconds: number;
}

/** Throws `ForeignError`. @param text begins with `HKSARG|` and the type */
export function decodeHkText(text: string): ForeignCode {
  if (text.length > MAX_CHARACTERS) throw new ForeignError('CODE_TOO_LONG', 'longer than any record');
  const values = text.split('|');
  const fields = parseFields(values);
  const signature = signatureOf(values.at(-1) ?? '');
  const signedBytes = toUtf8(text.slice(0, text.lastIndexOf('|') + 1));
  const { keyVersion, type } = fields;
  return {
    format: type === 'VAC' ? 'Hong Kong vaccination record' : 'Hong Kong medical exemption certificate',
    kid: keyVersion,
    findSigners({ hk }): SignerSearch {
      if (hk === undefined) return { problem: 'TRUST_LIST_MISSING' };
      const signer = hk.signersByKeyVersion.get(keyVersion);
      return signer === undefined ? { problem: 'SIGNER_UNKNOWN' } : { signers: [signer] };
    },
    isSignedBy: (key, crypto) => crypto.verify('ES256', key, signedBytes, signature),
    read: () => contentOf(fields, values),
    signerProblems: () => [],
  };
}

function contentOf(fields: Fields, values: readonly string[]): ForeignContent {
  const { printedAtSeconds, validUntil } = fields;
  return {
    issuedAtSeconds: printedAtSeconds,
    ...(validUntil === undefined ? {} : { expiresAtSeconds: endOfDay(validUntil) }),
    records: recordsOf(fields),
    content: { fields: values.slice(0, -1) },
  };
}

function recordsOf({
  type,
  subject,
  doses,
  doseCount,
  reference,
  validUntil,
}: Fields): readonly ForeignRecord[] {
  const common = { local: false, subject, ...textFact('foreignId', reference) } as const;
  if (type === 'MEC') return [{ type: 'exemption', ...common, ...textFact('validUntil', validUntil) }];
  return doses.map(([date, vaccine], place): ForeignRecord => {
    const doseNumber = doseCount === undefined ? undefined : doseCount - place;
    return {
      type: 'vaccination',
      ...common,
      ...(vaccine === NO_DETAIL ? {} : codeFact('product', 'hk', vaccine)),
      ...(doseNumber === undefined || doseNumber < 1 ? {} : { doseNumber }),
      date,
      country: 'HK',
    };
  });
}

function parseFields(values: readonly string[]): Fields {
  const type = values[1];
  if (type !== 'VAC' && type !== 'MEC') throw malformed('another type');
  const expected = type === 'VAC' ? VAC_FIELDS : VAC_FIELDS + 1;
  if (values.length !== expected)
    throw new ForeignError('CONTENT_NOT_SUPPORTED', 'another layout than the newest');
  // The length holds, so every field is there; an exemption has one more after the indicator.
  const at = (place: number): string => values[type === 'MEC' && place > 10 ? place + 1 : place] ?? '';
  const [layout, keyVersion] = [at(2), at(3)];
  if (!/^\d{1,2}(?:\.\d{1,2})?$/.test(layout) || !/^[\w.-]{1,10}$/.test(keyVersion))
    throw malformed('no versions');
  if (!MASKED_DOCUMENT.test(at(5)) || !MASKED_NAME.test(at(6))) throw malformed('no holder');
  const [birth = '', count = ''] = at(15).split(',');
  const doses = [doseOf(at(12), at(13)), doseOf(at(7), at(8)), doseOf(...pairOf(at(11)))].flat();
  if (type === 'VAC' && doses.length === 0) throw malformed('no dose');
  const validUntil = type === 'MEC' ? dateOf(values[11] ?? '') : undefined;
  if (type === 'MEC' && at(10) !== EXEMPTED) throw malformed('no exemption');
  return {
    type,
    keyVersion,
    reference: at(4),
    subject: { nameEn: at(6), docNumber: at(5), ...(birth === '' ? {} : { dob: dateOf(birth) }) },
    doses,
    printedAtSeconds: printTimeOf(at(17)),
    ...(/^[1-9]\d?$/.test(count) ? { doseCount: Number(count) } : {}),
    ...(validUntil === undefined ? {} : { validUntil }),
  };
}

/** Nothing for a dose that is not there: empty, or `NA` of somebody who recovered. */
function doseOf(date: string, vaccine: string): readonly (readonly [date: string, vaccine: string])[] {
  if (date === '' || date === 'NA') return [];
  if (!/^[\w.-]{1,20}$/.test(vaccine)) throw malformed('a dose without a vaccine');
  return [[dateOf(date), vaccine]];
}

function pairOf(text: string): [date: string, vaccine: string] {
  const [date = '', vaccine = ''] = text.split(',');
  return [date, vaccine];
}

/** `10-02-2022` → `2022-02-10`. */
function dateOf(text: string): string {
  const [, day, month, year] = DATE.exec(text) ?? [];
  const date = `${year}-${month}-${day}`;
  if (!isCalendarDate(date)) throw malformed('a date that does not exist');
  return date;
}

/** Hong Kong's clock is eight hours ahead of UTC all year. */
function printTimeOf(text: string): number {
  const [, day, month, year, hour, minute] = PRINTED.exec(text) ?? [];
  const seconds = toUnixSeconds(`${year}-${month}-${day}T${hour}:${minute}:00+08:00`);
  if (seconds === undefined) throw malformed('no time of print');
  return seconds;
}

function endOfDay(date: string): number {
  return (toUnixSeconds(`${date}T00:00:00+08:00`) ?? 0) + 86_400;
}

function signatureOf(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]{80,100}={0,2}$/.test(text)) throw malformed('no signature');
  try {
    return fromDerSignature(
      fromBase64url(text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')),
      32,
    );
  } catch (cause) {
    if (cause instanceof BytesError) throw malformed('no signature', { cause });
    throw cause;
  }
}

function malformed(what: string, options?: ErrorOptions): ForeignError {
  return new ForeignError('CODE_MALFORMED', `not a Hong Kong record: ${what}`, options);
}
