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

export function toClaims(record: HealthRecord, profile: Profile, options: ClaimsOptions): CredentialClaims {
  const { iss, jti, issuedAtSeconds, status, notBeforeSeconds, expiresAtSeconds, holderKey } = options;
  const common = {
    iss,
    jti,
    iat: issuedAtSeconds - (issuedAtSeconds % SECONDS_PER_HOUR),
    ...(notBeforeSeconds === undefined ? {} : { nbf: notBeforeSeconds }),
    ...(expiresAtSeconds === undefined ? {} : { exp: expiresAtSeconds }),
    status: { status_list: { idx: status.idx, uri: status.uri } },
    ...(holderKey === undefined ? {} : { cnf: { jwk: holderKey } }),
    profile,
    subject: profile === 'venue' ? maskedSubject(record.subject) : wholeSubject(record.subject),
  };
  switch (record.type) {
    case 'vaccination':
      return { ...common, vct: 'urn:hcl:vaccination:1', facts: vaccinationFacts(record, profile) };
    case 'test':
      return { ...common, vct: 'urn:hcl:test:1', facts: testFacts(record, profile) };
  }
}

function maskedSubject({ nameEn, nameZh, docType, docNumber }: Subject): SubjectClaims {
  return {
    ...(nameEn === undefined ? {} : { nameEn: maskName(nameEn) }),
    ...(nameZh === undefined ? {} : { nameZh: maskName(nameZh) }),
    docType,
    doc: maskDocument(docNumber),
  };
}

function wholeSubject({ docNumber, ...subject }: Subject): SubjectClaims {
  return present({ ...subject, doc: docNumber });
}

function vaccinationFacts(record: VaccinationRecord, profile: Profile): VaccinationClaims {
  const { type: _type, subject: _subject, practitioner: _practitioner, ...facts } = record;
  if (profile === 'travel') return present(facts);
  const { disease, product, doseNumber, seriesDoses, date, country } = facts;
  return present({ disease, product, doseNumber, seriesDoses, date, country });
}

function testFacts(record: TestRecord, profile: Profile): TestClaims {
  const { type: _type, subject: _subject, specimenId: _specimenId, ...facts } = record;
  if (profile === 'travel') return present(facts);
  const { disease, method, result, collectedAt, country } = facts;
  return { disease, method, result, collectedAt, country };
}

/** Without the members that are `undefined`: an absent fact is an absent claim. */
function present<T extends object>(value: { [Name in keyof T]: T[Name] | undefined }): T {
  // Leaving out undefined members is exactly what makes the value a T.
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
