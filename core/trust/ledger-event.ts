/**
 * What the ledger says, decoded: one member for each event of `ITrustList`, `IBatchAnchor`,
 * `IStatusAnchor`, `IPolicyRegistry` and `IConversionRegistry`, with the same names. `bytes32` values are lowercase `0x` hex, addresses lowercase `0x`
 * hex, times Unix seconds.
 */

import type { Hex } from '../bytes/hex.ts';

export type { Hex } from '../bytes/hex.ts';

export type LedgerEvent =
  | {
      readonly event: 'AuthorityAdmitted';
      readonly authority: Hex;
      readonly name: string;
      /** ISO 3166-1 alpha-2. */
      readonly jurisdiction: string;
      readonly admin: Hex;
      readonly checkpointKey: Hex;
    }
  | { readonly event: 'AuthorityAdminChanged'; readonly authority: Hex; readonly admin: Hex }
  | { readonly event: 'AuthoritySuspended'; readonly authority: Hex }
  | { readonly event: 'AuthorityReinstated'; readonly authority: Hex; readonly effectiveFrom: number }
  | {
      readonly event: 'IssuerAccredited';
      readonly issuer: Hex;
      readonly authority: Hex;
      readonly did: string;
      readonly types: number;
      readonly from: number;
      readonly until: number;
      readonly admin: Hex;
    }
  | { readonly event: 'IssuerAccepted'; readonly issuer: Hex }
  | {
      readonly event: 'IssuerWidened';
      readonly issuer: Hex;
      readonly types: number;
      readonly effectiveFrom: number;
      readonly until: number;
    }
  | { readonly event: 'IssuerNarrowed'; readonly issuer: Hex; readonly types: number; readonly until: number }
  | { readonly event: 'IssuerSuspended'; readonly issuer: Hex; readonly by: Hex }
  | { readonly event: 'IssuerReinstated'; readonly issuer: Hex; readonly effectiveFrom: number }
  | {
      readonly event: 'IssuerAdminNominated';
      readonly issuer: Hex;
      readonly admin: Hex;
      readonly effectiveFrom: number;
      readonly by: Hex;
    }
  | { readonly event: 'IssuerAdminChanged'; readonly issuer: Hex; readonly admin: Hex }
  | {
      readonly event: 'KeyAdded';
      readonly issuer: Hex;
      readonly thumbprint: Hex;
      readonly algorithm: number;
      readonly publicKey: Hex;
      readonly certificateDigest: Hex;
      readonly from: number;
      readonly until: number;
    }
  | { readonly event: 'KeyNarrowed'; readonly issuer: Hex; readonly thumbprint: Hex; readonly until: number }
  | {
      readonly event: 'KeyCompromised';
      readonly issuer: Hex;
      readonly thumbprint: Hex;
      readonly compromisedFrom: number;
    }
  | {
      readonly event: 'AccountAdded';
      readonly issuer: Hex;
      readonly account: Hex;
      readonly from: number;
      readonly until: number;
    }
  | { readonly event: 'AccountNarrowed'; readonly issuer: Hex; readonly account: Hex; readonly until: number }
  | {
      readonly event: 'AccountCompromised';
      readonly issuer: Hex;
      readonly account: Hex;
      readonly compromisedFrom: number;
    }
  | {
      readonly event: 'ApproverAdded';
      readonly issuer: Hex;
      readonly approver: Hex;
      readonly from: number;
      readonly until: number;
    }
  | {
      readonly event: 'ApproverNarrowed';
      readonly issuer: Hex;
      readonly approver: Hex;
      readonly until: number;
    }
  | {
      readonly event: 'CheckpointSetChanged';
      readonly version: number;
      readonly threshold: number;
      readonly keys: readonly Hex[];
    }
  | {
      readonly event: 'Predecessor';
      readonly chainId: bigint;
      readonly genesis: Hex;
      readonly finalCheckpoint: Hex;
    }
  | {
      readonly event: 'ContractReplaced';
      readonly name: string;
      readonly previous: Hex;
      readonly next: Hex;
      readonly fromBlock: number;
    }
  | {
      readonly event: 'BatchAnchored';
      readonly issuer: Hex;
      readonly root: Hex;
      readonly log2Size: number;
      /** Index into `BATCH_CLASSES`. */
      readonly class: number;
      readonly sequence: number;
      readonly account: Hex;
    }
  | {
      readonly event: 'StatusPublished';
      readonly issuer: Hex;
      readonly version: number;
      readonly listsRoot: Hex;
      readonly actsDigest: Hex;
      readonly nextUpdate: number;
      readonly account: Hex;
    }
  | {
      readonly event: 'ActsAnchored';
      readonly issuer: Hex;
      readonly root: Hex;
      readonly log2Size: number;
      readonly sequence: number;
      readonly firstApprover: Hex;
      readonly secondApprover: Hex;
    }
  | {
      readonly event: 'PolicyPublished';
      readonly authority: Hex;
      readonly policy: Hex;
      readonly version: number;
      readonly digest: Hex;
      readonly effectiveFrom: number;
    }
  | {
      readonly event: 'PolicyWithdrawn';
      readonly authority: Hex;
      readonly policy: Hex;
      readonly version: number;
      readonly effectiveFrom: number;
    }
  | {
      readonly event: 'PolicyExpedited';
      readonly authority: Hex;
      readonly policy: Hex;
      readonly version: number;
    }
  | {
      readonly event: 'MappingPublished';
      readonly source: Hex;
      readonly target: Hex;
      readonly version: number;
      readonly digest: Hex;
      readonly effectiveFrom: number;
    }
  | {
      readonly event: 'MappingWithdrawn';
      readonly source: Hex;
      readonly target: Hex;
      readonly version: number;
      readonly effectiveFrom: number;
      readonly by: Hex;
    }
  | {
      readonly event: 'MappingExpedited';
      readonly source: Hex;
      readonly target: Hex;
      readonly version: number;
    }
  | {
      readonly event: 'NullifiersSpent';
      /** Issuers, as `target`. */
      readonly source: Hex;
      readonly target: Hex;
      readonly sequence: number;
      readonly nullifiers: readonly Hex[];
      readonly account: Hex;
    }
  | {
      readonly event: 'ConversionsAcknowledged';
      readonly source: Hex;
      readonly target: Hex;
      readonly sequence: number;
      readonly acknowledgements: readonly Hex[];
      readonly account: Hex;
    };

/** A finalised block with everything our contracts said in it, in log order. */
export interface LedgerBlock {
  readonly number: number;
  readonly hash: Hex;
  readonly timeSeconds: number;
  readonly events: readonly LedgerEvent[];
}
