/** Return data of a failed call → the custom error it names. */
import { ledgerErrorsAbi } from './abi.ts';
import type { Revert } from './errors.ts';

/**
 * The revert that the `data` member of a JSON-RPC error carries: return data as hex (execution-apis), or an
 * object that holds it (Hardhat). `undefined` when there is none; an error we have no name for is
 * `Unknown` with its selector.
 */
export function toRevert(data: unknown): Revert | undefined {
  const returned = typeof data === 'object' && data !== null && 'data' in data ? data.data : data;
  if (typeof returned !== 'string' || !/^0x[0-9a-f]{8}/i.test(returned)) return undefined;
  try {
    const error = ledgerErrorsAbi.parseError(returned);
    if (error !== null) return { name: error.name, args: error.args.map(String) };
  } catch {
    // a known selector with arguments that are not its own: as good as unknown
  }
  return { name: 'Unknown', args: [returned.slice(0, 10)] };
}
