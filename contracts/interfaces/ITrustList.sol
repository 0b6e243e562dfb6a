// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Who may issue what, with which keys, and when
/// @notice The consortium admits authorities; an authority accredits issuers within its jurisdiction; the
/// issuer accepts. Times are Unix seconds; a window is half open: `from <= t < until`. Widening a power
/// takes effect no sooner than `wideningDelay` seconds after the block that records it: wherever a `from` or
/// `effectiveFrom` is given, 0 means that earliest time, and the event states the time that was chosen.
/// Narrowing a power takes effect at once. Doing again what is already done changes nothing and emits nothing.
/// Nothing is ever deleted. Names and DIDs are 1 to 128 printable ASCII characters without spaces.
interface ITrustList {
  struct Authority {
    address admin;
    /// Suspended while the time is less: 0 = never was, 2^64 - 1 = with no end in sight.
    uint64 suspendedUntil;
  }

  struct Issuer {
    bytes32 authority;
    address admin;
    /// As for an authority.
    uint64 suspendedUntil;
    bool accepted;
    uint64 from;
    uint64 until;
    uint32 types;
    /// A widening that has yet to take effect; all three are 0 when there is none.
    uint64 nextFrom;
    uint64 nextUntil;
    uint32 nextTypes;
  }

  /// What a key, an account or an approver may do, and when. `until` = 0: there is no such grant.
  struct Grant {
    uint64 from;
    uint64 until;
    /// 0 = not compromised. Approvers have none.
    uint64 compromisedFrom;
  }

  error TrustListUnknownAuthority(bytes32 authority);
  error TrustListAuthorityExists(bytes32 authority);
  error TrustListAuthoritySuspended(bytes32 authority);
  error TrustListAuthorityNotSuspended(bytes32 authority);
  error TrustListUnknownIssuer(bytes32 issuer);
  error TrustListIssuerExists(bytes32 issuer);
  error TrustListIssuerNotAccepted(bytes32 issuer);
  error TrustListIssuerAlreadyAccepted(bytes32 issuer);
  error TrustListIssuerSuspended(bytes32 issuer);
  error TrustListIssuerNotSuspended(bytes32 issuer);
  error TrustListUnauthorized(bytes32 subject, address caller);
  error TrustListInvalidName(string name);
  error TrustListInvalidJurisdiction(bytes2 jurisdiction);
  error TrustListInvalidTypes(uint32 types);
  error TrustListInvalidWindow(uint64 from, uint64 until);
  error TrustListOutsideWindow(uint64 from, uint64 until);
  error TrustListTooEarly(uint64 from, uint64 earliest);
  error TrustListWideningPending(bytes32 issuer, uint64 effectiveFrom);
  error TrustListWouldWiden(uint64 current, uint64 requested);
  error TrustListTypesWouldWiden(uint32 current, uint32 requested);
  error TrustListCompromisedFromMovesLater(uint64 current, uint64 requested);
  error TrustListKeyExists(bytes32 issuer, bytes32 thumbprint);
  error TrustListUnknownKey(bytes32 issuer, bytes32 thumbprint);
  error TrustListUnknownAlgorithm(uint8 algorithm);
  error TrustListInvalidPublicKey(uint256 length);
  error TrustListAccountTaken(address account);
  error TrustListUnknownAccount(bytes32 issuer, address account);
  error TrustListApproverExists(bytes32 issuer, address approver);
  error TrustListUnknownApprover(bytes32 issuer, address approver);
  error TrustListZeroAddress();
  error TrustListInvalidCheckpointSet(uint256 keys, uint8 threshold);
  error TrustListPredecessorRecorded();

  /// @param authority keccak256 of `name`
  /// @param jurisdiction ISO 3166-1 alpha-2
  /// @param checkpointKey Ed25519 public key that cosigns checkpoints
  event AuthorityAdmitted(
    bytes32 indexed authority,
    string name,
    bytes2 indexed jurisdiction,
    address admin,
    bytes32 checkpointKey
  );
  event AuthorityAdminChanged(bytes32 indexed authority, address admin);
  event AuthoritySuspended(bytes32 indexed authority);
  event AuthorityReinstated(bytes32 indexed authority, uint64 effectiveFrom);

  /// @param issuer keccak256 of `did`
  /// @param types bit n set = may issue type n (see `core/credential/credential-type.ts`)
  event IssuerAccredited(
    bytes32 indexed issuer,
    bytes32 indexed authority,
    string did,
    uint32 types,
    uint64 from,
    uint64 until,
    address admin
  );
  event IssuerAccepted(bytes32 indexed issuer);
  /// @notice From `effectiveFrom` on the issuer may issue `types` until `until`; both only grow here. There is
  /// at most one widening that has yet to take effect.
  event IssuerWidened(bytes32 indexed issuer, uint32 types, uint64 effectiveFrom, uint64 until);
  /// @notice From this block on; a widening that had yet to take effect is off.
  event IssuerNarrowed(bytes32 indexed issuer, uint32 types, uint64 until);
  event IssuerSuspended(bytes32 indexed issuer, address by);
  event IssuerReinstated(bytes32 indexed issuer, uint64 effectiveFrom);

  /// @param thumbprint RFC 7638 thumbprint of the public key, SHA-256
  /// @param algorithm 1 = ES256 (public key: 65 bytes, SEC 1 uncompressed)
  /// @param certificateDigest SHA-256 of the DER certificate that supports the key, or zero
  event KeyAdded(
    bytes32 indexed issuer,
    bytes32 indexed thumbprint,
    uint8 algorithm,
    bytes publicKey,
    bytes32 certificateDigest,
    uint64 from,
    uint64 until
  );
  event KeyNarrowed(bytes32 indexed issuer, bytes32 indexed thumbprint, uint64 until);
  /// @notice What this key signed counts only if it was anchored before `compromisedFrom`.
  event KeyCompromised(bytes32 indexed issuer, bytes32 indexed thumbprint, uint64 compromisedFrom);

