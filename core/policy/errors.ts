/** Errors of `core/policy`: rules and policies that are not what their form allows. Messages name fields and operators, never facts. */
import { HclError } from '../errors.ts';

export type PolicyErrorCode =
  | 'POLICY_NOT_JSON'
  | 'POLICY_TOO_LARGE'
  | 'POLICY_FIELD'
  | 'POLICY_EXPRESSION_INVALID'
  | 'POLICY_EXPRESSION_TOO_LARGE'
  | 'POLICY_EXPRESSION_TOO_COSTLY'
  | 'POLICY_PATH_FORBIDDEN'
  | 'POLICY_NOT_UNIQUE'
  /** A file that is named cannot be read. */
  | 'POLICY_FILE_UNREADABLE'
  /** Neither a policy by name nor a file. */
  | 'POLICY_UNKNOWN'
  /** The ledger has another content in force under this id. */
  | 'POLICY_OTHER_THAN_REGISTERED'
  /** A checkpoint's settings, or what a request asks of them. */
  | 'POLICY_SETTINGS';

export class PolicyError extends HclError<PolicyErrorCode> {}
