/** What is kept of a conversion: nothing of the person but names of a record and of a code, erased on their own. */
import type { Hex } from '../../../core/bytes/hex.ts';
import type { Decision } from '../../../core/conversion/acknowledgement.ts';
import type { ConsentTerms } from '../../../core/conversion/consent.ts';
import type { P256Jwk } from '../../../core/credential/key.ts';
import type { ConversionHouse } from '../house.ts';
import type { SealedEntries } from '../sealed-entries.ts';
import type { SourceState } from '../state-counts.ts';

export interface SourceEntry {
  readonly consent: ConsentTerms;
  /** Handle of the code that was converted. */
  readonly from: string;
  /** HMAC of the request, to know it again. */
  readonly request: string;
  readonly recordId: string;
  readonly nullifier: Hex;
  /** As the ledger names it. */
  readonly target: Hex;
  readonly holderKey: P256Jwk;
  readonly convertedAtSeconds: number;
  readonly validUntilSeconds: number;
  /** The last second of the code that was converted. */
  readonly codeUntilSeconds: number;
  readonly withdrawnAtSeconds?: number;
  /** Of one that was withdrawn: by what its target may still answer. Its record cannot tell that any more. */
  readonly answers?: readonly Hex[];
  /** As the target has acknowledged it on the ledger, and the value that says so there. */
  readonly decision?: Decision;
  readonly acknowledgement?: Hex;
}

export interface SourceHouse extends ConversionHouse<SourceEntry> {
  /** By the numbers of conversions. */
  readonly receipts: SealedEntries<string>;
}

export function stateOf({ decision, withdrawnAtSeconds }: SourceEntry): SourceState {
  return withdrawnAtSeconds === undefined ? (decision ?? 'open') : 'withdrawn';
}

/** `referred` is no last word: an officer gives it. */
export function isAnswered({ decision }: Pick<SourceEntry, 'decision'>): boolean {
  return decision === 'accepted' || decision === 'refused';
}