  event AccountAdded(bytes32 indexed issuer, address indexed account, uint64 from, uint64 until);
  event AccountNarrowed(bytes32 indexed issuer, address indexed account, uint64 until);
  /// @notice What this account anchored counts only if it did so before `compromisedFrom`.
  event AccountCompromised(bytes32 indexed issuer, address indexed account, uint64 compromisedFrom);

  event ApproverAdded(bytes32 indexed issuer, address indexed approver, uint64 from, uint64 until);
  event ApproverNarrowed(bytes32 indexed issuer, address indexed approver, uint64 until);

  event CheckpointSetChanged(uint64 indexed version, uint8 threshold, bytes32[] keys);
  /// @notice The ledger this one continues: its chain, its genesis and the checkpoint it ended with.
  event Predecessor(uint256 chainId, bytes32 genesis, bytes32 finalCheckpoint);
  event ContractReplaced(string name, address previous, address next, uint64 fromBlock);

  // Consortium: through the AccessManager, which decides who may call and after what delay.

  /// @param jurisdiction two capital letters
  /// @param checkpointKey not zero, which is a point of small order
  function admitAuthority(
    string calldata name,
    bytes2 jurisdiction,
    address admin,
    bytes32 checkpointKey
  ) external returns (bytes32 authority);
  /// @notice Takes effect at once, also while the authority is suspended.
  function setAuthorityAdmin(bytes32 authority, address admin) external;
  /// @notice Its issuers can no longer anchor and its admin can do nothing. Ends a reinstatement that has yet
  /// to take effect.
  function suspendAuthority(bytes32 authority) external;
  function reinstateAuthority(bytes32 authority, uint64 effectiveFrom) external;
  /// @param keys 1 to 32 Ed25519 public keys, none zero, none twice
  /// @param threshold how many of them must sign, 1 to all
  function setCheckpointSet(bytes32[] calldata keys, uint8 threshold) external;
  /// @notice Once only.
  function recordPredecessor(uint256 chainId, bytes32 genesis, bytes32 finalCheckpoint) external;
  /// @param fromBlock this block or a later one
  function recordReplacement(string calldata name, address previous, address next, uint64 fromBlock) external;

  // The authority's admin, within its jurisdiction, while the authority is not suspended.

  function accredit(
    bytes32 authority,
    string calldata did,
    uint32 types,
    uint64 from,
    uint64 until,
    address admin
  ) external returns (bytes32 issuer);
  /// @param types all the present ones, and perhaps more
  /// @param until the present one or later
  function widenIssuer(bytes32 issuer, uint32 types, uint64 effectiveFrom, uint64 until) external;
  function reinstateIssuer(bytes32 issuer, uint64 effectiveFrom) external;

  // The issuer's admin, while neither the issuer nor its authority is suspended. All but the first: once the
  // accreditation is accepted.

  function acceptAccreditation(bytes32 issuer) external;
  function addKey(
    bytes32 issuer,
    bytes32 thumbprint,
    uint8 algorithm,
    bytes calldata publicKey,
    bytes32 certificateDigest,
    uint64 from,
    uint64 until
  ) external;
  /// @param account serves one issuer for ever, and is none of its approvers
  function addAccount(bytes32 issuer, address account, uint64 from, uint64 until) external;
  /// @param approver none of the issuer's accounts
  function addApprover(bytes32 issuer, address approver, uint64 from, uint64 until) external;

  // The issuer's admin, or its authority's while the authority is not suspended: narrowing, at once. A new
  // `until` lies between this block's time, which ends the window with this block, and the present `until`.

  /// @param types some, all or none of the present ones
  function narrowIssuer(bytes32 issuer, uint32 types, uint64 until) external;
  /// @notice Ends a reinstatement that has yet to take effect.
  function suspendIssuer(bytes32 issuer) external;
  function narrowKey(bytes32 issuer, bytes32 thumbprint, uint64 until) external;
  /// @param compromisedFrom any time, past or to come, but not 0 and never later than the one already set
  function setKeyCompromisedFrom(bytes32 issuer, bytes32 thumbprint, uint64 compromisedFrom) external;
  function narrowAccount(bytes32 issuer, address account, uint64 until) external;
  /// @param compromisedFrom as for a key
  function setAccountCompromisedFrom(bytes32 issuer, address account, uint64 compromisedFrom) external;
  function narrowApprover(bytes32 issuer, address approver, uint64 until) external;

  // Views.

  function wideningDelay() external view returns (uint64);
  /// @notice The issuer for which `account` may write now; reverts with the reason when there is none.
  function requireAnchoringIssuer(address account) external view returns (bytes32 issuer);
  /// @return whether the window of `approver` contains now
  function isApprover(bytes32 issuer, address approver) external view returns (bool);
  /// @return whether the issuer has accepted, its window contains now and nobody has suspended it or its authority
  function isIssuerActive(bytes32 issuer) external view returns (bool);
  /// @return all zero when there is none; so for the views below
  function authorityOf(bytes32 authority) external view returns (Authority memory);
  /// @return with a widening that is due already applied
  function issuerOf(bytes32 issuer) external view returns (Issuer memory);
  function keyOf(bytes32 issuer, bytes32 thumbprint) external view returns (Grant memory);
  function accountOf(address account) external view returns (bytes32 issuer, Grant memory grant);
  function approverOf(bytes32 issuer, address approver) external view returns (Grant memory);
  /// @return 0 before the first set
  function checkpointSetVersion() external view returns (uint64);
}
