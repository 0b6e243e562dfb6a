/**
 * Errors of the JSON-RPC surface, with the codes of JSON-RPC 2.0 §5.1, EIP-1474 and the execution APIs. Messages of
 * refused transactions are geth's, because clients recognise them by their words.
 */
import { HclError } from '../../core/errors.ts';

export const RPC_PARSE_ERROR = -32700;
export const RPC_INVALID_REQUEST = -32600;
export const RPC_METHOD_NOT_FOUND = -32601;
export const RPC_INVALID_PARAMS = -32602;
export const RPC_INTERNAL_ERROR = -32603;
/** EIP-1474's "invalid input", geth's code for everything that a transaction or call does wrong. */
export const RPC_SERVER_ERROR = -32000;
/** geth's code for a batch whose answers are too long together. */
export const RPC_TOO_LARGE = -32003;
export const RPC_LIMIT_EXCEEDED = -32005;
/** Besu's code for a sender that is not on the account allowlist. */
export const RPC_SENDER_NOT_PERMITTED = -32007;
/** Execution APIs: the call reverted, `data` is what it returned. */
export const RPC_EXECUTION_REVERTED = 3;

/** What a caller gets instead of a result. */
export class RpcError extends HclError<'NODE_RPC_REFUSED'> {
  readonly rpcCode: number;
  /** Further data for the client, hex for a revert. */
  readonly data: string | undefined;

  constructor(rpcCode: number, message: string, data?: string) {
    super('NODE_RPC_REFUSED', message);
    this.rpcCode = rpcCode;
    this.data = data;
  }
}

export function invalidParams(message: string): RpcError {
  return new RpcError(RPC_INVALID_PARAMS, message);
}

export function refused(message: string): RpcError {
  return new RpcError(RPC_SERVER_ERROR, message);
}

/** Whether clients that know nothing of this project should be given the error's own words. */
export function isRpcError(error: unknown): error is RpcError {
  return error instanceof RpcError;
}
