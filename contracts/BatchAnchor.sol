// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {isBatchSize} from "./BatchSize.sol";
import {IBatchAnchor} from "./interfaces/IBatchAnchor.sol";
import {ITrustList} from "./interfaces/ITrustList.sol";
import {MerkleInclusion} from "./MerkleInclusion.sol";

/// @title Roots of Merkle batches, each under its issuer, with the time it was anchored
contract BatchAnchor is IBatchAnchor {
  uint8 private constant LONG_LIVED = 1;

  /// @dev One storage slot, written once.
  ///
  /// | bits    | field    |                                                       |
  /// | ------- | -------- | ----------------------------------------------------- |
  /// | 0-39    | time     | Unix seconds, never 0 once written (to the year 36812) |
  /// | 40-47   | log2Size |                                                       |
  /// | 48-55   | class    |                                                       |
  /// | 56-95   | sequence | 2^40 batches an issuer: one a second for 34,000 years |
  /// | 96-255  | account  |                                                       |
  struct Anchor {
    uint40 time;
    uint8 log2Size;
    uint8 class;
    uint40 sequence;
    address account;
  }

  /// @notice Says for which issuer an account may write.
  ITrustList public immutable trustList;
  mapping(bytes32 issuer => mapping(bytes32 root => Anchor)) private _anchors;
  mapping(bytes32 issuer => uint40) private _sequences;

  constructor(ITrustList trustList_) {
    trustList = trustList_;
  }

  /// @inheritdoc IBatchAnchor
  function anchor(bytes32 root, uint8 log2Size, uint8 class, uint64 expectedSequence) external {
    bytes32 issuer = trustList.requireAnchoringIssuer(msg.sender);
    if (root == 0) revert BatchAnchorEmptyRoot();
    if (!isBatchSize(log2Size)) revert BatchAnchorSizeOutOfRange(log2Size);
    if (class > LONG_LIVED) revert BatchAnchorUnknownClass(class);
    if (_anchors[issuer][root].time != 0) return;
    uint40 sequence = _sequences[issuer] + 1;
    if (expectedSequence != sequence) revert BatchAnchorWrongSequence(sequence, expectedSequence);

    _sequences[issuer] = sequence;
    _anchors[issuer][root] = Anchor(uint40(block.timestamp), log2Size, class, sequence, msg.sender);
    emit BatchAnchored(issuer, root, log2Size, class, sequence, msg.sender);
  }

  /// @inheritdoc IBatchAnchor
  function requireIncluded(
    bytes32 issuer,
    bytes32 root,
    bytes32 leafHash,
    uint256 index,
    bytes32[] calldata path
  ) external view returns (uint64 time) {
    Anchor memory found = _known(issuer, root);
    if (!MerkleInclusion.isIncluded(leafHash, index, found.log2Size, path, root)) {
      revert BatchAnchorNotIncluded(issuer, root, leafHash);
    }
    return found.time;
  }

  /// @inheritdoc IBatchAnchor
  function verifyInclusion(
    bytes32 leafHash,
    uint256 index,
    uint8 log2Size,
    bytes32[] calldata path,
    bytes32 root
  ) external pure returns (bool) {
    return MerkleInclusion.isIncluded(leafHash, index, log2Size, path, root);
  }

  /// @inheritdoc IBatchAnchor
  function anchorOf(
    bytes32 issuer,
    bytes32 root
  ) external view returns (uint64 time, uint8 log2Size, uint8 class, uint64 sequence, address account) {
    Anchor memory found = _known(issuer, root);
    return (found.time, found.log2Size, found.class, found.sequence, found.account);
  }

  /// @inheritdoc IBatchAnchor
  function sequenceOf(bytes32 issuer) external view returns (uint64) {
    return _sequences[issuer];
  }

  function _known(bytes32 issuer, bytes32 root) private view returns (Anchor memory found) {
    found = _anchors[issuer][root];
    if (found.time == 0) revert BatchAnchorNotFound(issuer, root);
  }
}
