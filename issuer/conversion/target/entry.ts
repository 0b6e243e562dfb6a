/** What is kept of a decision. Who it is about stands in the record of the code that was issued, and is erased there. */
import { concatBytes } from '../../../core/bytes/concat.ts';
import { fromHex, type Hex } from '../../../core/bytes/hex.ts';
import type { Decision } from '../../../core/conversion/acknowledgement.ts';
import type { RefusalCode } from '../../../core/conversion/refusals.ts';
import type { P256Jwk } from '../../../core/credential/key.ts';
import type { Colour, ConversionEvidence, Scheme } from '../../../core/record/derived.ts';
import type { Subject } from '../../../core/record/record.ts';

export interface TargetEntry {
  /** The source, as the ledger names it, and its DID. */
  readonly source: Hex;
  readonly sourceDid: string;
  /** Of the conversion credential: 75 bytes, base64url, and its handle. */
  readonly commitment: string;
  readonly jti: string;
  readonly nullifier: Hex;
  readonly decision: Decision;
  readonly reason?: RefusalCode;
  readonly decidedAtSeconds: number;
  readonly ruleId: string;
  readonly mappingVersion: number;
  readonly sourceState: Colour;
  readonly state?: Colour;
  readonly recordId?: string;
  /** Who decided, where the table did not. */
  readonly officer?: string;
  /** While an officer has to decide: all that the decision needs. */
  readonly referred?: Referred;
}

export interface Referred {
  readonly subject: Subject;
  readonly holderKey: P256Jwk;
  readonly sourceScheme: Scheme;
  readonly scheme: Scheme;
  readonly proposedState: Colour;
  readonly evidence: readonly ConversionEvidence[];
  readonly validUntilSeconds: number;
  readonly port?: string;
  readonly plannedOn?: string;
  /** Of the booked place that is used when it is accepted. */
  readonly booking?: string;
}

/** By what a decision is found again: one nullifier of one source is decided once. */
export function decisionKey({ source, nullifier }: Pick<TargetEntry, 'source' | 'nullifier'>): Uint8Array {
  return concatBytes(fromHex(source), fromHex(nullifier));
}
