/** Reads a contract's view functions. */
import type { Interface, Result } from 'ethers';
import type { Hex } from '../core/trust/ledger-event.ts';
import { LedgerError } from './errors.ts';
import type { LedgerRpc, RpcCall } from './rpc.ts';
import { parseData } from './rpc-values.ts';

export interface ViewCall {
  readonly abi: Interface;
  readonly address: Hex;
  readonly name: string;
  readonly values: readonly unknown[];
}

/** What the function returns now; throws `LEDGER_REVERTED`, `LEDGER_BAD_REPLY` and as `LedgerRpc.request`. */
export async function readContract(rpc: LedgerRpc, call: ViewCall): Promise<Result> {
  const { method, params } = toRequest(call);
  return toResult(call, await rpc.request(method, params));
}

/** As {@link readContract}, of up to 1,000 calls in one round trip; the results are in the order of the calls. */
export async function readContracts(rpc: LedgerRpc, calls: readonly ViewCall[]): Promise<readonly Result[]> {
  const replies = await rpc.batch(calls.map(toRequest));
  return calls.map((call, i) => toResult(call, replies[i]));
}

function toRequest({ abi, address, name, values }: ViewCall): RpcCall {
  const data = abi.encodeFunctionData(name, values);
  return { method: 'eth_call', params: [{ to: address, data }, 'latest'] };
}

function toResult({ abi, name }: ViewCall, reply: unknown): Result {
  try {
    return abi.decodeFunctionResult(name, parseData(reply, name));
  } catch (cause) {
    if (cause instanceof LedgerError) throw cause;
    throw new LedgerError('LEDGER_BAD_REPLY', `what ${name} returned is not of its type`, { cause });
  }
}
