/**
 * A record → the claims of one of its two credentials. `venue`: masked name and document, only the facts a
 * door asks for. `travel`: the whole identity and all facts. Each gets its own `jti`, `cnf` and status entry,
 * so that nothing but the facts themselves links the two.
 */
import { maskDocument, maskName } from '../record/masking.ts';
import type { HealthRecord, Subject, TestRecord, VaccinationRecord } from '../record/record.ts';
import type { CredentialClaims, Profile, SubjectClaims, TestClaims, VaccinationClaims } from './claims.ts';
import type { P256Jwk } from './key.ts';

export interface ClaimsOptions {
  /** The issuer's DID. */
  readonly iss: string;
  /** 128 random bits, base64url, 22 characters. */
  readonly jti: string;
  /** Unix seconds; coarsened down to the hour here. */
  readonly issuedAtSeconds: number;
  readonly status: { readonly idx: number; readonly uri: string };
  readonly notBeforeSeconds?: number;
  readonly expiresAtSeconds?: number;
  readonly holderKey?: P256Jwk;
}

const SECONDS_PER_HOUR = 3600;

/** Members stand in the order of RFC 8785 already, so that writing them needs no sorting. */
export function toClaims(record: HealthRecord, profile: Profile, options: ClaimsOptions): CredentialClaims {
  const { iss, jti, issuedAtSeconds, status, notBeforeSeconds, expiresAtSeconds, holderKey } = options;
  const before = {
    ...(holderKey === undefined ? {} : { cnf: { jwk: holderKey } }),
    ...(expiresAtSeconds === undefined ? {} : { exp: expiresAtSeconds }),
  };
  const after = {
    iat: issuedAtSeconds - (issuedAtSeconds % SECONDS_PER_HOUR),
    iss,
    jti,
    ...(notBeforeSeconds === undefined ? {} : { nbf: notBeforeSeconds }),
    profile,
    status: { status_list: { idx: status.idx, uri: status.uri } },
    subject: profile === 'venue' ? maskedSubject(record.subject) : wholeSubject(record.subject),
  };
  switch (record.type) {
    case 'vaccination':
      return { ...before, facts: vaccinationFacts(record, profile), ...after, vct: 'urn:hcl:vaccination:1' };
    case 'test':
      return { ...before, facts: testFacts(record, profile), ...after, vct: 'urn:hcl:test:1' };
  }
}

function maskedSubject({ nameEn, nameZh, docType, docNumber }: Subject): SubjectClaims {
  return {
    doc: maskDocument(docNumber),
    docType,
    ...(nameEn === undefined ? {} : { nameEn: maskName(nameEn) }),
    ...(nameZh === undefined ? {} : { nameZh: maskName(nameZh) }),
  };
}

function wholeSubject({ dob, docNumber, docIssuer, docType, nameEn, nameZh, sex }: Subject): SubjectClaims {
  return present({ dob, doc: docNumber, docIssuer, docType, nameEn, nameZh, sex });
}

function vaccinationFacts(record: VaccinationRecord, profile: Profile): VaccinationClaims {
  const { country, date, disease, doseNumber, product, seriesDoses } = record;
  if (profile === 'venue') return present({ country, date, disease, doseNumber, product, seriesDoses });
  const { centre, lot, manufacturer, prophylaxis } = record;
  return present({
    centre,
    country,
    date,
    disease,
    doseNumber,
    lot,
    manufacturer,
    product,
    prophylaxis,
    seriesDoses,
  });
}

function testFacts(record: TestRecord, profile: Profile): TestClaims {
  const { collectedAt, country, disease, method, result } = record;
  if (profile === 'venue') return { collectedAt, country, disease, method, result };
  const { kit, laboratory, reportedAt, specimen } = record;
  return present({ collectedAt, country, disease, kit, laboratory, method, reportedAt, result, specimen });
}

/** Without the members that are `undefined`: an absent fact is an absent claim. */
function present<T extends object>(value: { [Name in keyof T]: T[Name] | undefined }): T {
  const members: Partial<T> = {};
  for (const name in value) if (value[name] !== undefined) members[name] = value[name];
  // Leaving out undefined members is exactly what makes the value a T.
  return members as T;
}
