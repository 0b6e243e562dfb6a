// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A contract that passes on whatever someone with powers was talked into sending it
contract MiddleMan {
  error Refused(bytes answer);

  function passOn(address target, bytes calldata data) external {
    // solhint-disable-next-line avoid-low-level-calls
    (bool succeeded, bytes memory answer) = target.call(data);
    if (!succeeded) revert Refused(answer);
  }
}
