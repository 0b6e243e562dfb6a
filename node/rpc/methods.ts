/** The method allowlist: what is not in this table does not exist. */
import { blockMethods } from './blocks.ts';
import type { RpcMethod } from './context.ts';
import { logMethods } from './logs.ts';
import { networkMethods } from './network.ts';
import { stateMethods } from './state.ts';
import { transactionMethods } from './transactions.ts';

const ALL_METHODS: ReadonlyMap<string, RpcMethod> = new Map(
  [networkMethods, blockMethods, transactionMethods, stateMethods, logMethods].flatMap((group) =>
    Object.entries(group),
  ),
);

/** All methods, or those of them that `allowed` names. */
export function selectMethods(allowed: readonly string[] | undefined): ReadonlyMap<string, RpcMethod> {
  if (allowed === undefined) return ALL_METHODS;
  return new Map(Array.from(ALL_METHODS).filter(([name]) => allowed.includes(name)));
}
