/** The kinds of events that the ledger knows, for people who ask for one. */
import type { LedgerEvent } from '../core/trust/ledger-event.ts';

type Name = LedgerEvent['event'];

// A record over the union: the compiler refuses a kind that is missing here.
const NAMES: Readonly<Record<Name, true>> = {
  AuthorityAdmitted: true,
  AuthorityAdminChanged: true,
  AuthoritySuspended: true,
  AuthorityReinstated: true,
  IssuerAccredited: true,
  IssuerAccepted: true,
  IssuerWidened: true,
  IssuerNarrowed: true,
  IssuerSuspended: true,
  IssuerReinstated: true,
  IssuerAdminNominated: true,
  IssuerAdminChanged: true,
  KeyAdded: true,
  KeyNarrowed: true,
  KeyCompromised: true,
  AccountAdded: true,
  AccountNarrowed: true,
  AccountCompromised: true,
  ApproverAdded: true,
  ApproverNarrowed: true,
  CheckpointSetChanged: true,
  Predecessor: true,
  ContractReplaced: true,
  BatchAnchored: true,
  StatusPublished: true,
  ActsAnchored: true,
  PolicyPublished: true,
  PolicyWithdrawn: true,
  PolicyExpedited: true,
  MappingPublished: true,
  MappingWithdrawn: true,
  MappingExpedited: true,
  NullifiersSpent: true,
  ConversionsAcknowledged: true,
};

export const LEDGER_EVENT_NAMES: readonly Name[] = Object.keys(NAMES) as Name[]; // its keys are just these
