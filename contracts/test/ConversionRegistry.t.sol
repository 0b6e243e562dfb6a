// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConversionRegistry} from "../interfaces/IConversionRegistry.sol";
import {Fixture} from "./support/Fixture.t.sol";
import {vm} from "./support/Vm.t.sol";

contract ConversionRegistryTest is Fixture {
  function testFuzzSequencesGrowByOne(uint64 sequence) public {
    _spend(_values("a", 8), 1);
    if (sequence != 2) {
      vm.expectRevert(
        abi.encodeWithSelector(IConversionRegistry.ConversionRegistryWrongSequence.selector, 2, sequence)
      );
    }
    _spend(_values("b", 8), sequence);
  }

  function testFuzzASizeIsAPowerOfTwo(uint16 size) public {
    size = uint16(bound(size, 0, 520));
    bool isRight = size == 8 || size == 16 || size == 32 || size == 64 || size == 128 || size == 256;
    if (!isRight) {
      vm.expectRevert(
        abi.encodeWithSelector(IConversionRegistry.ConversionRegistrySizeOutOfRange.selector, size)
      );
    }
    _spend(_values("a", size), 1);
    (uint64 spent, ) = conversionRegistry.countsOf(issuerIds[0], issuerIds[1]);
    check(spent == (isRight ? size : 0), "all of them or none");
  }

  function testFuzzAValueIsSpentOnce(uint8 from, uint8 to, bool isSameBatch) public {
    bytes32[] memory first = _values("a", 16);
    bytes32[] memory second = _values("b", 16);
    (from, to) = (from % 16, to % 16);
    if (isSameBatch) {
      if (from == to) return;
      second[to] = second[from];
    } else {
      _spend(first, 1);
      second[to] = first[from];
    }
    vm.expectRevert(
      abi.encodeWithSelector(IConversionRegistry.ConversionRegistryAlreadySpent.selector, second[to])
    );
    _spend(second, isSameBatch ? 1 : 2);
  }

  /// @dev 256 values that were never seen, the dearest call there is.
  function testTheLargestBatchLeavesRoomInABlock() public {
    bytes32[] memory values = _values("a", 256);
    vm.prank(account(0));
    uint256 left = gasleft();
    conversionRegistry.spend(issuerIds[1], values, 1);
    check(left - gasleft() < 7_000_000, "less than an eighth of a block of 60 million");
  }

  function _spend(bytes32[] memory nullifiers, uint64 sequence) private {
    vm.prank(account(0));
    conversionRegistry.spend(issuerIds[1], nullifiers, sequence);
  }

  function _values(string memory name, uint256 size) private pure returns (bytes32[] memory values) {
    values = new bytes32[](size);
    for (uint256 n = 0; n < size; ++n) values[n] = keccak256(abi.encode(name, n));
  }
}
