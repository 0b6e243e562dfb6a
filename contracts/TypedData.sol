// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title What people sign off the ledger for this contract on this chain (EIP-712)
/// @dev Written out because OpenZeppelin's `EIP712` needs an instruction (MCOPY) that the ledger's `shanghai` rules
/// do not have.
abstract contract TypedData is IERC5267 {
  string private constant VERSION = "1";
  /// @dev ERC-5267: name, version, chainId and verifyingContract are used, salt and extensions are not.
  bytes1 private constant DOMAIN_FIELDS = 0x0f;
  bytes32 private constant DOMAIN_TYPE_HASH = keccak256(
    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
  );

  /// @inheritdoc IERC5267
  function eip712Domain()
    external
    view
    returns (
      bytes1 fields,
      string memory name,
      string memory version,
      uint256 chainId,
      address verifyingContract,
      bytes32 salt,
      uint256[] memory extensions
    )
  {
    return (DOMAIN_FIELDS, _domainName(), VERSION, block.chainid, address(this), 0, new uint256[](0));
  }

  /// @dev One form of signature counts: 65 bytes r, s, v with a low s and v 27 or 28, by a key of `signer` itself. A
  /// contract's word (ERC-1271) does not.
  function _isSignedBy(
    address signer,
    bytes32 structHash,
    bytes calldata signature
  ) internal view returns (bool) {
    bytes32 digest = keccak256(abi.encodePacked(hex"1901", _domainSeparator(), structHash));
    (address recovered, ECDSA.RecoverError problem, ) = ECDSA.tryRecover(digest, signature);
    return problem == ECDSA.RecoverError.NoError && recovered == signer;
  }

  function _domainName() internal pure virtual returns (string memory);

  /// @dev With the chain id of now: a fork of the chain does not inherit what was signed before it.
  function _domainSeparator() private view returns (bytes32) {
    return
      keccak256(
        abi.encode(
          DOMAIN_TYPE_HASH,
          keccak256(bytes(_domainName())),
          keccak256(bytes(VERSION)),
          block.chainid,
          address(this)
        )
      );
  }
}
