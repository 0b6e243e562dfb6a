// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev A batch, of credentials or of acts, has 2^6 = 64 to 2^12 = 4,096 leaves.
uint8 constant MIN_LOG2_SIZE = 6;
uint8 constant MAX_LOG2_SIZE = 12;

function isBatchSize(uint8 log2Size) pure returns (bool) {
  return log2Size >= MIN_LOG2_SIZE && log2Size <= MAX_LOG2_SIZE;
}
