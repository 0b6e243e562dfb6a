// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev What `instrument.ts` puts into the contracts to see where the tests come. A hit is a call of the address
/// that Hardhat's EVM watches for coverage; `pure`, so that any function can make it.
address constant WATCHED = 0xc0bEc0BEc0BeC0bEC0beC0bEC0bEC0beC0beC0BE;

/// @dev The tests have come here.
function __reached(uint256 point) pure {
  _toPure(_hit)(point);
}

/// @dev The tests have seen this condition come out so; hits `point` when false and the next one when true.
function __decided(bool outcome, uint256 point) pure returns (bool) {
  _toPure(_hit)(outcome ? point + 1 : point);
  return outcome;
}

function _hit(uint256 point) view {
  address watched = WATCHED;
  assembly ("memory-safe") {
    let free := mload(0x40)
    mstore(free, point)
    pop(staticcall(gas(), watched, free, 32, 0, 0))
  }
}

function _toPure(function(uint256) internal view impure) pure returns (function(uint256) internal pure made) {
  assembly {
    made := impure
  }
}
