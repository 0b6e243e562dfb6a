/** The state that a whole history leads to, and its root: what a replica at the same block must have too. */
import { toHex } from '../core/bytes/hex.ts';
import type { Crypto } from '../core/crypto.ts';
import { LedgerStateError } from '../core/trust/errors.ts';
import type { Hex, LedgerBlock } from '../core/trust/ledger-event.ts';
import { LedgerState } from '../core/trust/ledger-state.ts';
import { StateRoot } from '../core/trust/state-root.ts';

/** `blocks` are all that have events; `undefined` when they do not fit each other. */
export function stateOf(blocks: readonly LedgerBlock[]): LedgerState | undefined {
  const state = new LedgerState();
  try {
    for (const block of blocks) state.apply(block);
  } catch (error) {
    if (error instanceof LedgerStateError) return undefined;
    throw error;
  }
  return state;
}

export function stateRootOf(crypto: Crypto, state: LedgerState): Hex {
  return toHex(new StateRoot(crypto, state).root());
}
