/** Errors of the issuer and how HTTP answers them. */
import { HclError } from '../core/errors.ts';
import type { ProblemSpec } from '../service/problems.ts';

const PROBLEMS = {
  CREDENTIAL_NOT_FOUND: { status: 404, title: 'There is no such credential' },
  RECORD_NOT_FOUND: { status: 404, title: 'There is no such record' },
  BATCH_NOT_FOUND: { status: 404, title: 'There is no such anchored batch' },
  STATUS_LIST_NOT_FOUND: { status: 404, title: 'There is no such status list' },
  REVOCATION_LIST_NOT_FOUND: { status: 404, title: 'There is no such revocation list' },
  CREDENTIAL_NOT_RELEASED: { status: 409, title: 'The credential is not anchored yet' },
  RECORDS_MEDIA_TYPE: { status: 415, title: 'Send JSON, CSV or a FHIR R4 bundle' },
  RECORDS_TOO_LARGE: { status: 413, title: 'The file is too large' },
  ISSUER_HALTED: { status: 503, title: 'The issuer has stopped itself' },
  ISSUER_BUSY: { status: 503, title: 'Too much is waiting, try again' },
  STATUS_NOT_PUBLISHED: { status: 503, title: 'No status version is anchored yet' },
  ISSUER_SIGNING_FAILED: { status: 503, title: 'The signing key cannot be used' },
  ISSUER_OVER_BUDGET: { status: 403, title: 'The issuing budget is used up' },
  RECORDS_CUT_SHORT: { status: 400, title: 'The file broke off before its end' },
  IDEMPOTENCY_KEY_INVALID: { status: 400, title: 'This is no idempotency key' },
  IDEMPOTENCY_KEY_REUSED: { status: 409, title: 'The idempotency key was used for something else' },
  IDEMPOTENCY_KEY_BUSY: { status: 409, title: 'Too many requests wait for this idempotency key' },
  RECEIPT_INVALID: { status: 400, title: 'This is no receipt' },
  RECORD_NO_FHIR_FORM: { status: 404, title: 'There is no FHIR form of this record' },
  ERASURE_NOT_FOUND: { status: 404, title: 'No record of this id was erased' },
  RECORD_HELD: { status: 409, title: 'A legal hold stands on the record' },
  HOLD_NOT_FOUND: { status: 404, title: 'No such hold stands on the record' },
  ACT_INVALID: { status: 400, title: 'The act is not one that can be done' },
  ACT_NOT_FOUND: { status: 404, title: 'There is no such act' },
  ACT_BATCH_NOT_FOUND: { status: 404, title: 'There is no such batch of acts' },
  ACT_SELECTS_NOTHING: { status: 409, title: 'The act would concern nothing' },
  ACT_TOO_LARGE: { status: 409, title: 'The act would concern too much' },
  ACT_NOT_IN_FORCE: { status: 409, title: 'The act it refers to is not approved' },
  ACT_NOT_PROPOSED: { status: 409, title: 'The act waits for no approval' },
  ACT_REQUEST_REUSED: { status: 409, title: 'The idempotency key belongs to another request' },
  ACT_BATCH_OPEN: { status: 409, title: 'Another batch of acts collects approvals' },
  ACT_APPROVAL_INVALID: { status: 403, title: 'This is no approval of the batch' },
  ACT_NOT_APPROVER: { status: 403, title: 'Not somebody whose approval counts' },
  ACT_APPROVERS_NOT_DISTINCT: { status: 403, title: 'Two people approve, and neither is the issuer service' },
  IMPORT_REFUSED: { status: 422, title: 'The code of elsewhere is not taken over' },
  CREDENTIAL_NOT_VALID: { status: 409, title: 'The record does not hold now' },
  FOREIGN_NOT_SET_UP: { status: 409, title: 'The issuer is not set up for codes of this system' },
  HEALTH_PERSON_UNKNOWN: { status: 404, title: 'Nothing is known of this person' },
  HEALTH_POLICY_NOT_IN_FORCE: { status: 409, title: 'No health policy of this scheme is in force' },
  HEALTH_SCHEME_ELSEWHERE: { status: 409, title: 'The scheme is not one of this jurisdiction' },
  HEALTH_UNDECIDED: { status: 409, title: 'The facts do not decide the colour: a person must rule' },
  HEALTH_CODE_ENDED: { status: 409, title: 'The code would be over already' },
  HEALTH_FILE_TOUCHED: { status: 409, title: 'The health file is not what it must be' },
  HEALTH_IDENTITY_INVALID: { status: 422, title: 'The person or document is not one that intake takes' },
  HEALTH_PERSON_SPLIT: { status: 409, title: 'The documents lead to health files that cannot be one' },
  HEALTH_OTHER_PERSON: { status: 409, title: 'The health file is of another person' },
  HEALTH_COLOUR_DIFFERS: { status: 409, title: 'The colour is another one now' },
  HEALTH_CODES_TOO_MANY: { status: 429, title: 'Too many codes of one person are valid' },
  RECORD_GIVES_COLOUR: { status: 409, title: 'A health code rests on the record' },
  HEALTH_RULING_INVALID: { status: 400, title: 'The ruling is not one that can be made' },
  ORDER_INVALID: { status: 400, title: 'The order is not one that can be made' },
  ORDER_NOT_FOUND: { status: 404, title: 'There is no such order' },
  ORDER_DIFFERS: { status: 409, title: 'Another order of this number is there' },
  ORDER_ENDED: { status: 409, title: 'The order holds no more' },
  COLOUR_CHANGE_MISSING: { status: 409, title: 'No recorded change gives this colour' },
  CORRECTION_CHANGES_NOTHING: { status: 409, title: 'The corrected record says the same' },
} as const;

/** Codes that requests can meet; the others never leave the process. */
export const ISSUER_PROBLEMS: Readonly<Record<keyof typeof PROBLEMS, ProblemSpec>> = PROBLEMS;

/** Codes that end the process: someone must look before it may go on. */
type FatalCode =
  /** The ledger holds something else at a place where this store says what must be there. */
  | 'ISSUER_LEDGER_CONFLICT'
  /** The ledger knows more of this issuer than its store: an old backup, or a second writer. */
  | 'ISSUER_STORE_BEHIND'
  | 'ISSUER_STORE_OF_ANOTHER'
  | 'ISSUER_SECRET_INVALID'
  /** The store's values live under an epoch whose key is gone: an old copy of the store, or a lost key folder. */
  | 'ISSUER_EPOCH_LOST';

export class IssuerError extends HclError<keyof typeof PROBLEMS | FatalCode> {}
