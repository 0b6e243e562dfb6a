/** What a checkpoint asks for, as a value: the same code, state, time and policy always give the same verdict. */
import type { Profile } from '../credential/claims.ts';
import type { PolicyRules } from './policy-rules.ts';

export interface VerifyPolicy {
  readonly id: string;
  readonly version: number;
  /**
   * Leave the signature out where inclusion already authenticates the credential: for venues with queues,
   * never for borders. A stolen ledger account is then enough to forge, until it is marked as compromised.
   */
  readonly ledgerMode: boolean;
  /** Tolerance between the issuers' clocks, the ledger's and ours. */
  readonly clockSkewSeconds: number;
  /** What is known of the ledger is fresh up to this age … */
  readonly freshSeconds: number;
  /** … ageing up to this one, and stale beyond: then the answer is "refer". */
  readonly ageingSeconds: number;
  /** How long a status list may be overdue before it counts as stale. */
  readonly statusGraceSeconds: number;
  /** Whether a credential with a holder key is accepted without a presentation by its holder. */
  readonly acceptStaticPrint: boolean;
  /** Whether a list of signers of other systems counts that does not say until when it holds. */
  readonly acceptUndatedLists: boolean;
  /** Whether the service answers only devices that an operator has enrolled. */
  readonly enrolledDevicesOnly: boolean;
  /** Accepted profiles; absent: all. */
  readonly profiles?: readonly Profile[];
  /** What the place asks of the person, as data; absent: nothing. */
  readonly rules?: PolicyRules;
}

export const defaultPolicy: VerifyPolicy = Object.freeze({
  id: 'base',
  version: 1,
  ledgerMode: false,
  clockSkewSeconds: 300,
  freshSeconds: 300,
  ageingSeconds: 86_400,
  statusGraceSeconds: 3600,
  acceptStaticPrint: true,
  acceptUndatedLists: true,
  enrolledDevicesOnly: false,
});
