// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatchAnchor} from "../interfaces/IBatchAnchor.sol";
import {ITrustList} from "../interfaces/ITrustList.sol";
import {Fixture} from "./support/Fixture.t.sol";
import {vm} from "./support/Vm.t.sol";

contract BatchAnchorTest is Fixture {
  function testFuzzKeepsWhatWasAnchored(bytes32 root, uint8 log2Size, uint8 class, uint24 later) public {
    if (root == 0) root = "root";
    log2Size = uint8(bound(log2Size, 6, 12));
    class = class % 2;
    vm.warp(START + later);
    vm.prank(account(0));
    batchAnchor.anchor(root, log2Size, class, 1);
    (uint64 time, uint8 size, uint8 kept, uint64 sequence, address by) = batchAnchor.anchorOf(
      issuerIds[0],
      root
    );
    check(time == START + later && size == log2Size && kept == class, "what was anchored is kept");
    check(sequence == 1 && by == account(0), "with its sequence and account");
  }

  function testFuzzRefusesEveryOtherSizeAndClass(uint8 log2Size, uint8 class) public {
    if (log2Size < 6 || log2Size > 12) {
      vm.expectRevert(abi.encodeWithSelector(IBatchAnchor.BatchAnchorSizeOutOfRange.selector, log2Size));
    } else if (class > 1) {
      vm.expectRevert(abi.encodeWithSelector(IBatchAnchor.BatchAnchorUnknownClass.selector, class));
    }
    vm.prank(account(0));
    batchAnchor.anchor("root", log2Size, class, 1);
  }

  function testFuzzRefusesEveryOtherSequence(uint64 sequence) public {
    if (sequence != 1) {
      vm.expectRevert(abi.encodeWithSelector(IBatchAnchor.BatchAnchorWrongSequence.selector, 1, sequence));
    }
    vm.prank(account(0));
    batchAnchor.anchor("root", 6, 0, sequence);
  }

  function testFuzzRefusesEveryoneButAnAccount(address caller) public {
    if (caller == account(0) || caller == account(1)) return;
    vm.expectRevert(abi.encodeWithSelector(ITrustList.TrustListUnauthorized.selector, bytes32(0), caller));
    vm.prank(caller);
    batchAnchor.anchor("root", 6, 0, 1);
  }

  function testFuzzACompromisedAccountAnchorsOnlyBefore(uint64 compromisedFrom, uint64 time) public {
    compromisedFrom = bound(compromisedFrom, START, START + 10);
    time = bound(time, START, START + 10);
    vm.prank(issuerAdmin(0));
    trustList.setAccountCompromisedFrom(issuerIds[0], account(0), compromisedFrom);
    vm.warp(time);
    if (time >= compromisedFrom) {
      vm.expectRevert(
        abi.encodeWithSelector(ITrustList.TrustListUnauthorized.selector, issuerIds[0], account(0))
      );
    }
    vm.prank(account(0));
    batchAnchor.anchor("root", 6, 0, 1);
  }

  function testFuzzAnotherIssuersRootIsNotInTheWay(bytes32 root) public {
    if (root == 0) root = "root";
    vm.prank(account(1));
    batchAnchor.anchor(root, 12, 1, 1);
    vm.warp(START + 5);
    vm.prank(account(0));
    batchAnchor.anchor(root, 6, 0, 1);
    (uint64 first, , , , address squatter) = batchAnchor.anchorOf(issuerIds[1], root);
    (uint64 second, uint8 log2Size, , , address owner) = batchAnchor.anchorOf(issuerIds[0], root);
    check(first == START && squatter == account(1), "the other issuer's anchor stands");
    check(second == START + 5 && log2Size == 6 && owner == account(0), "and so does one's own");
  }

  function testFuzzSameRootAgainChangesNothing(
    uint8 log2Size,
    uint8 class,
    uint64 sequence,
    uint24 later
  ) public {
    vm.prank(account(0));
    batchAnchor.anchor("root", 7, 1, 1);
    vm.warp(START + later);
    vm.prank(account(0));
    batchAnchor.anchor("root", uint8(bound(log2Size, 6, 12)), class % 2, sequence);
    (uint64 time, uint8 size, uint8 kept, uint64 number, ) = batchAnchor.anchorOf(issuerIds[0], "root");
    check(time == START && size == 7 && kept == 1 && number == 1, "the first anchor stands");
    check(batchAnchor.sequenceOf(issuerIds[0]) == 1, "the sequence stands");
  }
}
