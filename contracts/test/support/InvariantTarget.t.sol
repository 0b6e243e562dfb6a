// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev How the test runner learns which functions of which contract to call.
abstract contract InvariantTarget {
  struct FuzzSelector {
    address addr;
    bytes4[] selectors;
  }

  function onlyContract(address target) internal pure returns (address[] memory targets) {
    targets = new address[](1);
    targets[0] = target;
  }

  function targetOf(
    address target,
    bytes4[] memory selectors
  ) internal pure returns (FuzzSelector[] memory targets) {
    targets = new FuzzSelector[](1);
    targets[0] = FuzzSelector(target, selectors);
  }

  /// @dev A call's data without its selector.
  function argumentsOf(bytes memory data) internal pure returns (bytes memory arguments) {
    if (data.length < 4) return arguments;
    arguments = new bytes(data.length - 4);
    for (uint256 n = 0; n < arguments.length; ++n) arguments[n] = data[n + 4];
  }
}
