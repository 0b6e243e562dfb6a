/**
 * The contracts as ethers reads them: every event and error of `contracts/interfaces/`, the functions we call,
 * and what we meet of OpenZeppelin's. A test holds this file against the compiled artifacts.
 */
import { Interface } from 'ethers';

export const TRUST_LIST_EVENTS = [
  'event AuthorityAdmitted(bytes32 indexed authority, string name, bytes2 indexed jurisdiction, address admin, bytes32 checkpointKey)',
  'event AuthorityAdminChanged(bytes32 indexed authority, address admin)',
  'event AuthoritySuspended(bytes32 indexed authority)',
  'event AuthorityReinstated(bytes32 indexed authority, uint64 effectiveFrom)',
  'event IssuerAccredited(bytes32 indexed issuer, bytes32 indexed authority, string did, uint32 types, uint64 from, uint64 until, address admin)',
  'event IssuerAccepted(bytes32 indexed issuer)',
  'event IssuerWidened(bytes32 indexed issuer, uint32 types, uint64 effectiveFrom, uint64 until)',
  'event IssuerNarrowed(bytes32 indexed issuer, uint32 types, uint64 until)',
  'event IssuerSuspended(bytes32 indexed issuer, address by)',
  'event IssuerReinstated(bytes32 indexed issuer, uint64 effectiveFrom)',
  'event IssuerAdminNominated(bytes32 indexed issuer, address admin, uint64 effectiveFrom, address by)',
  'event IssuerAdminChanged(bytes32 indexed issuer, address admin)',
  'event KeyAdded(bytes32 indexed issuer, bytes32 indexed thumbprint, uint8 algorithm, bytes publicKey, bytes32 certificateDigest, uint64 from, uint64 until)',
  'event KeyNarrowed(bytes32 indexed issuer, bytes32 indexed thumbprint, uint64 until)',
  'event KeyCompromised(bytes32 indexed issuer, bytes32 indexed thumbprint, uint64 compromisedFrom)',
  'event AccountAdded(bytes32 indexed issuer, address indexed account, uint64 from, uint64 until)',
  'event AccountNarrowed(bytes32 indexed issuer, address indexed account, uint64 until)',
  'event AccountCompromised(bytes32 indexed issuer, address indexed account, uint64 compromisedFrom)',
  'event ApproverAdded(bytes32 indexed issuer, address indexed approver, uint64 from, uint64 until)',
  'event ApproverNarrowed(bytes32 indexed issuer, address indexed approver, uint64 until)',
  'event CheckpointSetChanged(uint64 indexed version, uint8 threshold, bytes32[] keys)',
  'event Predecessor(uint256 chainId, bytes32 genesis, bytes32 finalCheckpoint)',
  'event ContractReplaced(string name, address previous, address next, uint64 fromBlock)',
] as const;

