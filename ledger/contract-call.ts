/** Reads a contract's view functions. */
import type { Interface, Result } from 'ethers';
import type { Hex } from '../core/trust/ledger-event.ts';
import { LedgerError } from './errors.ts';
import type { LedgerRpc } from './rpc.ts';
import { parseData } from './rpc-values.ts';

export interface ViewCall {
  readonly abi: Interface;
  readonly address: Hex;
  readonly name: string;
  readonly values: readonly unknown[];
}

/** What the function returns now; throws `LEDGER_REVERTED`, `LEDGER_BAD_REPLY` and as `LedgerRpc.request`. */
export async function readContract(rpc: LedgerRpc, call: ViewCall): Promise<Result> {
  const data = call.abi.encodeFunctionData(call.name, call.values);
  const returned = parseData(
    await rpc.request('eth_call', [{ to: call.address, data }, 'latest']),
    call.name,
  );
  try {
    return call.abi.decodeFunctionResult(call.name, returned);
  } catch (cause) {
    throw new LedgerError('LEDGER_BAD_REPLY', `what ${call.name} returned is not of its type`, { cause });
  }
}
