// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Who may issue what, with which keys, and when
/// @notice The consortium admits authorities; an authority accredits issuers within its jurisdiction; the
/// issuer accepts. Times are Unix seconds; a window is half open: `from <= t < until`. Widening a power
/// takes effect no sooner than `wideningDelay` seconds after the block that records it: wherever a `from` or
/// `effectiveFrom` is given, 0 means that earliest time, and the event states the time that was chosen.
/// Narrowing a power takes effect at once. Doing again what is already done changes nothing and emits nothing.
/// Nothing is ever deleted. Names and DIDs are 1 to 128 printable ASCII characters without spaces. An authority
/// is named by keccak256 of its name, an issuer by keccak256 of its DID.
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

  /// Who may take an issuer over as its admin, and from when on; all zero when nobody may.
  struct Nomination {
    address admin;
    uint64 from;
  }

  /// What a key, an account or an approver may do, and when. `until` = 0: there is no such grant.
  struct Grant {
    uint64 from;
    uint64 until;
    /// 0 = not compromised. Approvers have none.
    uint64 compromisedFrom;
  }

  /// @notice No authority was admitted under this name.
  error TrustListUnknownAuthority(bytes32 authority);
  /// @notice An authority of this name was admitted before.
  error TrustListAuthorityExists(bytes32 authority);
  /// @notice The authority is suspended: it and its issuers can do nothing that needs a power.
  error TrustListAuthoritySuspended(bytes32 authority);
  /// @notice There is nothing to reinstate.
  error TrustListAuthorityNotSuspended(bytes32 authority);
  /// @notice No issuer was accredited under this DID.
  error TrustListUnknownIssuer(bytes32 issuer);
  /// @notice An issuer with this DID was accredited before, by this authority or another.
  error TrustListIssuerExists(bytes32 issuer);
  /// @notice The issuer has yet to accept its accreditation.
  error TrustListIssuerNotAccepted(bytes32 issuer);
  /// @notice The issuer accepted before.
  error TrustListIssuerAlreadyAccepted(bytes32 issuer);
  /// @notice The issuer is suspended: it can narrow its powers and do nothing else.
  error TrustListIssuerSuspended(bytes32 issuer);
  /// @notice There is nothing to reinstate.
  error TrustListIssuerNotSuspended(bytes32 issuer);
  /// @notice The caller, or the account asked about, has no power over the authority or issuer `subject`; `subject` is
  /// 0 for an account that serves no issuer.
  error TrustListUnauthorized(bytes32 subject, address caller);
  /// @notice Not 1 to 128 printable ASCII characters, or no DID where one is due.
  error TrustListInvalidName(string name);
  /// @notice Not two capital letters.
  error TrustListInvalidJurisdiction(bytes2 jurisdiction);
  /// @notice No type at all, one that does not exist, or in a widening not all of the present ones.
  error TrustListInvalidTypes(uint32 types);
  /// @notice The window would be empty, end before it is allowed to, or in a widening earlier than the present one.
  error TrustListInvalidWindow(uint64 from, uint64 until);
  /// @notice The power exists, but not now.
  error TrustListOutsideWindow(uint64 from, uint64 until);
  /// @notice A widening cannot take effect before `earliest`; for a replacement these are block numbers.
  error TrustListTooEarly(uint64 from, uint64 earliest);
  /// @notice A widening is under way; the next one has to wait until it has taken effect.
  error TrustListWideningPending(bytes32 issuer, uint64 effectiveFrom);
  /// @notice Narrowing cannot move the end of a window later.
  error TrustListWouldWiden(uint64 current, uint64 requested);
  /// @notice Narrowing cannot add a type.
  error TrustListTypesWouldWiden(uint32 current, uint32 requested);
  /// @notice `compromisedFrom` only moves earlier; 0 would mean never, which is later than any time.
  error TrustListCompromisedFromMovesLater(uint64 current, uint64 requested);
  /// @notice The issuer has this key already.
  error TrustListKeyExists(bytes32 issuer, bytes32 thumbprint);
  /// @notice The issuer has no such key.
  error TrustListUnknownKey(bytes32 issuer, bytes32 thumbprint);
  /// @notice Not ES256, the only algorithm there is.
  error TrustListUnknownAlgorithm(uint8 algorithm);
  /// @notice Not a public key of the algorithm, or a checkpoint key of zeros.
  error TrustListInvalidPublicKey(uint256 length);
  /// @notice The public key has another thumbprint than the one given.
  error TrustListWrongThumbprint(bytes32 actual, bytes32 given);
  /// @notice The account serves an issuer already, and that for ever.
  error TrustListAccountTaken(address account);
  /// @notice The account does not serve this issuer.
  error TrustListUnknownAccount(bytes32 issuer, address account);
  /// @notice The account has not signed that it will serve this issuer.
  error TrustListNoConsent(bytes32 issuer, address account);
  /// @notice What was signed counted until `deadline`.
  error TrustListDeadlinePassed(uint64 deadline, uint64 time);
  /// @notice The issuer has approved of this person already.
  error TrustListApproverExists(bytes32 issuer, address approver);
  /// @notice The issuer has no such approver.
  error TrustListUnknownApprover(bytes32 issuer, address approver);
  /// @notice No more keys, accounts or approvers: `limit` of them, ended ones included, is all that `subject` may have,
  /// the issuer, or its authority for all its issuers.
  error TrustListTooMany(bytes32 subject, uint256 limit);
  /// @notice The zero address is nobody.
  error TrustListZeroAddress();
  /// @notice Too many keys, a key of zeros or twice, or a threshold that is not between 1 and their number.
  error TrustListInvalidCheckpointSet(uint256 keys, uint8 threshold);
  /// @notice The predecessor is on record.
  error TrustListPredecessorRecorded();

  /// @notice The consortium has a new member.
  /// @param authority keccak256 of `name`
  /// @param name as people read it
  /// @param jurisdiction ISO 3166-1 alpha-2
  /// @param admin the account that acts for the authority
  /// @param checkpointKey Ed25519 public key that cosigns checkpoints
  event AuthorityAdmitted(
    bytes32 indexed authority,
    string name,
    bytes2 indexed jurisdiction,
    address admin,
    bytes32 checkpointKey
  );
  /// @notice From this block on another account acts for the authority.
  /// @param authority whose admin changed
  /// @param admin the new one
  event AuthorityAdminChanged(bytes32 indexed authority, address admin);
  /// @notice From this block on, until a reinstatement takes effect.
  /// @param authority which is suspended
  event AuthoritySuspended(bytes32 indexed authority);
  /// @notice The suspension ends.
  /// @param authority which was suspended
  /// @param effectiveFrom when it ends
  event AuthorityReinstated(bytes32 indexed authority, uint64 effectiveFrom);

  /// @notice An authority says who may issue; it holds once the issuer accepts.
  /// @param issuer keccak256 of `did`
  /// @param authority which accredits, and whose jurisdiction it is
  /// @param did the issuer's DID, `iss` of its credentials
  /// @param types bit n set = may issue type n (see `core/credential/credential-type.ts`)
  /// @param from when the issuer's window begins
  /// @param until when it ends
  /// @param admin the account that acts for the issuer
  event IssuerAccredited(
    bytes32 indexed issuer,
    bytes32 indexed authority,
    string did,
    uint32 types,
    uint64 from,
    uint64 until,
    address admin
  );
  /// @notice The second step of an accreditation.
  /// @param issuer which accepts
  event IssuerAccepted(bytes32 indexed issuer);
  /// @notice From `effectiveFrom` on the issuer may issue `types` until `until`; both only grow here. There is
  /// at most one widening that has yet to take effect.
  /// @param issuer whose power grows
  /// @param types all that it may issue then
  /// @param effectiveFrom when it takes effect
  /// @param until when the issuer's window ends then
  event IssuerWidened(bytes32 indexed issuer, uint32 types, uint64 effectiveFrom, uint64 until);
  /// @notice From this block on; a widening that had yet to take effect is off.
  /// @param issuer whose power shrinks
  /// @param types all that it may still issue
  /// @param until when its window ends
  event IssuerNarrowed(bytes32 indexed issuer, uint32 types, uint64 until);
  /// @notice From this block on, until a reinstatement takes effect.
  /// @param issuer which is suspended
  /// @param by the admin who did it
  event IssuerSuspended(bytes32 indexed issuer, address by);
  /// @notice The suspension ends.
  /// @param issuer which was suspended
  /// @param effectiveFrom when it ends
  event IssuerReinstated(bytes32 indexed issuer, uint64 effectiveFrom);
  /// @notice An account may take the issuer over as its admin. An earlier nomination is off.
  /// @param issuer whose admin may change
  /// @param admin who may accept; the present admin when a nomination is called off
  /// @param effectiveFrom when it may accept at the earliest
  /// @param by the admin who nominated it
  event IssuerAdminNominated(bytes32 indexed issuer, address admin, uint64 effectiveFrom, address by);
  /// @notice From this block on another account acts for the issuer.
  /// @param issuer whose admin changed
  /// @param admin the new one
  event IssuerAdminChanged(bytes32 indexed issuer, address admin);

  /// @notice The issuer may sign credentials with this key.
  /// @param issuer whose key it is
  /// @param thumbprint RFC 7638 thumbprint of the public key, SHA-256; the contract has checked it
  /// @param algorithm 1 = ES256
  /// @param publicKey for ES256: 65 bytes, SEC 1 uncompressed, on the curve
  /// @param certificateDigest SHA-256 of the DER certificate that supports the key, or zero
  /// @param from when its window begins
  /// @param until when it ends
  event KeyAdded(
    bytes32 indexed issuer,
    bytes32 indexed thumbprint,
    uint8 algorithm,
    bytes publicKey,
    bytes32 certificateDigest,
    uint64 from,
    uint64 until
  );
  /// @notice The window of a key ends earlier.
  /// @param issuer whose key it is
  /// @param thumbprint of the key
  /// @param until when it ends
  event KeyNarrowed(bytes32 indexed issuer, bytes32 indexed thumbprint, uint64 until);
  /// @notice What this key signed counts only if it was anchored before `compromisedFrom`.
  /// @param issuer whose key it is
  /// @param thumbprint of the key
  /// @param compromisedFrom earlier than any that was said before
  event KeyCompromised(bytes32 indexed issuer, bytes32 indexed thumbprint, uint64 compromisedFrom);

  /// @notice The account may anchor for the issuer, and has consented.
  /// @param issuer which it serves
  /// @param account a ledger account
  /// @param from when its window begins
  /// @param until when it ends
  event AccountAdded(bytes32 indexed issuer, address indexed account, uint64 from, uint64 until);
  /// @notice The window of an account ends earlier.
  /// @param issuer which it serves
  /// @param account a ledger account
  /// @param until when it ends
  event AccountNarrowed(bytes32 indexed issuer, address indexed account, uint64 until);
  /// @notice What this account anchored counts only if it did so before `compromisedFrom`.
  /// @param issuer which it serves
  /// @param account a ledger account
  /// @param compromisedFrom earlier than any that was said before
  event AccountCompromised(bytes32 indexed issuer, address indexed account, uint64 compromisedFrom);

  /// @notice The person may approve the issuer's acts.
  /// @param issuer whose acts
  /// @param approver the account whose signature counts
  /// @param from when the window begins
  /// @param until when it ends
  event ApproverAdded(bytes32 indexed issuer, address indexed approver, uint64 from, uint64 until);
  /// @notice The window of an approver ends earlier.
  /// @param issuer whose acts
  /// @param approver the account whose signature counts
  /// @param until when it ends
  event ApproverNarrowed(bytes32 indexed issuer, address indexed approver, uint64 until);

  /// @notice Checkpoints need the signatures of `threshold` of these keys; the set is signed by the one before.
  /// @param version the first set has version 1
  /// @param threshold how many must sign
  /// @param keys Ed25519 public keys
  event CheckpointSetChanged(uint64 indexed version, uint8 threshold, bytes32[] keys);
  /// @notice The ledger this one continues: what was anchored there keeps its time.
  /// @param chainId of its chain
  /// @param genesis hash of its first block
  /// @param finalCheckpoint hash of the checkpoint it ended with
  event Predecessor(uint256 chainId, bytes32 genesis, bytes32 finalCheckpoint);
  /// @notice Readers follow another contract.
  /// @param name of the contract
  /// @param previous address until `fromBlock`
  /// @param next address from then on
  /// @param fromBlock the first block in which `next` counts
  event ContractReplaced(string name, address previous, address next, uint64 fromBlock);

  // Consortium: through the AccessManager, which decides who may call and after what delay.

  /// @notice Admits a member; emits `AuthorityAdmitted`.
  /// @param name of the authority, for ever
  /// @param jurisdiction two capital letters
  /// @param admin the account that acts for it
  /// @param checkpointKey not zero, which is a point of small order
  /// @return authority keccak256 of `name`
  function admitAuthority(
    string calldata name,
    bytes2 jurisdiction,
    address admin,
    bytes32 checkpointKey
  ) external returns (bytes32 authority);
  /// @notice Takes effect at once, also while the authority is suspended; emits `AuthorityAdminChanged`.
  /// @param authority whose admin changes
  /// @param admin the new one
  function setAuthorityAdmin(bytes32 authority, address admin) external;
  /// @notice Its issuers can no longer anchor, and its admin can do nothing but withdraw mappings. Ends a reinstatement
  /// that has yet to take effect. Emits `AuthoritySuspended`.
  /// @param authority to suspend
  function suspendAuthority(bytes32 authority) external;
  /// @notice Ends the suspension after the delay, or moves that end; emits `AuthorityReinstated`.
  /// @param authority which is suspended
  /// @param effectiveFrom when it ends
  function reinstateAuthority(bytes32 authority, uint64 effectiveFrom) external;
  /// @notice Takes effect at once; emits `CheckpointSetChanged` with the next version.
  /// @param keys 1 to 32 Ed25519 public keys, none zero, none twice
  /// @param threshold how many of them must sign, 1 to all
  function setCheckpointSet(bytes32[] calldata keys, uint8 threshold) external;
  /// @notice Once only; emits `Predecessor`.
  /// @param chainId of the ledger before
  /// @param genesis hash of its first block
  /// @param finalCheckpoint hash of the checkpoint it ended with
  function recordPredecessor(uint256 chainId, bytes32 genesis, bytes32 finalCheckpoint) external;
  /// @notice Tells readers to follow another contract; emits `ContractReplaced`.
  /// @param name of the contract
  /// @param previous address
  /// @param next address
  /// @param fromBlock this block or a later one
  function recordReplacement(string calldata name, address previous, address next, uint64 fromBlock) external;

  // The authority's admin, within its jurisdiction, while the authority is not suspended.

  /// @notice The first step of an accreditation; emits `IssuerAccredited`.
  /// @param authority whose admin calls
  /// @param did the issuer's DID, which no other issuer has
  /// @param types at least one
  /// @param from when the issuer's window begins
  /// @param until when it ends
  /// @param admin the account that acts for the issuer and has to accept
  /// @return issuer keccak256 of `did`
  function accredit(
    bytes32 authority,
    string calldata did,
    uint32 types,
    uint64 from,
    uint64 until,
    address admin
  ) external returns (bytes32 issuer);
  /// @notice Adds types or time after the delay; emits `IssuerWidened`.
  /// @param issuer accredited by the caller's authority
  /// @param types all the present ones, and perhaps more
  /// @param effectiveFrom when it takes effect
  /// @param until the present one or later
  function widenIssuer(bytes32 issuer, uint32 types, uint64 effectiveFrom, uint64 until) external;
  /// @notice Ends the suspension after the delay, or moves that end; emits `IssuerReinstated`.
  /// @param issuer accredited by the caller's authority
  /// @param effectiveFrom when it ends
  function reinstateIssuer(bytes32 issuer, uint64 effectiveFrom) external;

  // The issuer's admin, while neither the issuer nor its authority is suspended. All but the first: once the
  // accreditation is accepted.

  /// @notice The second step of an accreditation; emits `IssuerAccepted`.
  /// @param issuer whose admin calls
  function acceptAccreditation(bytes32 issuer) external;
  /// @notice Adds a key after the delay; emits `KeyAdded`. An issuer has at most 256 keys.
  /// @param issuer whose admin calls
  /// @param thumbprint RFC 7638 thumbprint of the public key, SHA-256
  /// @param algorithm 1 = ES256
  /// @param publicKey 65 bytes, SEC 1 uncompressed, a point of P-256
  /// @param certificateDigest SHA-256 of the DER certificate that supports the key, or zero
  /// @param from when its window begins
  /// @param until when it ends
  function addKey(
    bytes32 issuer,
    bytes32 thumbprint,
    uint8 algorithm,
    bytes calldata publicKey,
    bytes32 certificateDigest,
    uint64 from,
    uint64 until
  ) external;
  /// @notice Adds an account after the delay; emits `AccountAdded`. An issuer has at most 64 accounts, the issuers of
  /// one authority together 8,192, all issuers 65,536.
  /// @dev EIP-712 `ServeIssuer(bytes32 issuer,address account,uint64 deadline)` in the domain `{name: "TrustList",
  /// version: "1", chainId, verifyingContract}`. No nonce: an account is added once. A signature is 65 bytes r, s, v
  /// with a low s.
  /// @param issuer whose admin calls
  /// @param account serves one issuer for ever, and is none of its approvers
  /// @param from when its window begins
  /// @param until when it ends
  /// @param deadline the last block time, Unix seconds, at which the consent counts
  /// @param consent the account's signature, so that nobody can take somebody else's account
  function addAccount(
    bytes32 issuer,
    address account,
    uint64 from,
    uint64 until,
    uint64 deadline,
    bytes calldata consent
  ) external;
  /// @notice Adds an approver after the delay; emits `ApproverAdded`. An issuer has at most 256 approvers.
  /// @param issuer whose admin calls
  /// @param approver none of the issuer's accounts
  /// @param from when the window begins
  /// @param until when it ends
  function addApprover(bytes32 issuer, address approver, uint64 from, uint64 until) external;

  // A new admin for an issuer: named by the present one, while neither the issuer nor its authority is suspended, or by
  // the authority's, while the authority is not suspended (a lost or stolen admin key); then accepted by the new one.

  /// @notice Names who may take the issuer over after the delay; emits `IssuerAdminNominated`. The present admin
  /// stays until then. To call a nomination off, nominate the present admin. An authority that takes an issuer from a
  /// thief suspends it first, so that the thief cannot nominate.
  /// @param issuer whose admin is to change
  /// @param admin the new one
  /// @param effectiveFrom when it may accept at the earliest
  function nominateIssuerAdmin(bytes32 issuer, address admin, uint64 effectiveFrom) external;
  /// @notice The nominee takes over, also while the issuer is suspended; emits `IssuerAdminChanged`.
  /// @param issuer whose nominee calls
  function acceptIssuerAdmin(bytes32 issuer) external;

  // The issuer's admin, or its authority's while the authority is not suspended: narrowing, at once. A new
  // `until` lies between this block's time, which ends the window with this block, and the present `until`.

  /// @notice Takes types or time away, and calls off a widening; emits `IssuerNarrowed`.
  /// @param issuer whose power shrinks
  /// @param types some, all or none of the present ones
  /// @param until when its window ends
  function narrowIssuer(bytes32 issuer, uint32 types, uint64 until) external;
  /// @notice Ends a reinstatement that has yet to take effect. Emits `IssuerSuspended`.
  /// @param issuer to suspend
  function suspendIssuer(bytes32 issuer) external;
  /// @notice Ends a key's window earlier; emits `KeyNarrowed`.
  /// @param issuer whose key it is
  /// @param thumbprint of the key
  /// @param until when it ends
  function narrowKey(bytes32 issuer, bytes32 thumbprint, uint64 until) external;
  /// @notice Says from when on a key does not count; emits `KeyCompromised`.
  /// @param issuer whose key it is
  /// @param thumbprint of the key
  /// @param compromisedFrom any time, past or to come, but not 0 and never later than the one already set
  function setKeyCompromisedFrom(bytes32 issuer, bytes32 thumbprint, uint64 compromisedFrom) external;
  /// @notice Ends an account's window earlier; emits `AccountNarrowed`.
  /// @param issuer which it serves
  /// @param account a ledger account
  /// @param until when it ends
  function narrowAccount(bytes32 issuer, address account, uint64 until) external;
  /// @notice Says from when on an account does not count; emits `AccountCompromised`.
  /// @param issuer which it serves
  /// @param account a ledger account
  /// @param compromisedFrom as for a key
  function setAccountCompromisedFrom(bytes32 issuer, address account, uint64 compromisedFrom) external;
  /// @notice Ends an approver's window earlier; emits `ApproverNarrowed`.
  /// @param issuer whose acts
  /// @param approver the account whose signature counts
  /// @param until when it ends
  function narrowApprover(bytes32 issuer, address approver, uint64 until) external;

  // Views.

  /// @notice How long a widening waits.
  /// @return seconds
  function wideningDelay() external view returns (uint64);
  /// @notice The issuer for which `account` may write now; reverts with the reason when there is none.
  /// @param account a ledger account
  /// @return issuer which it serves
  function requireAnchoringIssuer(address account) external view returns (bytes32 issuer);
  /// @notice Whether somebody may approve the issuer's acts now.
  /// @param issuer whose acts
  /// @param approver the account whose signature counts
  /// @return whether the window of `approver` contains now
  function isApprover(bytes32 issuer, address approver) external view returns (bool);
  /// @notice Whether the issuer may act now.
  /// @param issuer any; an unknown one may not
  /// @return whether the issuer has accepted, its window contains now and nobody has suspended it or its authority
  function isIssuerActive(bytes32 issuer) external view returns (bool);
  /// @notice What is on record of an authority.
  /// @param authority any
  /// @return all zero when there is none; so for the views below
  function authorityOf(bytes32 authority) external view returns (Authority memory);
  /// @notice What is on record of an issuer.
  /// @param issuer any
  /// @return with a widening that is due already applied
  function issuerOf(bytes32 issuer) external view returns (Issuer memory);
  /// @notice Who may take the issuer over.
  /// @param issuer any
  /// @return the nominee and from when on it may accept
  function nominationOf(bytes32 issuer) external view returns (Nomination memory);
  /// @notice The window of a key.
  /// @param issuer whose key it is
  /// @param thumbprint of the key
  /// @return as narrowed so far
  function keyOf(bytes32 issuer, bytes32 thumbprint) external view returns (Grant memory);
  /// @notice Whom an account serves, and when.
  /// @param account any
  /// @return issuer which it serves
  /// @return grant as narrowed so far
  function accountOf(address account) external view returns (bytes32 issuer, Grant memory grant);
  /// @notice The window of an approver.
  /// @param issuer whose acts
  /// @param approver the account whose signature counts
  /// @return as narrowed so far
  function approverOf(bytes32 issuer, address approver) external view returns (Grant memory);
  /// @notice The version of the present checkpoint set.
  /// @return 0 before the first set
  function checkpointSetVersion() external view returns (uint64);
}
