/**
 * The forms of a payload: for each type of credential its members, and what each may say. Whether the facts make
 * sense together is the issuer's business (`core/record/rules.ts`); here it matters that two readers of the same
 * bytes see the same thing.
 */
import {
  list,
  natural,
  object,
  oneOf,
  optional,
  text,
  type Members,
  type Reader,
} from '../bytes/canonical-reader.ts';
import { COLOURS, SCHEMES, type ConversionEvidence } from '../record/derived.ts';
import { DOCUMENT_TYPES } from '../record/documents.ts';
import type { Code, Sex } from '../record/record.ts';
import type {
  ConversionCredential,
  CredentialClaims,
  DeclarationCredential,
  ExemptionCredential,
  LinkedDocumentClaims,
  RecoveryCredential,
  StatusCredential,
  StayClaims,
  SubjectClaims,
  TestCredential,
  VaccinationCredential,
} from './claims.ts';

type StatusClaim = CredentialClaims['status'];
type ConfirmationClaim = NonNullable<CredentialClaims['cnf']>;
type Registered = Omit<CredentialClaims, 'vct' | 'facts'>;

/** The last second of the year 9999. */
const MAX_SECONDS = 253_402_300_799;
/** Longest list; what an issuer puts into one is its business. */
const MAX_ITEMS = 32;
const SEXES: readonly Sex[] = ['F', 'M', 'X', 'U'];

const anything = text();
const seconds = natural({ max: MAX_SECONDS });
const count = natural({ min: 1, max: 99 });
const code = text<Code>(/^[a-z0-9]+\|[^|]+$/);
const country = text(/^[A-Z]{2}$/);
const did = text(/^did:web:[A-Za-z0-9._:%-]+$/);
const day = text(/^\d{4}-\d{2}-\d{2}$/);
const instant = text(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/);
const codes = list(code, { min: 1, max: MAX_ITEMS });
const coordinate = text(/^[A-Za-z0-9_-]{43}$/);

const registered: Members<Registered> = {
  iss: did,
  // 128 bits: the last character has four bits that are zero.
  jti: text(/^[A-Za-z0-9_-]{21}[AQgw]$/),
  iat: natural({ max: MAX_SECONDS, multipleOf: 3600 }),
  nbf: optional(seconds),
  exp: optional(seconds),
  status: object<StatusClaim>({
    status_list: object<StatusClaim['status_list']>({ idx: natural({ max: 0xffff_ffff }), uri: anything }),
  }),
  cnf: optional(
    object<ConfirmationClaim>({
      jwk: object<ConfirmationClaim['jwk']>({
        kty: oneOf(['EC']),
        crv: oneOf(['P-256']),
        x: coordinate,
        y: coordinate,
      }),
    }),
  ),
  profile: oneOf(['venue', 'travel']),
  subject: object<SubjectClaims>({
    nameEn: optional(anything),
    nameZh: optional(anything),
    dob: optional(text(/^\d{4}(-\d{2}(-\d{2})?)?$/)),
    sex: optional(oneOf(SEXES)),
    docType: optional(oneOf(DOCUMENT_TYPES)),
    doc: anything,
    docIssuer: optional(country),
    linked: optional(
      list(
        object<LinkedDocumentClaims>({ docType: oneOf(DOCUMENT_TYPES), doc: anything, docIssuer: country }),
        { min: 1, max: MAX_ITEMS },
      ),
    ),
  }),
};

const readVaccination = object<VaccinationCredential>({
  ...registered,
  vct: oneOf(['urn:hcl:vaccination:1']),
  facts: object<VaccinationCredential['facts']>({
    disease: code,
    product: code,
    prophylaxis: optional(code),
    manufacturer: optional(code),
    doseNumber: count,
    seriesDoses: optional(count),
    date: day,
    lot: optional(anything),
    centre: optional(anything),
    origin: optional(code),
    country,
  }),
});

