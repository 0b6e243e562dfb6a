// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fixture} from "./support/Fixture.t.sol";

/// @dev Against a tree that this file builds level by level; `test/contracts/inclusion.test.ts` has the other oracle.
contract MerkleInclusionTest is Fixture {
  uint8 private constant LOG2_SIZE = 6;

  function testFuzzEveryLeafIsIncludedWhereItIsAndNowhereElse(
    bytes32 seed,
    uint8 index,
    uint8 other
  ) public view {
    index = index % 64;
    other = other % 64;
    (bytes32 leaf, bytes32[] memory path, bytes32 root) = _proof(seed, index);
    check(_verify(leaf, index, path, root), "a leaf is included");
    if (other != index) check(!_verify(leaf, other, path, root), "at one place");
    (bytes32 neighbour, , ) = _proof(seed, other);
    if (other != index) check(!_verify(neighbour, index, path, root), "and no other leaf is there");
  }

  function testFuzzNoOtherIndexSizeOrRoot(
    bytes32 seed,
    uint256 index,
    uint8 log2Size,
    bytes32 root
  ) public view {
    (bytes32 leaf, bytes32[] memory path, bytes32 right) = _proof(seed, 5);
    bool isSame = index == 5 && log2Size == LOG2_SIZE && root == right;
    check(batchAnchor.verifyInclusion(leaf, index, log2Size, path, root) == isSame, "only the right ones");
    bool isIndex = index == 5;
    check(_verify(leaf, index, path, right) == isIndex, "only the right index");
    bool isSize = log2Size == LOG2_SIZE;
    check(batchAnchor.verifyInclusion(leaf, 5, log2Size, path, right) == isSize, "only the right size");
  }

  function testFuzzNoChangedStep(bytes32 seed, uint8 index, uint8 step, bytes32 change) public view {
    index = index % 64;
    if (change == 0) change = bytes32(uint256(1));
    (bytes32 leaf, bytes32[] memory path, bytes32 root) = _proof(seed, index);
    path[step % LOG2_SIZE] ^= change;
    check(!_verify(leaf, index, path, root), "every step counts");
    path[step % LOG2_SIZE] ^= change;
    check(!_verify(leaf ^ change, index, path, root), "and so does the leaf");
    check(!_verify(leaf, index, path, root ^ change), "and the root");
  }

  function _verify(
    bytes32 leaf,
    uint256 index,
    bytes32[] memory path,
    bytes32 root
  ) private view returns (bool) {
    return batchAnchor.verifyInclusion(leaf, index, LOG2_SIZE, path, root);
  }

  function _proof(
    bytes32 seed,
    uint256 index
  ) private pure returns (bytes32 leaf, bytes32[] memory path, bytes32 root) {
    bytes32[] memory level = new bytes32[](64);
    for (uint256 n = 0; n < 64; ++n) level[n] = sha256(abi.encodePacked(bytes1(0x00), seed, n));
    leaf = level[index];
    path = new bytes32[](LOG2_SIZE);
    for (uint256 step = 0; step < LOG2_SIZE; ++step) {
      path[step] = level[index % 2 == 0 ? index + 1 : index - 1];
      bytes32[] memory above = new bytes32[](level.length / 2);
      for (uint256 n = 0; n < above.length; ++n) {
        above[n] = sha256(bytes.concat(bytes1(0x01), level[2 * n], level[2 * n + 1]));
      }
      level = above;
      index /= 2;
    }
    root = level[0];
  }
}
