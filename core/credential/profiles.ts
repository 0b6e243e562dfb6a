/**
 * A record → the claims of one of its two credentials. `venue`: masked name and document, only the facts a
 * door asks for. `travel`: the whole identity and all facts. Each gets its own `jti`, `cnf` and status entry,
 * so that nothing but the facts themselves links the two.
 */
import { maskDocument, maskName } from '../record/masking.ts';
import type { IssuableRecord } from '../record/derived.ts';
import type { Subject } from '../record/record.ts';
import type { CredentialClaims, Profile, SubjectClaims } from './claims.ts';
import type { P256Jwk } from './key.ts';
import {
  conversionFacts,
  declarationFacts,
  exemptionFacts,
  present,
  recoveryFacts,
  statusFacts,
  testFacts,
  vaccinationFacts,
} from './profile-facts.ts';

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
export function toClaims(record: IssuableRecord, profile: Profile, options: ClaimsOptions): CredentialClaims {
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
    case 'recovery':
      return { ...before, facts: recoveryFacts(record, profile), ...after, vct: 'urn:hcl:recovery:1' };
    case 'exemption':
      return { ...before, facts: exemptionFacts(record, profile), ...after, vct: 'urn:hcl:exemption:1' };
    case 'declaration':
      return { ...before, facts: declarationFacts(record, profile), ...after, vct: 'urn:hcl:declaration:1' };
    case 'status':
      return { ...before, facts: statusFacts(record, profile), ...after, vct: 'urn:hcl:status:1' };
    case 'conversion':
      return { ...before, facts: conversionFacts(record, profile), ...after, vct: 'urn:hcl:conversion:1' };
  }
}

/** Without the linked documents: a second masked number would tell a door more than it may know. */
function maskedSubject({ nameEn, nameZh, docType, docNumber }: Subject): SubjectClaims {
  return {
    doc: maskDocument(docNumber),
    docType,
    ...(nameEn === undefined ? {} : { nameEn: maskName(nameEn) }),
    ...(nameZh === undefined ? {} : { nameZh: maskName(nameZh) }),
  };
}

/** With the linked documents: whoever compares has one document in hand, and it may be any of them. */
function wholeSubject({ linked, ...subject }: Subject): SubjectClaims {
  const { dob, docNumber, docIssuer, docType, nameEn, nameZh, sex } = subject;
  return present({
    dob,
    doc: docNumber,
    docIssuer,
    docType,
    linked: linked?.map((other) => ({
      doc: other.docNumber,
      docIssuer: other.docIssuer,
      docType: other.docType,
    })),
    nameEn,
    nameZh,
    sex,
  });
}
