/** What the methods of the JSON-RPC surface work on. */
import type { Allowlist } from '../allowlist.ts';
import type { SealedBlock } from '../block.ts';
import type { ChainRules } from '../chain-rules.ts';
import type { ChainStore } from '../chain-store.ts';
import type { NodeLimits } from '../options.ts';
import type { TransactionPool } from '../pool.ts';
import type { Sealer } from '../sealer.ts';
import type { Simulator } from '../simulator.ts';
import type { StateReader } from '../state-reader.ts';

export interface RpcContext {
  readonly rules: ChainRules;
  readonly store: ChainStore;
  readonly pool: TransactionPool;
  readonly sealer: Sealer;
  readonly states: StateReader;
  readonly simulator: Simulator;
  readonly allowlist: Allowlist;
  readonly limits: NodeLimits;
  /** Whether a sent transaction is answered after its block, which makes waiting for receipts unnecessary. */
  readonly answersAfterSealing: boolean;
  /** The last acknowledged block. */
  readonly head: () => SealedBlock;
}

/** One method: parameters as they came, unchecked. Throws `RpcError`. */
export type RpcMethod = (context: RpcContext, params: readonly unknown[]) => unknown;

export type RpcMethods = Readonly<Record<string, RpcMethod>>;
