// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Roots of Merkle batches, each under its issuer, with the time it was anchored
/// @notice A batch is an RFC 9162 tree over 2^log2Size leaves. The time of a root is the time of the block
/// that anchored it and never changes.
interface IBatchAnchor {
  error BatchAnchorEmptyRoot();
  error BatchAnchorSizeOutOfRange(uint8 log2Size);
  error BatchAnchorUnknownClass(uint8 class);
  error BatchAnchorWrongSequence(uint64 expected, uint64 actual);
  error BatchAnchorNotFound(bytes32 issuer, bytes32 root);

  /// @param class 0 = short-lived, 1 = long-lived
  /// @param sequence the first batch of an issuer has sequence 1
  /// @param account the issuer's ledger account that anchored it
  event BatchAnchored(
    bytes32 indexed issuer,
    bytes32 indexed root,
    uint8 log2Size,
    uint8 class,
    uint64 sequence,
    address account
  );

  /// @notice Anchors a root under the caller's issuer. The same root again changes nothing and emits
  /// nothing, whatever the sequence; otherwise `expectedSequence` must be the issuer's last plus one.
  /// @param log2Size 6 to 12
  function anchor(bytes32 root, uint8 log2Size, uint8 class, uint64 expectedSequence) external;

  /// @notice Reverts with `BatchAnchorNotFound` when the issuer has anchored no such root.
  /// @return time Unix seconds of the block that anchored it
  /// @return log2Size as anchored
  /// @return class as anchored
  /// @return sequence as anchored
  /// @return account the issuer's ledger account that anchored it
  function anchorOf(
    bytes32 issuer,
    bytes32 root
  ) external view returns (uint64 time, uint8 log2Size, uint8 class, uint64 sequence, address account);
  /// @return the sequence of the issuer's last batch, 0 before the first
  function sequenceOf(bytes32 issuer) external view returns (uint64);
}