export const TRUST_LIST_ERRORS = [
  'error TrustListUnknownAuthority(bytes32 authority)',
  'error TrustListAuthorityExists(bytes32 authority)',
  'error TrustListAuthoritySuspended(bytes32 authority)',
  'error TrustListAuthorityNotSuspended(bytes32 authority)',
  'error TrustListUnknownIssuer(bytes32 issuer)',
  'error TrustListIssuerExists(bytes32 issuer)',
  'error TrustListIssuerNotAccepted(bytes32 issuer)',
  'error TrustListIssuerAlreadyAccepted(bytes32 issuer)',
  'error TrustListIssuerSuspended(bytes32 issuer)',
  'error TrustListIssuerNotSuspended(bytes32 issuer)',
  'error TrustListUnauthorized(bytes32 subject, address caller)',
  'error TrustListInvalidName(string name)',
  'error TrustListInvalidJurisdiction(bytes2 jurisdiction)',
  'error TrustListInvalidTypes(uint32 types)',
  'error TrustListInvalidWindow(uint64 from, uint64 until)',
  'error TrustListOutsideWindow(uint64 from, uint64 until)',
  'error TrustListTooEarly(uint64 from, uint64 earliest)',
  'error TrustListWideningPending(bytes32 issuer, uint64 effectiveFrom)',
  'error TrustListWouldWiden(uint64 current, uint64 requested)',
  'error TrustListTypesWouldWiden(uint32 current, uint32 requested)',
  'error TrustListCompromisedFromMovesLater(uint64 current, uint64 requested)',
  'error TrustListKeyExists(bytes32 issuer, bytes32 thumbprint)',
  'error TrustListUnknownKey(bytes32 issuer, bytes32 thumbprint)',
  'error TrustListUnknownAlgorithm(uint8 algorithm)',
  'error TrustListInvalidPublicKey(uint256 length)',
  'error TrustListWrongThumbprint(bytes32 actual, bytes32 given)',
  'error TrustListAccountTaken(address account)',
  'error TrustListUnknownAccount(bytes32 issuer, address account)',
  'error TrustListNoConsent(bytes32 issuer, address account)',
  'error TrustListDeadlinePassed(uint64 deadline, uint64 time)',
  'error TrustListApproverExists(bytes32 issuer, address approver)',
  'error TrustListUnknownApprover(bytes32 issuer, address approver)',
  'error TrustListTooMany(bytes32 subject, uint256 limit)',
  'error TrustListZeroAddress()',
  'error TrustListInvalidCheckpointSet(uint256 keys, uint8 threshold)',
  'error TrustListPredecessorRecorded()',
] as const;

export const TRUST_LIST_FUNCTIONS = [
  'function admitAuthority(string name, bytes2 jurisdiction, address admin, bytes32 checkpointKey) returns (bytes32 authority)',
  'function setAuthorityAdmin(bytes32 authority, address admin)',
  'function suspendAuthority(bytes32 authority)',
  'function reinstateAuthority(bytes32 authority, uint64 effectiveFrom)',
  'function setCheckpointSet(bytes32[] keys, uint8 threshold)',
  'function recordPredecessor(uint256 chainId, bytes32 genesis, bytes32 finalCheckpoint)',
  'function recordReplacement(string name, address previous, address next, uint64 fromBlock)',
  'function accredit(bytes32 authority, string did, uint32 types, uint64 from, uint64 until, address admin) returns (bytes32 issuer)',
  'function widenIssuer(bytes32 issuer, uint32 types, uint64 effectiveFrom, uint64 until)',
  'function reinstateIssuer(bytes32 issuer, uint64 effectiveFrom)',
  'function acceptAccreditation(bytes32 issuer)',
  'function addKey(bytes32 issuer, bytes32 thumbprint, uint8 algorithm, bytes publicKey, bytes32 certificateDigest, uint64 from, uint64 until)',
  'function addAccount(bytes32 issuer, address account, uint64 from, uint64 until, uint64 deadline, bytes consent)',
  'function addApprover(bytes32 issuer, address approver, uint64 from, uint64 until)',
  'function nominateIssuerAdmin(bytes32 issuer, address admin, uint64 effectiveFrom)',
  'function acceptIssuerAdmin(bytes32 issuer)',
  'function narrowIssuer(bytes32 issuer, uint32 types, uint64 until)',
  'function suspendIssuer(bytes32 issuer)',
  'function narrowKey(bytes32 issuer, bytes32 thumbprint, uint64 until)',
  'function setKeyCompromisedFrom(bytes32 issuer, bytes32 thumbprint, uint64 compromisedFrom)',
  'function narrowAccount(bytes32 issuer, address account, uint64 until)',
  'function setAccountCompromisedFrom(bytes32 issuer, address account, uint64 compromisedFrom)',
  'function narrowApprover(bytes32 issuer, address approver, uint64 until)',
  'function wideningDelay() view returns (uint64)',
  'function requireAnchoringIssuer(address account) view returns (bytes32 issuer)',
  'function isApprover(bytes32 issuer, address approver) view returns (bool)',
  'function isIssuerActive(bytes32 issuer) view returns (bool)',
  'function keyOf(bytes32 issuer, bytes32 thumbprint) view returns (tuple(uint64 from, uint64 until, uint64 compromisedFrom))',
  'function accountOf(address account) view returns (bytes32 issuer, tuple(uint64 from, uint64 until, uint64 compromisedFrom) grant)',
] as const;

