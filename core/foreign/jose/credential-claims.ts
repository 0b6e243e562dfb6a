/**
 * What W3C credentials (1.1 as `vc` in a JWT, 2.0 as the payload itself) and SD-JWT VCs say of their issuer and time.
 * Times are numbers as in RFC 7519, or date-times as in the W3C's data model.
 */
import type { JsonValue } from '../../bytes/canonical-json.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../../bytes/strict-json.ts';
import { toUnixSeconds } from '../../record/calendar.ts';
import { ForeignError } from '../errors.ts';
import type { ForeignContent } from '../foreign-code.ts';
import { credentialRecords } from './credential-records.ts';

/** The issuer that a payload names, `iss` or `issuer`; both say the same. Throws `CONTENT_INVALID`. */
export function issuerOf({ iss, issuer, vc, holder }: JsonObject): string {
  const credential = isJsonObject(vc) ? vc['issuer'] : undefined;
  const names = [iss, nameOf(issuer), nameOf(credential)].filter((name) => name !== undefined);
  const [name = nameOf(holder)] = names;
  if (typeof name !== 'string' || names.some((other) => other !== name))
    throw invalid('no issuer, or several');
  return name;
}

/** Throws `CONTENT_INVALID` or `CONTENT_NOT_SUPPORTED`. */
export function credentialContent(payload: JsonObject): ForeignContent {
  const { iat, nbf, exp, vc } = payload;
  const credential = isJsonObject(vc) ? vc : payload;
  const { validFrom, validUntil, issuanceDate, expirationDate } = credential;
  const times = {
    ...timeFact('issuedAtSeconds', iat),
    ...timeFact('notBeforeSeconds', nbf ?? validFrom ?? issuanceDate),
    ...timeFact('expiresAtSeconds', exp ?? validUntil ?? expirationDate),
  };
  if (typesOf(credential).includes('VerifiablePresentation')) throw presentation(credential);
  return { ...times, records: credentialRecords(credential), content: payload };
}

export function typesOf({ type }: JsonObject): readonly JsonValue[] {
  return isJsonArray(type) ? type : type === undefined ? [] : [type];
}

/** What it carries must at least be credentials; each is judged by itself. */
function presentation({ verifiableCredential }: JsonObject): ForeignError {
  const list = isJsonArray(verifiableCredential) ? verifiableCredential : [];
  const isGood = list.every((item) => {
    if (!isJsonObject(item) || !typesOf(item).includes('EnvelopedVerifiableCredential')) return true;
    const { id } = item;
    return typeof id === 'string' && /^data:application\/vc\+(?:jwt|sd-jwt|cose)[;,]/.test(id);
  });
  return isGood
    ? new ForeignError('CONTENT_NOT_SUPPORTED', 'a presentation: its credentials are judged one by one')
    : invalid('a presentation of what is no credential');
}

function nameOf(issuer: JsonValue | undefined): JsonValue | undefined {
  return isJsonObject(issuer) ? issuer['id'] : issuer;
}

function timeFact<Name extends string>(
  name: Name,
  value: JsonValue | undefined,
): { readonly [N in Name]?: number } {
  if (value === undefined) return {};
  const seconds = typeof value === 'string' ? toUnixSeconds(value) : value;
  if (typeof seconds !== 'number' || seconds < 0) throw invalid('a time that is none');
  // One member under the name that was given.
  return { [name]: seconds } as { readonly [N in Name]?: number };
}

function invalid(what: string): ForeignError {
  return new ForeignError('CONTENT_INVALID', `not a credential: ${what}`);
}
