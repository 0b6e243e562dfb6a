/** What an audit stumbles over before it can compare anything. Differences are findings, not errors. */
import { HclError } from '../core/errors.ts';

export type AuditErrorCode =
  | 'AUDIT_BATCH_MALFORMED'
  | 'AUDIT_STATUS_MALFORMED'
  | 'AUDIT_ACTS_MALFORMED'
  | 'AUDIT_COLOURS_MALFORMED'
  | 'AUDIT_CONVERSIONS_MALFORMED';

export class AuditError extends HclError<AuditErrorCode> {}