export const BATCH_ANCHOR_EVENTS = [
  'event BatchAnchored(bytes32 indexed issuer, bytes32 indexed root, uint8 log2Size, uint8 class, uint64 sequence, address account)',
] as const;

export const BATCH_ANCHOR_ERRORS = [
  'error BatchAnchorEmptyRoot()',
  'error BatchAnchorSizeOutOfRange(uint8 log2Size)',
  'error BatchAnchorUnknownClass(uint8 class)',
  'error BatchAnchorWrongSequence(uint64 expected, uint64 actual)',
  'error BatchAnchorNotFound(bytes32 issuer, bytes32 root)',
  'error BatchAnchorNotIncluded(bytes32 issuer, bytes32 root, bytes32 leafHash)',
] as const;

export const BATCH_ANCHOR_FUNCTIONS = [
  'function anchor(bytes32 root, uint8 log2Size, uint8 class, uint64 expectedSequence)',
  'function anchorOf(bytes32 issuer, bytes32 root) view returns (uint64 time, uint8 log2Size, uint8 class, uint64 sequence, address account)',
  'function sequenceOf(bytes32 issuer) view returns (uint64)',
] as const;

export const STATUS_ANCHOR_EVENTS = [
  'event StatusPublished(bytes32 indexed issuer, uint64 indexed version, bytes32 listsRoot, bytes32 actsDigest, uint64 nextUpdate, address account)',
  'event ActsAnchored(bytes32 indexed issuer, bytes32 indexed root, uint8 log2Size, uint64 sequence, address firstApprover, address secondApprover)',
] as const;

export const STATUS_ANCHOR_ERRORS = [
  'error StatusAnchorEmptyRoot()',
  'error StatusAnchorWrongVersion(uint64 expected, uint64 actual)',
  'error StatusAnchorNextUpdateNotAhead(uint64 nextUpdate, uint64 time)',
  'error StatusAnchorNextUpdateTooFar(uint64 nextUpdate, uint64 latest)',
  'error StatusAnchorSizeOutOfRange(uint8 log2Size)',
  'error StatusAnchorDeadlinePassed(uint64 deadline, uint64 time)',
  'error StatusAnchorNotApprover(bytes32 issuer, address approver)',
  'error StatusAnchorApproversNotDistinct(address approver)',
  'error StatusAnchorInvalidSignature(address approver)',
] as const;

export const STATUS_ANCHOR_FUNCTIONS = [
  'function publish(uint64 version, bytes32 listsRoot, bytes32 actsDigest, uint64 nextUpdate)',
  'function anchorActs(bytes32 root, uint8 log2Size, uint64 deadline, (address approver, bytes signature) first, (address approver, bytes signature) second)',
  'function statusOf(bytes32 issuer) view returns (uint64 version, bytes32 listsRoot, bytes32 actsDigest, uint64 nextUpdate)',
  'function actSequenceOf(bytes32 issuer) view returns (uint64)',
] as const;

export const POLICY_REGISTRY_EVENTS = [
  'event PolicyPublished(bytes32 indexed authority, bytes32 indexed policy, uint64 version, bytes32 digest, uint64 effectiveFrom)',
  'event PolicyWithdrawn(bytes32 indexed authority, bytes32 indexed policy, uint64 version, uint64 effectiveFrom)',
  'event PolicyExpedited(bytes32 indexed authority, bytes32 indexed policy, uint64 version)',
  'event MappingPublished(bytes32 indexed source, bytes32 indexed target, uint64 version, bytes32 digest, uint64 effectiveFrom)',
  'event MappingWithdrawn(bytes32 indexed source, bytes32 indexed target, uint64 version, uint64 effectiveFrom, address by)',
  'event MappingExpedited(bytes32 indexed source, bytes32 indexed target, uint64 version)',
] as const;

