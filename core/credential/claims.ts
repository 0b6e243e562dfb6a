/**
 * The payload of a credential: registered claims (RFC 7519), the status reference (IETF Token Status List)
 * and the record's facts. Its bytes are RFC 8785 canonical JSON.
 */
import type { Colour, ConversionEvidence, Scheme } from '../record/derived.ts';
import type { Code, DocumentType, Sex } from '../record/record.ts';

/**
 * One record gives two independent credentials: `venue` with masked identity and few facts, `travel` with
 * the full identity.
 */
export type Profile = 'venue' | 'travel';

/** Another document of the same person. */
export interface LinkedDocumentClaims {
  readonly docType: DocumentType;
  readonly doc: string;
  readonly docIssuer: string;
}

/** Identity as the profile shows it: masked in `venue` (birth date and linked documents left out), whole in `travel`. */
export interface SubjectClaims {
  readonly nameEn?: string;
  readonly nameZh?: string;
  readonly dob?: string;
  readonly sex?: Sex;
  readonly docType?: DocumentType;
  readonly doc: string;
  readonly docIssuer?: string;
  readonly linked?: readonly LinkedDocumentClaims[];
}

export interface VaccinationClaims {
  readonly disease: Code;
  readonly product: Code;
  readonly prophylaxis?: Code;
  readonly manufacturer?: Code;
  readonly doseNumber: number;
  readonly seriesDoses?: number;
  readonly date: string;
  readonly lot?: string;
  readonly centre?: string;
  /** Absent: it happened where the issuer is responsible. */
  readonly origin?: Code;
  readonly country: string;
}

export interface TestClaims {
  readonly disease: Code;
  readonly method: Code;
  readonly result: Code;
  readonly specimen?: Code;
  readonly kit?: string;
  readonly collectedAt: string;
  readonly reportedAt?: string;
  readonly laboratory?: string;
  /** Absent: it happened where the issuer is responsible. */
  readonly origin?: Code;
  readonly country: string;
}

/** When it ends, `exp` says. */
export interface RecoveryClaims {
  readonly disease: Code;
  readonly firstPositiveOn: string;
  readonly recoveredOn?: string;
  readonly basis?: Code;
  /** Absent: it happened where the issuer is responsible. */
  readonly origin?: Code;
  readonly country: string;
}

/** When it ends, `exp` says. */
export interface ExemptionClaims {
  readonly disease: Code;
  /** Absent: from all vaccines against the disease. */
  readonly scope?: readonly Code[];
  readonly assessedOn?: string;
  readonly country: string;
}

export interface StayClaims {
  readonly country: string;
  readonly region?: string;
  readonly from: string;
  readonly to: string;
}

export interface DeclarationClaims {
  readonly symptoms: readonly Code[];
  readonly contact: Code;
  readonly contactOn?: string;
  readonly direction?: Code;
  readonly port?: string;
  readonly plannedAt?: string;
  readonly stays?: readonly StayClaims[];
  readonly declaredAt: string;
  readonly country: string;
}

/** When it ends, `exp` says. A door is not told why. */
export interface StatusClaims {
  readonly scheme: Scheme;
  readonly state: Colour;
  readonly ruleId: string;
  readonly ruleVersion: number;
  readonly ground?: Code;
  readonly since?: string;
  readonly country: string;
}

/** When it ends, `exp` says. Only the travel credential, which the holder shows to the target, says what it rests on. */
export interface ConversionClaims {
  readonly nullifier?: string;
  readonly sourceScheme: Scheme;
  readonly sourceState: Colour;
  readonly sourceIssuedAt?: string;
  readonly sourceValidUntil?: string;
  readonly evidence?: readonly ConversionEvidence[];
  readonly targetScheme: Scheme;
  readonly target?: string;
  readonly port?: string;
  readonly plannedOn?: string;
  readonly ruleId: string;
  readonly mappingVersion: number;
  readonly proposedState?: Colour;
  readonly consentTextVersion?: string;
  readonly consentAt?: string;
  readonly country: string;
}

interface RegisteredClaims<Vct extends string, Facts> {
  /** The issuer's DID (`did:web:…`). */
  readonly iss: string;
  readonly vct: Vct;
  /** 128 random bits, base64url, 22 characters: the credential's handle and its salt. */
  readonly jti: string;
  /** Unix seconds, coarsened down to the hour. */
  readonly iat: number;
  readonly nbf?: number;
  readonly exp?: number;
  readonly status: { readonly status_list: { readonly idx: number; readonly uri: string } };
  /** Holder key (RFC 7800), a P-256 JWK. */
  readonly cnf?: {
    readonly jwk: { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string };
  };
  readonly profile: Profile;
  readonly subject: SubjectClaims;
  readonly facts: Facts;
}

export type VaccinationCredential = RegisteredClaims<'urn:hcl:vaccination:1', VaccinationClaims>;
export type TestCredential = RegisteredClaims<'urn:hcl:test:1', TestClaims>;
export type RecoveryCredential = RegisteredClaims<'urn:hcl:recovery:1', RecoveryClaims>;
export type ExemptionCredential = RegisteredClaims<'urn:hcl:exemption:1', ExemptionClaims>;
export type DeclarationCredential = RegisteredClaims<'urn:hcl:declaration:1', DeclarationClaims>;
export type StatusCredential = RegisteredClaims<'urn:hcl:status:1', StatusClaims>;
export type ConversionCredential = RegisteredClaims<'urn:hcl:conversion:1', ConversionClaims>;
export type CredentialClaims =
  | VaccinationCredential
  | TestCredential
  | RecoveryCredential
  | ExemptionCredential
  | DeclarationCredential
  | StatusCredential
  | ConversionCredential;

/** The protected header: nothing else may stand in it, so that nothing else can matter. */
export interface CredentialHeader {
  readonly alg: 'ES256';
  /** RFC 7638 thumbprint of the signing key, base64url, 43 characters. */
  readonly kid: string;
  readonly typ: 'dc+sd-jwt';
}
