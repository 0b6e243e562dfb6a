// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITrustList} from "../interfaces/ITrustList.sol";
import {Fixture} from "./support/Fixture.t.sol";
import {vm} from "./support/Vm.t.sol";

contract TrustListTest is Fixture {
  function testFuzzAGrantWaitsTheDelayAndEndsAfterItStarts(uint64 from, uint64 until) public {
    from = from % 2 == 0 ? from : bound(from, START, START + 2 * DELAY);
    uint64 start = from == 0 ? START + DELAY : from;
    if (start < START + DELAY) {
      vm.expectRevert(abi.encodeWithSelector(ITrustList.TrustListTooEarly.selector, from, START + DELAY));
    } else if (until <= start) {
      vm.expectRevert(abi.encodeWithSelector(ITrustList.TrustListInvalidWindow.selector, start, until));
    }
    vm.prank(issuerAdmin(0));
    trustList.addApprover(issuerIds[0], approver(5), from, until);
  }

  function testFuzzAWindowIsHalfOpen(uint32 wait, uint32 length, uint64 time) public {
    uint64 from = START + DELAY + wait;
    uint64 until = from + bound(length, 1, 1000 days);
    vm.prank(issuerAdmin(0));
    trustList.addApprover(issuerIds[0], approver(5), from, until);
    _checkWindow(from, until, bound(time, START, until + 10 days));
    _checkWindow(from, until, from - 1);
    _checkWindow(from, until, from);
    _checkWindow(from, until, until - 1);
    _checkWindow(from, until, until);
  }

  function testFuzzCompromisedFromOnlyMovesEarlier(uint64 first, uint64 second) public {
    if (first == 0) first = 1;
    vm.prank(issuerAdmin(0));
    trustList.setAccountCompromisedFrom(issuerIds[0], account(0), first);
    if (second == 0 || second > first) {
      vm.expectRevert(
        abi.encodeWithSelector(ITrustList.TrustListCompromisedFromMovesLater.selector, first, second)
      );
    }
    vm.prank(issuerAdmin(0));
    trustList.setAccountCompromisedFrom(issuerIds[0], account(0), second);
    (, ITrustList.Grant memory grant) = trustList.accountOf(account(0));
    check(
      grant.compromisedFrom == (second != 0 && second < first ? second : first),
      "the earlier one stands"
    );
  }

  function testFuzzTypesOnlyShrinkAtOnceAndOnlyGrowAfterTheDelay(uint32 types) public {
    types = types % 0x200;
    bool subset = types & ~SOME_TYPES == 0;
    if (!subset) {
      vm.expectRevert(
        abi.encodeWithSelector(ITrustList.TrustListTypesWouldWiden.selector, SOME_TYPES, types)
      );
    }
    vm.prank(issuerAdmin(0));
    trustList.narrowIssuer(issuerIds[0], types, END);
    check(trustList.issuerOf(issuerIds[0]).types == (subset ? types : SOME_TYPES), "narrowed at once");

    bool superset = types & SOME_TYPES == SOME_TYPES && types <= 0xff;
    if (!superset) vm.expectRevert(abi.encodeWithSelector(ITrustList.TrustListInvalidTypes.selector, types));
    vm.prank(authorityAdmin(0));
    trustList.widenIssuer(issuerIds[1], types, 0, END);
    vm.warp(START + DELAY - 1);
    check(trustList.issuerOf(issuerIds[1]).types == SOME_TYPES, "not yet widened");
    vm.warp(START + DELAY);
    check(trustList.issuerOf(issuerIds[1]).types == (superset ? types : SOME_TYPES), "widened");
  }

  function testFuzzADidIsPrintableAscii(bytes memory tail) public {
    string memory did = string.concat("did:", string(tail));
    bool valid = tail.length > 0 && tail.length <= 124;
    for (uint256 i = 0; i < tail.length; ++i) valid = valid && tail[i] > 0x20 && tail[i] < 0x7f;
    if (!valid) vm.expectRevert(abi.encodeWithSelector(ITrustList.TrustListInvalidName.selector, did));
    vm.prank(authorityAdmin(0));
    trustList.accredit(authorityIds[0], did, SOME_TYPES, 0, END, account(5));
  }

  function _checkWindow(uint64 from, uint64 until, uint64 time) private {
    vm.warp(time);
    check(
      trustList.isApprover(issuerIds[0], approver(5)) == (from <= time && time < until),
      "from <= t < until"
    );
  }
}
