// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Versions of an issuer's status lists, and the acts that explain them
/// @notice Issuers write under their own name only; their versions and act batches are counted from 1 without gaps.
interface IStatusAnchor {
  /// @notice No lists and no acts have a root of zeros.
  error StatusAnchorEmptyRoot();
  /// @notice Not the issuer's next version: somebody else wrote, or the caller is behind.
  error StatusAnchorWrongVersion(uint64 expected, uint64 actual);
  /// @notice The lists would be stale already.
  error StatusAnchorNextUpdateNotAhead(uint64 nextUpdate, uint64 time);
  /// @notice The lists would be taken for fresh longer than 31 days from now.
  error StatusAnchorNextUpdateTooFar(uint64 nextUpdate, uint64 latest);
  /// @notice Not 6 to 12.
  error StatusAnchorSizeOutOfRange(uint8 log2Size);
  /// @notice The approvals counted until `deadline`.
  error StatusAnchorDeadlinePassed(uint64 deadline, uint64 time);
  /// @notice Nobody whose approval counts for this issuer now.
  error StatusAnchorNotApprover(bytes32 issuer, address approver);
  /// @notice One person twice, or the caller.
  error StatusAnchorApproversNotDistinct(address approver);
  /// @notice The signature is not the approver's, not over this batch, contract and chain, or not in the one form.
  error StatusAnchorInvalidSignature(address approver);

  /// @notice A version of the issuer's lists holds from this block on.
  /// @param issuer whose lists
  /// @param version the first version of an issuer is 1
  /// @param listsRoot RFC 9162 root over the digests of all the issuer's lists, in order of their URI
  /// @param actsDigest digest of the acts that explain every change since the version before, or zero
  /// @param nextUpdate a list older than this is stale, Unix seconds
  /// @param account the issuer's ledger account that published it
  event StatusPublished(
    bytes32 indexed issuer,
    uint64 indexed version,
    bytes32 listsRoot,
    bytes32 actsDigest,
    uint64 nextUpdate,
    address account
  );
  /// @notice A batch of acts is on the ledger, approved by two people.
  /// @param issuer whose acts
  /// @param root of an RFC 9162 tree
  /// @param log2Size of the tree
  /// @param sequence the first batch of acts of an issuer has sequence 1
  /// @param firstApprover one of them
  /// @param secondApprover the other
  event ActsAnchored(
    bytes32 indexed issuer,
    bytes32 indexed root,
    uint8 log2Size,
    uint64 sequence,
    address firstApprover,
    address secondApprover
  );

  struct Approval {
    address approver;
    bytes signature;
  }

  /// @notice Publishes the next version for the caller's issuer; emits `StatusPublished`. The present version with the
  /// same content again changes nothing and emits nothing. For the accounts of active issuers.
  /// @param version the issuer's last plus one
  /// @param listsRoot not zero
  /// @param actsDigest or zero
  /// @param nextUpdate later than this block's time, at most 31 days later
  function publish(uint64 version, bytes32 listsRoot, bytes32 actsDigest, uint64 nextUpdate) external;

  /// @notice Anchors a padded batch of acts approved by two people, neither of them the caller; emits `ActsAnchored`.
  /// The same root again changes nothing and emits nothing, whatever the deadline and the approvals. For the accounts
  /// of active issuers.
  /// @dev EIP-712 `ApproveActs(bytes32 issuer,bytes32 root,uint8 log2Size,uint64 sequence,uint64 deadline)` in
  /// the domain `{name: "StatusAnchor", version: "1", chainId, verifyingContract}`. `sequence` is the nonce: the
  /// one this batch will have, `actSequenceOf(issuer) + 1`. Signatures are 65 bytes r, s, v with a low s.
  /// @param root of an RFC 9162 tree, not zero
  /// @param log2Size 6 to 12
  /// @param deadline the last block time, Unix seconds, at which the approvals count
  /// @param first approval, in any order
  /// @param second approval, by somebody else
  function anchorActs(
    bytes32 root,
    uint8 log2Size,
    uint64 deadline,
    Approval calldata first,
    Approval calldata second
  ) external;

  /// @notice The issuer's present version.
  /// @param issuer any
  /// @return version 0 before the first, and then all else is zero too
  /// @return listsRoot as published
  /// @return actsDigest as published
  /// @return nextUpdate as published
  function statusOf(
    bytes32 issuer
  ) external view returns (uint64 version, bytes32 listsRoot, bytes32 actsDigest, uint64 nextUpdate);
  /// @notice How many batches of acts an issuer has anchored.
  /// @param issuer any
  /// @return the sequence of the issuer's last batch of acts, 0 before the first
  function actSequenceOf(bytes32 issuer) external view returns (uint64);
}
