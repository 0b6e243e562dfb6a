/** The state root that a whole history leads to: what a replica at the same block must have too. */
import { toHex } from '../core/bytes/hex.ts';
import type { Crypto } from '../core/crypto.ts';
import { LedgerStateError } from '../core/trust/errors.ts';
import type { Hex, LedgerBlock } from '../core/trust/ledger-event.ts';
import { LedgerState } from '../core/trust/ledger-state.ts';
import { StateRoot } from '../core/trust/state-root.ts';

/** `blocks` are all that have events; `null` when they do not fit each other. */
export function stateRootOf(crypto: Crypto, blocks: readonly LedgerBlock[]): Hex | null {
  const state = new LedgerState();
  try {
    for (const block of blocks) state.apply(block);
  } catch (error) {
    if (error instanceof LedgerStateError) return null;
    throw error;
  }
  return toHex(new StateRoot(crypto, state).root());
}
