// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";

/// @title Public keys of ES256: points of P-256, 65 bytes, SEC 1 uncompressed: 0x04 ‖ x ‖ y
library Es256Key {
  uint256 private constant LENGTH = 65;
  bytes1 private constant UNCOMPRESSED = 0x04;

  /// @return whether it is of this form and lies on the curve
  function isValid(bytes calldata publicKey) internal pure returns (bool) {
    return
      publicKey.length == LENGTH &&
      publicKey[0] == UNCOMPRESSED &&
      P256.isValidPublicKey(bytes32(publicKey[1:33]), bytes32(publicKey[33:65]));
  }

  /// @dev RFC 7638: SHA-256 over the key as a JWK with its required members only, in order of their names.
  /// @param publicKey a valid one
  function thumbprintOf(bytes calldata publicKey) internal pure returns (bytes32) {
    string memory x = Base64.encodeURL(publicKey[1:33]);
    string memory y = Base64.encodeURL(publicKey[33:65]);
    // solhint-disable-next-line quotes
    return sha256(abi.encodePacked('{"crv":"P-256","kty":"EC","x":"', x, '","y":"', y, '"}'));
  }
}
