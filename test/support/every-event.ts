/** A history with every event of the contracts in it, in an order in which the contracts could emit them. */
import type { Hex, LedgerEvent } from '../../core/trust/ledger-event.ts';

const word = (digit: string): Hex => `0x${digit.repeat(64)}`;
const address = (digit: string): Hex => `0x${digit.repeat(40)}`;
const authority = word('1');
const issuer = word('a');
const thumbprint = word('2');
const account = address('f');
const approver = address('9');
const T = 1_671_580_800;

/** One of each; the type makes sure that none is forgotten. */
const EVERY: { readonly [Name in LedgerEvent['event']]: Extract<LedgerEvent, { event: Name }> } = {
  AuthorityAdmitted: {
    event: 'AuthorityAdmitted',
    authority,
    name: 'HK-DH 衞生署',
    jurisdiction: 'HK',
    admin: address('b'),
    checkpointKey: word('c'),
  },
  AuthorityAdminChanged: { event: 'AuthorityAdminChanged', authority, admin: address('d') },
  AuthoritySuspended: { event: 'AuthoritySuspended', authority },
  AuthorityReinstated: { event: 'AuthorityReinstated', authority, effectiveFrom: T + 5 },
  IssuerAccredited: {
    event: 'IssuerAccredited',
    issuer,
    authority,
    did: 'did:web:hk-dh.example',
    types: 7,
    from: T,
    until: Number.MAX_SAFE_INTEGER,
    admin: address('e'),
  },
  IssuerAccepted: { event: 'IssuerAccepted', issuer },
  IssuerWidened: { event: 'IssuerWidened', issuer, types: 255, effectiveFrom: T + 9, until: T + 900 },
  IssuerNarrowed: { event: 'IssuerNarrowed', issuer, types: 1, until: T + 800 },
  IssuerSuspended: { event: 'IssuerSuspended', issuer, by: address('b') },
  IssuerAdminNominated: {
    event: 'IssuerAdminNominated',
    issuer,
    admin: address('5'),
    effectiveFrom: T + 20,
    by: address('6'),
  },
  IssuerAdminChanged: { event: 'IssuerAdminChanged', issuer, admin: address('5') },
  IssuerReinstated: { event: 'IssuerReinstated', issuer, effectiveFrom: T + 10 },
  KeyAdded: {
    event: 'KeyAdded',
    issuer,
    thumbprint,
    algorithm: 1,
    publicKey: `0x04${'ab'.repeat(64)}`,
    certificateDigest: word('0'),
    from: T,
    until: T + 700,
  },
  KeyNarrowed: { event: 'KeyNarrowed', issuer, thumbprint, until: T + 600 },
  KeyCompromised: { event: 'KeyCompromised', issuer, thumbprint, compromisedFrom: T + 500 },
  AccountAdded: { event: 'AccountAdded', issuer, account, from: T, until: T + 700 },
  AccountNarrowed: { event: 'AccountNarrowed', issuer, account, until: T + 600 },
  AccountCompromised: { event: 'AccountCompromised', issuer, account, compromisedFrom: T + 500 },
  ApproverAdded: { event: 'ApproverAdded', issuer, approver, from: T, until: T + 700 },
  ApproverNarrowed: { event: 'ApproverNarrowed', issuer, approver, until: T + 600 },
  CheckpointSetChanged: {
    event: 'CheckpointSetChanged',
    version: 1,
    threshold: 2,
    keys: [word('3'), word('4'), word('5')],
  },
  Predecessor: { event: 'Predecessor', chainId: 2n ** 200n, genesis: word('6'), finalCheckpoint: word('7') },
  ContractReplaced: {
    event: 'ContractReplaced',
    name: 'BatchAnchor',
    previous: address('0'),
    next: address('1'),
    fromBlock: 77,
  },
  BatchAnchored: {
    event: 'BatchAnchored',
    issuer,
    root: word('8'),
    log2Size: 12,
    class: 1,
    sequence: 1,
    account,
  },
  StatusPublished: {
    event: 'StatusPublished',
    issuer,
    version: 1,
    listsRoot: word('9'),
    actsDigest: word('0'),
    nextUpdate: T + 3600,
    account,
  },
  ActsAnchored: {
    event: 'ActsAnchored',
    issuer,
    root: word('b'),
    log2Size: 6,
    sequence: 1,
    firstApprover: approver,
    secondApprover: address('8'),
  },
  PolicyPublished: {
    event: 'PolicyPublished',
    authority: word('1'),
    policy: word('d'),
    version: 1,
    digest: word('e'),
    effectiveFrom: T + 1000,
  },
  PolicyExpedited: { event: 'PolicyExpedited', authority: word('1'), policy: word('d'), version: 1 },
  PolicyWithdrawn: {
    event: 'PolicyWithdrawn',
    authority: word('1'),
    policy: word('d'),
    version: 2,
    effectiveFrom: T + 2000,
  },
  MappingPublished: {
    event: 'MappingPublished',
    source: word('1'),
    target: word('f'),
    version: 1,
    digest: word('3'),
    effectiveFrom: T + 1000,
  },
  MappingExpedited: { event: 'MappingExpedited', source: word('1'), target: word('f'), version: 1 },
  MappingWithdrawn: {
    event: 'MappingWithdrawn',
    source: word('1'),
    target: word('f'),
    version: 2,
    effectiveFrom: T + 2000,
    by: address('d'),
  },
  NullifiersSpent: {
    event: 'NullifiersSpent',
    source: issuer,
    target: word('b'),
    sequence: 1,
    nullifiers: [word('4'), word('5')],
    account: account,
  },
  ConversionsAcknowledged: {
    event: 'ConversionsAcknowledged',
    source: issuer,
    target: word('b'),
    sequence: 1,
    acknowledgements: [word('6'), word('7'), word('8')],
    account: address('7'),
  },
};

export const EVERY_EVENT: readonly LedgerEvent[] = Object.values(EVERY);
