// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev A test fails with the rule that does not hold.
abstract contract Checks {
  error Broken(string rule);

  function check(bool holds, string memory rule) internal pure {
    if (!holds) revert Broken(rule);
  }
}
