/**
 * Whether a code of another system may be issued again here. It is judged as at a checkpoint, against the issuer's pinned
 * signers, and taken over only when nothing is wrong. Where it could not be confirmed, or the code itself has ended, an
 * officer may state that the document was seen: then that is what the record says it rests on. Bad evidence is never
 * taken: a wrong signature, a revocation, another person.
 */
import type { Crypto } from '../../core/crypto.ts';
import type { ForeignTrust } from '../../core/foreign/foreign-trust.ts';
import type { ForeignSubject } from '../../core/foreign/foreign-record.ts';
import {
  matchIdentity,
  type IdentityMatch,
  type PresentedIdentity,
} from '../../core/record/identity-match.ts';
import { isPartialDate } from '../../core/record/calendar.ts';
import type { Code, Subject } from '../../core/record/record.ts';
import { StatusLists } from '../../core/status/accepted-lists.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { defaultPolicy } from '../../core/verify/policy.ts';
import type { ReasonCode } from '../../core/verify/reasons.ts';
import { reasonsOf } from '../../core/verify/steps/identity.ts';
import type { ForeignFacts } from '../../core/verify/verdict.ts';
import { verifyCode } from '../../core/verify/verify.ts';
import { IssuerError } from '../errors.ts';

export interface ImportToJudge {
  readonly code: string;
  /** The person as on the document in hand. */
  readonly subject: Pick<Subject, 'nameEn' | 'nameZh' | 'dob' | 'docType' | 'docNumber'>;
  /** An officer has seen the document that the code is on, and takes it for genuine. */
  readonly isDocumentSeen: boolean;
}

export interface JudgedImport extends ForeignFacts {
  /** Name of the system. */
  readonly format: string;
  /** `hcl|foreign-code`, `hcl|foreign-document`. */
  readonly origin: Code;
  readonly signer?: { readonly name: string; readonly country?: string };
  /** What an officer's word stood in for. */
  readonly overruled: readonly ReasonCode[];
}

export interface JudgeDependencies {
  readonly crypto: Crypto;
  readonly nowSeconds: number;
  readonly foreignTrust: ForeignTrust;
}

/** What could not be decided here, or was good once: a person may decide it. */
const DECIDED_BY_OFFICER: ReadonlySet<ReasonCode> = new Set([
  'TRUST_LIST_MISSING',
  'TRUST_LIST_STALE',
  'SIGNER_UNKNOWN',
  'SIGNER_NOT_CERTIFIED',
  'ALGORITHM_NOT_SUPPORTED',
  'STATUS_UNKNOWN',
  'STATUS_STALE',
  'EXPIRED',
]);

/** Throws `IMPORT_REFUSED`, whose message has the reason codes. */
export async function judgeImport(
  { code, subject, isDocumentSeen }: ImportToJudge,
  { crypto, nowSeconds, foreignTrust }: JudgeDependencies,
): Promise<JudgedImport> {
  const { reasons, validity, evidence } = await verifyCode(code, {
    crypto,
    state: new LedgerState(),
    statusLists: StatusLists.empty,
    nowSeconds,
    policy: defaultPolicy,
    foreignTrust,
  });
  const { foreign, format } = evidence;
  const isClean = validity === 'valid' && reasons.length === 0;
  const isOverruled = isDocumentSeen && reasons.every((reason) => DECIDED_BY_OFFICER.has(reason));
  if (foreign === undefined || format === undefined || !(isClean || isOverruled)) throw refused(reasons);
  const facts = foreign.facts ?? foreign.unverified;
  if (facts === undefined || facts.records.length === 0) throw refused(['CONTENT_NOT_SUPPORTED']);
  refuseOtherPerson(facts, subject);
  const { signer } = foreign;
  return {
    ...facts,
    format,
    origin: isClean ? 'hcl|foreign-code' : 'hcl|foreign-document',
    ...(signer === undefined ? {} : { signer }),
    overruled: reasons,
  };
}

/** Near is enough: most systems name no document, and the officer who asks has compared the person. */
function refuseOtherPerson({ records }: ForeignFacts, subject: ImportToJudge['subject']): void {
  for (const record of records) {
    const { result } = likest(record.subject, presentedOf(subject));
    if (result !== 'match' && result !== 'near') throw refused(reasonsOf({ result }));
  }
}

/** A code may write the name in two ways, as printed and as in a machine-readable zone. */
function likest(shown: ForeignSubject, presented: PresentedIdentity): IdentityMatch {
  const { docNumber = '', docType, dob, nameEn, nameMrz, nameZh } = shown;
  const common = {
    doc: docNumber,
    // Of which document the number is, other systems do not say.
    ...(docNumber === '' ? {} : { docType: docType ?? ('OTHER' as const) }),
    ...(dob === undefined || !isPartialDate(dob) ? {} : { dob }),
    ...(nameZh === undefined ? {} : { nameZh }),
  };
  const matches = [nameEn, nameMrz].map((name) =>
    matchIdentity({ ...common, ...(name === undefined ? {} : { nameEn: name }) }, presented),
  );
  // There are two.
  return matches.find(({ result }) => result === 'match' || result === 'near') ?? matches[0]!;
}

function presentedOf({
  nameEn,
  nameZh,
  dob,
  docType,
  docNumber,
}: ImportToJudge['subject']): PresentedIdentity {
  const name = nameEn ?? nameZh;
  return {
    ...(name === undefined ? {} : { name }),
    // What the document does not know: `1980` → `1980-??-??`.
    birth: dob + '0000-??-??'.slice(dob.length),
    documentNumber: docNumber,
    documentType: docType,
  };
}

export function refused(reasons: readonly ReasonCode[]): IssuerError {
  return new IssuerError(
    'IMPORT_REFUSED',
    reasons.length === 0 ? 'not a code of another system' : reasons.join(', '),
  );
}
