// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Roots of Merkle batches, each under its issuer, with the time it was anchored
/// @notice A batch is an RFC 9162 tree over 2^log2Size leaves, 64 to 4,096. The time of a root is the time of the
/// block that anchored it and never changes. Issuers write under their own name only: nobody can take a root away
/// from another issuer by anchoring it first.
interface IBatchAnchor {
  /// @notice No batch has a root of zeros.
  error BatchAnchorEmptyRoot();
  /// @notice Not 6 to 12.
  error BatchAnchorSizeOutOfRange(uint8 log2Size);
  /// @notice Neither 0 nor 1.
  error BatchAnchorUnknownClass(uint8 class);
  /// @notice Not the issuer's next batch: somebody else wrote, or the caller is behind.
  error BatchAnchorWrongSequence(uint64 expected, uint64 actual);
  /// @notice The issuer has anchored no such root.
  error BatchAnchorNotFound(bytes32 issuer, bytes32 root);
  /// @notice The path does not lead from the leaf at this place to the root.
  error BatchAnchorNotIncluded(bytes32 issuer, bytes32 root, bytes32 leafHash);

  /// @notice A root is on the ledger; its time is the block's.
  /// @param issuer under whose name
  /// @param root of an RFC 9162 tree
  /// @param log2Size of the tree
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

  /// @notice Anchors a root under the caller's issuer; emits `BatchAnchored`. The same root again changes nothing and
  /// emits nothing, whatever the sequence; otherwise `expectedSequence` must be the issuer's last plus one. For the
  /// accounts of active issuers.
  /// @param root of an RFC 9162 tree, not zero
  /// @param log2Size 6 to 12
  /// @param class 0 = short-lived, 1 = long-lived
  /// @param expectedSequence the issuer's last plus one
  function anchor(bytes32 root, uint8 log2Size, uint8 class, uint64 expectedSequence) external;

  /// @notice What is on record of a root; reverts with `BatchAnchorNotFound` when the issuer has anchored no such root.
  /// @param issuer under whose name
  /// @param root of an RFC 9162 tree
  /// @return time Unix seconds of the block that anchored it
  /// @return log2Size as anchored
  /// @return class as anchored
  /// @return sequence as anchored
  /// @return account the issuer's ledger account that anchored it
  function anchorOf(
    bytes32 issuer,
    bytes32 root
  ) external view returns (uint64 time, uint8 log2Size, uint8 class, uint64 sequence, address account);
  /// @notice How many batches an issuer has anchored.
  /// @param issuer any
  /// @return the sequence of the issuer's last batch, 0 before the first
  function sequenceOf(bytes32 issuer) external view returns (uint64);

  /// @notice For contracts: whether and when the issuer anchored a leaf. Reverts with `BatchAnchorNotFound` or
  /// `BatchAnchorNotIncluded`. Says nothing about keys, status or windows: a root is not a verdict.
  /// @param issuer under whose name
  /// @param root as anchored
  /// @param leafHash SHA-256(0x00 ‖ commitment)
  /// @param index the leaf's place, from 0
  /// @param path log2Size sibling hashes, from the leaf up
  /// @return time Unix seconds of the block that anchored the root
  function requireIncluded(
    bytes32 issuer,
    bytes32 root,
    bytes32 leafHash,
    uint256 index,
    bytes32[] calldata path
  ) external view returns (uint64 time);
  /// @notice RFC 9162 §2.1.3.2 for the trees of batches; asks nothing about anchors. Take size and root from
  /// `anchorOf`: to a caller who names a smaller size himself, an inner node looks like a leaf.
  /// @param leafHash SHA-256(0x00 ‖ commitment)
  /// @param index the leaf's place, from 0
  /// @param log2Size of the tree; false unless 6 to 12
  /// @param path log2Size sibling hashes, from the leaf up
  /// @param root of the tree
  /// @return whether the path leads from the leaf at this place to this root
  function verifyInclusion(
    bytes32 leafHash,
    uint256 index,
    uint8 log2Size,
    bytes32[] calldata path,
    bytes32 root
  ) external pure returns (bool);
}
