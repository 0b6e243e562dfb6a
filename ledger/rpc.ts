/**
 * JSON-RPC 2.0 over HTTP, as Ethereum's execution API speaks it.
 *
 * Ours and not a provider of ethers, because a lost answer, a refusal and a garbled reply must stay three
 * different things here: the sender and the replica decide by them what to do next.
 */
import { readBoundedText } from './bounded-text.ts';
import { LedgerError } from './errors.ts';
import { toRevert } from './revert.ts';
import { parseObject } from './rpc-values.ts';

export interface LedgerRpcOptions {
  readonly url: string;
  /** From sending a request to having read its reply; default 10,000. */
  readonly timeoutMs?: number;
  /** The longest reply that is read; default 128 MiB: the receipts of a block full of logs are some 100. */
  readonly maxReplyBytes?: number;
}

export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_REPLY_BYTES = 128 * 1024 * 1024;
/** "Execution reverted", with or without return data (execution-apis). */
const RPC_REVERTED = 3;

/** One endpoint. Any number of requests may be under way at once; disposing aborts them. */
export class LedgerRpc implements Disposable {
  readonly url: string;
  readonly #timeoutMs: number;
  readonly #maxReplyBytes: number;
  readonly #closing = new AbortController();
  #lastId = 0;

  constructor(options: LedgerRpcOptions) {
    this.url = options.url;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#maxReplyBytes = options.maxReplyBytes ?? DEFAULT_MAX_REPLY_BYTES;
  }

  /**
   * The `result` of one call, not yet parsed.
   *
   * Throws `LEDGER_UNREACHABLE` or `LEDGER_BAD_REPLY` (it may have been carried out), `LEDGER_REVERTED`,
   * `LEDGER_RPC_REFUSED`, `LEDGER_CLOSED`.
   */
  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    const id = ++this.#lastId;
    return toResult(await this.#post({ jsonrpc: '2.0', id, method, params }), id);
  }

  /** The results of several calls in one round trip, in the order of the calls; throws as `request` does. */
  async batch(calls: readonly RpcCall[]): Promise<readonly unknown[]> {
    if (calls.length === 0) return [];
    const requests = calls.map((call) => ({ jsonrpc: '2.0', id: ++this.#lastId, ...call }));
    const reply = await this.#post(requests);
    if (!Array.isArray(reply)) return [toResult(reply, undefined)]; // an error about the batch as a whole
    const byId = new Map(reply.map((answer) => [parseObject(answer, 'an answer')['id'], answer]));
    return requests.map(({ id }) => toResult(byId.get(id), id));
  }

  [Symbol.dispose](): void {
    this.#closing.abort();
  }

  async #post(body: unknown): Promise<unknown> {
    const { status, text } = await this.#exchange(JSON.stringify(body));
    if (text === undefined) throw garbled('is too long');
    try {
      return JSON.parse(text);
    } catch {
      if (status >= 500)
        throw new LedgerError('LEDGER_UNREACHABLE', `the ledger answers with HTTP ${status}`);
      throw garbled('is not JSON');
    }
  }

  /** No redirect is followed: an endpoint must not send us to others. */
  async #exchange(body: string): Promise<{ status: number; text: string | undefined }> {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.#timeoutMs)]);
    try {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(this.url, { method: 'POST', headers, body, signal, redirect: 'error' });
      return { status: response.status, text: await readBoundedText(response, this.#maxReplyBytes) };
    } catch (cause) {
      if (this.#closing.signal.aborted)
        throw new LedgerError('LEDGER_CLOSED', 'the connection was closed by us');
      throw new LedgerError('LEDGER_UNREACHABLE', 'no reply from the ledger', { cause });
    }
  }
}

/** `id` is undefined for an answer that can only be an error. */
function toResult(answer: unknown, id: number | undefined): unknown {
  const { error, result, id: answered } = parseObject(answer, 'an answer');
  if (error !== undefined && error !== null) throw toError(parseObject(error, 'an error'));
  if (id === undefined || answered !== id) throw garbled('answers another call');
  if (result === undefined) throw garbled('has neither result nor error');
  return result;
}

function toError(error: Readonly<Record<string, unknown>>): LedgerError {
  const { code, message, data } = error;
  const rpcCode = typeof code === 'number' ? code : -32_603;
  const revert = toRevert(data) ?? (rpcCode === RPC_REVERTED ? { name: 'Unknown', args: [] } : undefined);
  if (revert !== undefined) {
    return new LedgerError('LEDGER_REVERTED', `the contract refuses: ${revert.name}`, { revert, rpcCode });
  }
  return new LedgerError(
    'LEDGER_RPC_REFUSED',
    `the ledger refuses (${rpcCode}): ${String(message).slice(0, 200)}`,
    {
      rpcCode,
    },
  );
}

function garbled(how: string): LedgerError {
  return new LedgerError('LEDGER_BAD_REPLY', `the reply of the ledger ${how}`);
}
