/** What rules are asked about and people are compared by: an authentic record, of whichever system its code is. */
import { isPartialDate } from '../record/calendar.ts';
import type { JsonValue } from '../bytes/canonical-json.ts';
import type { JsonObject } from '../bytes/strict-json.ts';
import type { CredentialClaims } from '../credential/claims.ts';
import { fromVct, type CredentialType } from '../credential/credential-type.ts';
import type { ForeignRecord, ForeignSubject } from '../foreign/foreign-record.ts';
import type { ShownIdentity } from '../record/identity-match.ts';
import type { Sex } from '../record/record.ts';
import type { Evidence, ForeignEvidence, IssuerEvidence } from './verdict.ts';

export interface ShownPerson extends ShownIdentity {
  readonly sex?: Sex;
  /** As in a machine-readable zone, where the code has the name in that form too. */
  readonly nameMrz?: string;
}

export interface VerifiedRecord {
  readonly type: CredentialType;
  readonly person: ShownPerson;
  readonly facts: JsonObject;
  /** All that an EU Digital COVID Certificate says, for rules over that. */
  readonly dcc?: JsonValue;
  /** Absent: nobody says in which country its signer is. A signer of another system has no DID. */
  readonly issuer?: { readonly did?: string; readonly jurisdiction: string };
}

/** None unless the code was found authentic. */
export function recordsIn({ claims, foreign, issuer }: Evidence): readonly VerifiedRecord[] {
  if (claims !== undefined && issuer !== undefined) return ownRecords(claims, issuer);
  return foreign === undefined ? [] : foreignRecords(foreign);
}

export function ownRecords(
  { facts, subject, vct }: CredentialClaims,
  { did, jurisdiction }: IssuerEvidence,
): readonly VerifiedRecord[] {
  const type = fromVct(vct);
  if (type === undefined) return [];
  // Claims are canonical JSON, so their facts are a JSON object.
  return [{ type, person: subject, facts: facts as unknown as JsonObject, issuer: { did, jurisdiction } }];
}

export function foreignRecords({ facts, signer }: ForeignEvidence): readonly VerifiedRecord[] {
  if (facts === undefined || signer === undefined) return [];
  const { country } = signer;
  return facts.records.map((record) => ({
    type: record.type,
    person: personOf(record.subject),
    facts: factsOf(record),
    ...(facts.schema === 'eu-dcc' ? { dcc: facts.content } : {}),
    ...(country === undefined ? {} : { issuer: { jurisdiction: country } }),
  }));
}

/** Rules see it as a record of ours that is not local. */
function factsOf(record: ForeignRecord): JsonObject {
  const { type: _, subject: __, foreignId: ___, statedIssuer: ____, ...facts } = record;
  return facts;
}

function personOf({ docNumber, docType, dob, nameEn, nameMrz, nameZh, sex }: ForeignSubject): ShownPerson {
  return {
    doc: docNumber ?? '',
    // Of which document the number is, other systems do not say: another number may be of another document.
    ...(docType === undefined && docNumber === undefined ? {} : { docType: docType ?? 'OTHER' }),
    // Some systems let anything stand there; what is no date tells nothing.
    ...(dob === undefined || !isPartialDate(dob) ? {} : { dob }),
    ...(nameEn === undefined ? {} : { nameEn }),
    ...(nameMrz === undefined ? {} : { nameMrz }),
    ...(nameZh === undefined ? {} : { nameZh }),
    ...(sex === undefined ? {} : { sex }),
  };
}
