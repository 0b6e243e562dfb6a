// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A contract that calls every signature its own (ERC-1271)
contract YesWallet {
  function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
    return this.isValidSignature.selector;
  }
}
