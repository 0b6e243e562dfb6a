/** What the ledger says, read whole and once. */
import { LedgerState } from '../core/trust/ledger-state.ts';
import type { Deployment } from '../ledger/deployment.ts';
import { Replica } from '../ledger/replica.ts';

/** Rejects with any `LedgerError`. */
export async function readLedgerState(rpcUrl: string, deployment: Deployment): Promise<LedgerState> {
  const state = new LedgerState();
  await using replica = await Replica.open({ rpcUrls: [rpcUrl], deployment }, { state });
  await replica.sync();
  return state;
}