const readTest = object<TestCredential>({
  ...registered,
  vct: oneOf(['urn:hcl:test:1']),
  facts: object<TestCredential['facts']>({
    disease: code,
    method: code,
    result: code,
    specimen: optional(code),
    kit: optional(anything),
    collectedAt: instant,
    reportedAt: optional(instant),
    laboratory: optional(anything),
    origin: optional(code),
    country,
  }),
});

const readRecovery = object<RecoveryCredential>({
  ...registered,
  vct: oneOf(['urn:hcl:recovery:1']),
  facts: object<RecoveryCredential['facts']>({
    disease: code,
    firstPositiveOn: day,
    recoveredOn: optional(day),
    basis: optional(code),
    origin: optional(code),
    country,
  }),
});

const readExemption = object<ExemptionCredential>({
  ...registered,
  vct: oneOf(['urn:hcl:exemption:1']),
  facts: object<ExemptionCredential['facts']>({
    disease: code,
    scope: optional(codes),
    assessedOn: optional(day),
    country,
  }),
});

const readDeclaration = object<DeclarationCredential>({
  ...registered,
  vct: oneOf(['urn:hcl:declaration:1']),
  facts: object<DeclarationCredential['facts']>({
    symptoms: codes,
    contact: code,
    contactOn: optional(day),
    direction: optional(code),
    port: optional(anything),
    plannedAt: optional(instant),
    stays: optional(
      list(object<StayClaims>({ country, region: optional(text(/^\d{6}$/)), from: day, to: day }), {
        min: 1,
        max: MAX_ITEMS,
      }),
    ),
    declaredAt: instant,
    country,
  }),
});

const ruleId = text(/^[a-z0-9][a-z0-9.-]*$/);
const ruleVersion = natural({ min: 1, max: 9999 });

const readStatus = object<StatusCredential>({
  ...registered,
  vct: oneOf(['urn:hcl:status:1']),
  facts: object<StatusCredential['facts']>({
    scheme: oneOf(SCHEMES),
    state: oneOf(COLOURS),
    ruleId,
    ruleVersion,
    ground: optional(code),
    since: optional(instant),
    country,
  }),
});

const readConversion = object<ConversionCredential>({
  ...registered,
  vct: oneOf(['urn:hcl:conversion:1']),
  facts: object<ConversionCredential['facts']>({
    nullifier: optional(text(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/)),
    sourceScheme: oneOf(SCHEMES),
    sourceState: oneOf(COLOURS),
    sourceIssuedAt: optional(instant),
    sourceValidUntil: optional(instant),
    evidence: optional(
      list(
        object<ConversionEvidence>({
          type: oneOf(['vaccination', 'test', 'recovery', 'exemption', 'declaration']),
          class: text(/^[a-z0-9-]+$/),
          collectedAt: instant,
          issuer: optional(did),
        }),
        { min: 1, max: MAX_ITEMS },
      ),
    ),
    targetScheme: oneOf(SCHEMES),
    target: optional(did),
    port: optional(anything),
    plannedOn: optional(day),
    ruleId,
    mappingVersion: ruleVersion,
    proposedState: optional(oneOf(COLOURS)),
    consentTextVersion: optional(anything),
    consentAt: optional(instant),
    country,
  }),
});

/** The reader for a `vct`, `undefined` when this version knows no such type. */
export const CLAIMS_READERS: ReadonlyMap<string, Reader<CredentialClaims>> = new Map<
  string,
  Reader<CredentialClaims>
>([
  ['urn:hcl:vaccination:1', readVaccination],
  ['urn:hcl:test:1', readTest],
  ['urn:hcl:recovery:1', readRecovery],
  ['urn:hcl:exemption:1', readExemption],
  ['urn:hcl:declaration:1', readDeclaration],
  ['urn:hcl:status:1', readStatus],
  ['urn:hcl:conversion:1', readConversion],
]);