export const POLICY_REGISTRY_ERRORS = [
  'error PolicyRegistryEmptyDigest()',
  'error PolicyRegistryWrongVersion(uint64 expected, uint64 actual)',
  'error PolicyRegistryTooEarly(uint64 effectiveFrom, uint64 earliest)',
  'error PolicyRegistryNotFound(bytes32 owner, bytes32 subject)',
  'error PolicyRegistryWithdrawalMovesLater(uint64 current, uint64 requested)',
  'error PolicyRegistryNotPending(uint64 version)',
  'error PolicyRegistryPartiesNotDistinct(address admin)',
  'error PolicyRegistryDeadlinePassed(uint64 deadline, uint64 time)',
  'error PolicyRegistryInvalidSignature(bytes32 authority)',
] as const;

export const POLICY_REGISTRY_FUNCTIONS = [
  'function publish(bytes32 authority, bytes32 policy, uint64 version, bytes32 digest, uint64 effectiveFrom)',
  'function publishMapping(bytes32 source, bytes32 target, uint64 version, bytes32 digest, uint64 effectiveFrom, uint64 deadline, bytes bySource, bytes byTarget)',
  'function withdraw(bytes32 authority, bytes32 policy, uint64 version, uint64 effectiveFrom)',
  'function withdrawMapping(bytes32 source, bytes32 target, uint64 version, uint64 effectiveFrom)',
  'function expedite(bytes32 authority, bytes32 policy, uint64 version)',
  'function expediteMapping(bytes32 source, bytes32 target, uint64 version)',
  'function leadTime() view returns (uint64)',
  'function policyOf(bytes32 authority, bytes32 policy) view returns (uint64 version, bytes32 digest, uint64 effectiveFrom)',
  'function mappingOf(bytes32 source, bytes32 target) view returns (uint64 version, bytes32 digest, uint64 effectiveFrom)',
] as const;

export const CONVERSION_REGISTRY_EVENTS = [
  'event NullifiersSpent(bytes32 indexed source, bytes32 indexed target, uint64 sequence, bytes32[] nullifiers, address account)',
  'event ConversionsAcknowledged(bytes32 indexed source, bytes32 indexed target, uint64 sequence, bytes32[] acknowledgements, address account)',
] as const;

export const CONVERSION_REGISTRY_ERRORS = [
  'error ConversionRegistryNoTarget(bytes32 target)',
  'error ConversionRegistryNothingSpent(bytes32 source, bytes32 target)',
  'error ConversionRegistrySizeOutOfRange(uint256 size)',
  'error ConversionRegistryWrongSequence(uint64 expected, uint64 actual)',
  'error ConversionRegistryEmptyValue()',
  'error ConversionRegistryAlreadySpent(bytes32 value)',
] as const;

export const CONVERSION_REGISTRY_FUNCTIONS = [
  'function spend(bytes32 target, bytes32[] nullifiers, uint64 expectedSequence)',
  'function acknowledge(bytes32 source, bytes32[] acknowledgements, uint64 expectedSequence)',
  'function spentIn(bytes32 source, bytes32 target, bytes32 nullifier) view returns (uint64 sequence)',
  'function acknowledgedIn(bytes32 source, bytes32 target, bytes32 acknowledgement) view returns (uint64 sequence)',
  'function sequencesOf(bytes32 source, bytes32 target) view returns (uint64 spent, uint64 acknowledged)',
] as const;

/** Errors of OpenZeppelin's AccessManager and of the contracts it guards, as callers meet them. */
export const ACCESS_ERRORS = [
  'error AccessManagedUnauthorized(address caller)',
  'error AccessManagedRequiredDelay(address caller, uint32 delay)',
  'error AccessManagerUnauthorizedAccount(address msgsender, uint64 roleId)',
  'error AccessManagerUnauthorizedCall(address caller, address target, bytes4 selector)',
  'error AccessManagerNotScheduled(bytes32 operationId)',
  'error AccessManagerNotReady(bytes32 operationId)',
  'error AccessManagerExpired(bytes32 operationId)',
  'error AccessManagerAlreadyScheduled(bytes32 operationId)',
  'error ConsortiumAccessNobody()',
  'error ConsortiumAccessLastAdmin(address account)',
] as const;

