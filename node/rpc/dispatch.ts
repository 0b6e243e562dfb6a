/**
 * JSON-RPC 2.0 over text: one call or a batch in, the answer out. Whatever comes in, an answer goes out; an error
 * that is not the caller's own is reported and answered without its details.
 *
 *     {"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]} → {"jsonrpc":"2.0","id":1,"result":"0x82026c"}
 *
 * Notifications (calls without an id) are refused: every method here is asked for its answer.
 */
import type { RpcContext, RpcMethod } from './context.ts';
import {
  isRpcError,
  RPC_INTERNAL_ERROR,
  RPC_INVALID_REQUEST,
  RPC_METHOD_NOT_FOUND,
  RPC_PARSE_ERROR,
  RPC_TOO_LARGE,
  RpcError,
} from './errors.ts';
import { parseObject } from './parameters.ts';

type Id = string | number | null;

interface Response {
  readonly jsonrpc: '2.0';
  readonly id: Id;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: string };
}

export interface Dispatcher {
  readonly context: RpcContext;
  readonly methods: ReadonlyMap<string, RpcMethod>;
  /** Told of errors that are ours. */
  readonly onError: (error: unknown) => void;
}

/** Answers the body of a request. Never throws. */
export async function answerText(dispatcher: Dispatcher, text: string): Promise<string> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refusalText(new RpcError(RPC_PARSE_ERROR, 'parse error'));
  }
  if (!Array.isArray(body)) return answerCall(dispatcher, body);
  if (body.length === 0) return refusalText(new RpcError(RPC_INVALID_REQUEST, 'empty batch'));
  const limit = dispatcher.context.limits.maxBatchCalls;
  if (body.length > limit)
    return refusalText(new RpcError(RPC_INVALID_REQUEST, `batch too large: at most ${limit}`));
  return answerBatch(dispatcher, body);
}

/** The body of an answer to a request that is refused as a whole. */
export function refusalText(error: RpcError): string {
  return JSON.stringify(failure(null, error));
}

/** Runs one method; throws `RpcError`. */
export async function callMethod(
  { context, methods, onError }: Dispatcher,
  method: string,
  params: readonly unknown[],
): Promise<unknown> {
  const run = methods.get(method);
  if (run === undefined) throw methodNotFound(method);
  try {
    return await run(context, params);
  } catch (error) {
    if (isRpcError(error)) throw error;
    onError(error);
    throw new RpcError(RPC_INTERNAL_ERROR, 'internal error');
  }
}

/** In geth's words, from which clients conclude that they have to do without. */
function methodNotFound(method: string): RpcError {
  const name = /^\w{1,64}$/.test(method) ? method : '?';
  return new RpcError(RPC_METHOD_NOT_FOUND, `the method ${name} does not exist/is not available`);
}

/**
 * Transactions start at once and in their order, so that those of one batch share a block. All else is answered one
 * after the other, so that there is one answer in memory and no thousand; those that would make the whole too long
 * are refused, as geth refuses them.
 */
async function answerBatch(dispatcher: Dispatcher, calls: readonly unknown[]): Promise<string> {
  const answers: Promise<string>[] = [];
  let length = 0;
  for (const call of calls) {
    const isTooMuch = length > dispatcher.context.limits.maxAnswerBytes;
    const answer = isTooMuch ? Promise.resolve(tooLarge(call)) : answerCall(dispatcher, call);
    answers.push(answer);
    if (!isTransaction(call)) length += (await answer).length;
  }
  return `[${(await Promise.all(answers)).join(',')}]`;
}

async function answerCall(dispatcher: Dispatcher, call: unknown): Promise<string> {
  let id: Id = null;
  try {
    const given = parseRequest(call);
    id = given.id;
    return JSON.stringify({
      jsonrpc: '2.0',
      id,
      result: await callMethod(dispatcher, given.method, given.params),
    } satisfies Response);
  } catch (error) {
    return JSON.stringify(
      failure(id, isRpcError(error) ? error : new RpcError(RPC_INTERNAL_ERROR, 'internal error')),
    );
  }
}

function isTransaction(call: unknown): boolean {
  return requestOrNone(call)?.method === 'eth_sendRawTransaction';
}

function tooLarge(call: unknown): string {
  const id = requestOrNone(call)?.id ?? null;
  return JSON.stringify(failure(id, new RpcError(RPC_TOO_LARGE, 'response too large')));
}

function requestOrNone(call: unknown): ReturnType<typeof parseRequest> | undefined {
  try {
    return parseRequest(call);
  } catch {
    return undefined;
  }
}

function parseRequest(call: unknown): { id: Id; method: string; params: readonly unknown[] } {
  try {
    const { jsonrpc, id, method, params } = parseObject(call, 'request');
    const hasId = typeof id === 'string' || typeof id === 'number' || id === null;
    if (
      jsonrpc === '2.0' &&
      hasId &&
      typeof method === 'string' &&
      (params === undefined || Array.isArray(params))
    ) {
      return { id, method, params: params ?? [] };
    }
  } catch {
    // Worded below.
  }
  throw new RpcError(RPC_INVALID_REQUEST, 'invalid request');
}

function failure(id: Id, { rpcCode, message, data }: RpcError): Response {
  return { jsonrpc: '2.0', id, error: { code: rpcCode, message, ...(data !== undefined && { data }) } };
}
