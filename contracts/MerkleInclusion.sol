// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {isBatchSize} from "./BatchSize.sol";

/// @title Inclusion proofs of batches: RFC 9162 trees over 2^log2Size leaves, SHA-256
/// @dev The same as `core/commitment/proof.ts`. Leaf and node hashes differ in their first byte (§2.1.1), so no
/// leaf passes for a node; the length of a path is fixed by the size, so no node passes for a leaf.
library MerkleInclusion {
  bytes1 private constant NODE_PREFIX = 0x01;

  /// @param leafHash SHA-256(0x00 ‖ commitment)
  /// @param index the leaf's place, from 0
  /// @param path the sibling hashes from the leaf up
  /// @return whether the path leads from the leaf at this place to this root; never reverts
  function isIncluded(
    bytes32 leafHash,
    uint256 index,
    uint8 log2Size,
    bytes32[] calldata path,
    bytes32 root
  ) internal pure returns (bool) {
    if (!isBatchSize(log2Size) || path.length != log2Size || index >> log2Size != 0) return false;
    bytes32 node = leafHash;
    for (uint256 level = 0; level < log2Size; ++level) {
      bool isRight = (index >> level) & 1 == 1;
      node = isRight ? _nodeHash(path[level], node) : _nodeHash(node, path[level]);
    }
    return node == root;
  }

  function _nodeHash(bytes32 left, bytes32 right) private pure returns (bytes32) {
    return sha256(abi.encodePacked(NODE_PREFIX, left, right));
  }
}