/** What we call of OpenZeppelin's AccessManager. */
export const ACCESS_MANAGER_FUNCTIONS = [
  'function schedule(address target, bytes data, uint48 when) returns (bytes32 operationId, uint32 nonce)',
  'function execute(address target, bytes data) payable returns (uint32)',
  'function multicall(bytes[] data) returns (bytes[] results)',
  'function getSchedule(bytes32 id) view returns (uint48)',
  'function hasRole(uint64 roleId, address account) view returns (bool isMember, uint32 executionDelay)',
  'function grantRole(uint64 roleId, address account, uint32 executionDelay)',
  'function revokeRole(uint64 roleId, address account)',
  'function renounceRole(uint64 roleId, address callerConfirmation)',
  'function setTargetFunctionRole(address target, bytes4[] selectors, uint64 roleId)',
] as const;

/** What we call of the Safe, and what its proxy factory makes of it. */
export const SAFE_FUNCTIONS = [
  'function setup(address[] _owners, uint256 _threshold, address to, bytes data, address fallbackHandler, address paymentToken, uint256 payment, address paymentReceiver)',
  'function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool success)',
  'function nonce() view returns (uint256)',
  'function getOwners() view returns (address[])',
  'function getThreshold() view returns (uint256)',
  'function addOwnerWithThreshold(address owner, uint256 _threshold)',
  'function removeOwner(address prevOwner, address owner, uint256 _threshold)',
  'function swapOwner(address prevOwner, address oldOwner, address newOwner)',
] as const;
export const SAFE_FACTORY_FUNCTIONS = [
  'function createChainSpecificProxyWithNonce(address _singleton, bytes initializer, uint256 saltNonce) returns (address proxy)',
] as const;

export const trustListAbi: Interface = new Interface([...TRUST_LIST_EVENTS, ...TRUST_LIST_FUNCTIONS]);
export const batchAnchorAbi: Interface = new Interface([...BATCH_ANCHOR_EVENTS, ...BATCH_ANCHOR_FUNCTIONS]);
export const statusAnchorAbi: Interface = new Interface([
  ...STATUS_ANCHOR_EVENTS,
  ...STATUS_ANCHOR_FUNCTIONS,
]);
export const policyRegistryAbi: Interface = new Interface([
  ...POLICY_REGISTRY_EVENTS,
  ...POLICY_REGISTRY_FUNCTIONS,
]);
export const conversionRegistryAbi: Interface = new Interface([
  ...CONVERSION_REGISTRY_EVENTS,
  ...CONVERSION_REGISTRY_FUNCTIONS,
]);

export const accessManagerAbi: Interface = new Interface(ACCESS_MANAGER_FUNCTIONS);
export const safeAbi: Interface = new Interface(SAFE_FUNCTIONS);
export const safeFactoryAbi: Interface = new Interface(SAFE_FACTORY_FUNCTIONS);

/** Every event that changes the ledger's state. */
export const ledgerEventsAbi: Interface = new Interface([
  ...TRUST_LIST_EVENTS,
  ...BATCH_ANCHOR_EVENTS,
  ...STATUS_ANCHOR_EVENTS,
  ...POLICY_REGISTRY_EVENTS,
  ...CONVERSION_REGISTRY_EVENTS,
]);

/** Every custom error that a call of ours can meet. */
export const ledgerErrorsAbi: Interface = new Interface([
  ...TRUST_LIST_ERRORS,
  ...BATCH_ANCHOR_ERRORS,
  ...STATUS_ANCHOR_ERRORS,
  ...POLICY_REGISTRY_ERRORS,
  ...CONVERSION_REGISTRY_ERRORS,
  ...ACCESS_ERRORS,
]);
