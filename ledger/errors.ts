/**
 * What can go wrong between us and a ledger. Whether asking again may help is a property of the code
 * (`retryable`), which loops read instead of guessing.
 */
import { HclError } from '../core/errors.ts';

/** No answer, or one that cannot be trusted: the same question, asked again or elsewhere, may be answered. */
const RETRYABLE_CODES = [
  /** No connection, no reply in time, or a server error: what was asked may have happened. */
  'LEDGER_UNREACHABLE',
  /** The reply is not JSON-RPC, or a value in it is not of the kind asked for. */
  'LEDGER_BAD_REPLY',
  /** A transaction was handed over and nothing is known about it yet. */
  'LEDGER_FATE_UNKNOWN',
  /** A header does not hash to its block hash, does not follow the one before, or has no sealer's seal. */
  'LEDGER_HEADER_INVALID',
  /** The receipts given for a block are not the ones its header commits to. */
  'LEDGER_RECEIPTS_MISMATCH',
] as const;

/** These stay as they are until someone acts. */
const FATAL_CODES = [
  /** The endpoint understood and said no; `rpcCode` tells how. */
  'LEDGER_RPC_REFUSED',
  /** A contract said no; `revert` names its custom error. */
  'LEDGER_REVERTED',
  'LEDGER_DEPLOYMENT_INVALID',
  'LEDGER_WRONG_CHAIN',
  'LEDGER_WRONG_GENESIS',
  'LEDGER_CODE_CHANGED',
  /** A log of one of our contracts that is none of the events we know. */
  'LEDGER_UNKNOWN_EVENT',
  /** A finalised block that we hold is not on the endpoint's chain. */
  'LEDGER_REORGED',
  /** The endpoint's chain is shorter than what we hold, and not the beginning of it: it was begun anew. */
  'LEDGER_CHAIN_RESET',
  /** Two endpoints hold different finalised blocks of one number. */
  'LEDGER_SPLIT_VIEW',
  /** The replica's store was written by another version, or the state to go on from is none of its own. */
  'LEDGER_STORE_INVALID',
  'LEDGER_CLOSED',
  /** The trust list has no such key or account of this issuer. */
  'LEDGER_NOT_REGISTERED',
] as const;

export type LedgerErrorCode = (typeof RETRYABLE_CODES)[number] | (typeof FATAL_CODES)[number];

/** A custom error of a contract: `{ name: 'BatchAnchorWrongSequence', args: ['3', '2'] }`. */
export interface Revert {
  readonly name: string;
  readonly args: readonly string[];
}

export interface LedgerErrorOptions extends ErrorOptions {
  readonly revert?: Revert;
  readonly rpcCode?: number;
}

export class LedgerError extends HclError<LedgerErrorCode> {
  readonly retryable: boolean;
  /** Set with `LEDGER_REVERTED`. */
  readonly revert: Revert | undefined;
  /** Set with `LEDGER_RPC_REFUSED`: the JSON-RPC error code. */
  readonly rpcCode: number | undefined;

  constructor(code: LedgerErrorCode, message: string, options: LedgerErrorOptions = {}) {
    super(code, message, options);
    this.retryable = (RETRYABLE_CODES as readonly string[]).includes(code);
    this.revert = options.revert;
    this.rpcCode = options.rpcCode;
  }
}

/** Said by an endpoint about itself. */
const REFUSALS: readonly LedgerErrorCode[] = ['LEDGER_RPC_REFUSED', 'LEDGER_REVERTED'];
/** Said by an endpoint about its chain, and no signature vouches for it. */
const CLAIMS: readonly LedgerErrorCode[] = [
  'LEDGER_WRONG_CHAIN',
  'LEDGER_WRONG_GENESIS',
  'LEDGER_CODE_CHANGED',
];

/** Whether the endpoint gave nothing that can be used, and another one may. */
export function isNoAnswer(error: unknown): error is LedgerError {
  return error instanceof LedgerError && (error.retryable || REFUSALS.includes(error.code));
}

/** Whether the error is the endpoint's word alone, which must not stop the reading of others. */
export function isWordOfOne(error: unknown): error is LedgerError {
  return isNoAnswer(error) || (error instanceof LedgerError && CLAIMS.includes(error.code));
}

/** Whether `error` is one that asking again may cure. */
export function isRetryable(error: unknown): boolean {
  return error instanceof LedgerError && error.retryable;
}
