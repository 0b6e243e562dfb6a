/** What a change of keys asks of the key store and of the ledger. */
import type { SigningSource } from '../secrets.ts';

/** The issuer's own key store. One process changes it at a time. */
export interface KeyStorePort {
  /** Throws `KEY_UNKNOWN`, and what opening the store throws. */
  load(kid: string): Promise<SigningSource>;
  /** Also after a restart, this key signs; on the disk when it resolves. */
  makeCurrent(kid: string): Promise<void>;
}

/** A key as the trust list has it; times are Unix seconds. */
export interface RegisteredKey {
  readonly from: number;
  readonly until: number;
  readonly compromisedFrom?: number;
  /** Time of the newest block: what is anchored from now on has this time or a later one. */
  readonly ledgerTimeSeconds: number;
}

export interface KeyRegistryPort {
  /** Absent: the trust list has no such key of this issuer. A rejection means that nothing is known. */
  find(kid: string): Promise<RegisteredKey | undefined>;
}
