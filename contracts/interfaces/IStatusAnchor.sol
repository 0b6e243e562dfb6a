// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Versions of an issuer's status lists, and the acts that explain them
interface IStatusAnchor {
  error StatusAnchorEmptyRoot();
  error StatusAnchorWrongVersion(uint64 expected, uint64 actual);
  error StatusAnchorNextUpdateNotAhead(uint64 nextUpdate, uint64 time);
  error StatusAnchorSizeOutOfRange(uint8 log2Size);
  error StatusAnchorDeadlinePassed(uint64 deadline, uint64 time);
  error StatusAnchorNotApprover(bytes32 issuer, address approver);
  error StatusAnchorApproversNotDistinct(address approver);
  error StatusAnchorInvalidSignature(address approver);

  /// @param version the first version of an issuer is 1
  /// @param listsRoot RFC 9162 root over the digests of all the issuer's lists, in order of their URI
  /// @param actsDigest digest of the acts that explain every change since the version before, or zero
  /// @param nextUpdate a list older than this is stale, Unix seconds
  event StatusPublished(
    bytes32 indexed issuer,
    uint64 indexed version,
    bytes32 listsRoot,
    bytes32 actsDigest,
    uint64 nextUpdate,
    address account
  );
  /// @param sequence the first batch of acts of an issuer has sequence 1
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

  /// @notice Publishes the next version for the caller's issuer. The present version with the same content
  /// again changes nothing and emits nothing.
  /// @param nextUpdate later than this block's time
  function publish(uint64 version, bytes32 listsRoot, bytes32 actsDigest, uint64 nextUpdate) external;

  /// @notice Anchors a padded batch of acts approved by two people, neither of them the caller. The same root
  /// again changes nothing and emits nothing, whatever the deadline and the approvals.
  /// @dev EIP-712 `ApproveActs(bytes32 issuer,bytes32 root,uint8 log2Size,uint64 sequence,uint64 deadline)` in
  /// the domain `{name: "StatusAnchor", version: "1", chainId, verifyingContract}`. `sequence` is the nonce: the
  /// one this batch will have, `actSequenceOf(issuer) + 1`. Signatures are 65 bytes r, s, v with a low s.
  /// @param log2Size 6 to 12
  /// @param deadline the last block time, Unix seconds, at which the approvals count
  function anchorActs(
    bytes32 root,
    uint8 log2Size,
    uint64 deadline,
    Approval calldata first,
    Approval calldata second
  ) external;

  /// @return version 0 before the first, and then all else is zero too
  /// @return listsRoot as published
  /// @return actsDigest as published
  /// @return nextUpdate as published
  function statusOf(
    bytes32 issuer
  ) external view returns (uint64 version, bytes32 listsRoot, bytes32 actsDigest, uint64 nextUpdate);
  /// @return the sequence of the issuer's last batch of acts, 0 before the first
  function actSequenceOf(bytes32 issuer) external view returns (uint64);
}
