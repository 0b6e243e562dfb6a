// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev The cheat codes of the test runner that these tests use.
interface IVm {
  function accesses(address target) external returns (bytes32[] memory read, bytes32[] memory written);
  function addr(uint256 privateKey) external pure returns (address);
  function chainId(uint256 id) external;
  function envOr(string calldata name, uint256 defaultValue) external view returns (uint256);
  function expectRevert(bytes calldata revertData) external;
  function load(address target, bytes32 slot) external view returns (bytes32);
  function prank(address sender) external;
  function prank(address sender, address origin) external;
  function record() external;
  function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
  function store(address target, bytes32 slot, bytes32 value) external;
  function warp(uint256 time) external;
}

/// @dev Where the runner listens: the last 20 bytes of keccak256("hevm cheat code").
IVm constant vm = IVm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
