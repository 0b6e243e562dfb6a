// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev The cheat codes of the test runner that these tests use.
interface IVm {
  function addr(uint256 privateKey) external pure returns (address);
  function chainId(uint256 id) external;
  function expectRevert(bytes calldata revertData) external;
  function prank(address sender) external;
  function prank(address sender, address origin) external;
  function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
  function warp(uint256 time) external;
}

/// @dev Where the runner listens: the last 20 bytes of keccak256("hevm cheat code").
IVm constant vm = IVm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
