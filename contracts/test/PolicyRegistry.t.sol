// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {Fixture, MappingVersion} from "./support/Fixture.t.sol";
import {vm} from "./support/Vm.t.sol";

contract PolicyRegistryTest is Fixture {
  function testFuzzVersionsGrowByOne(uint64 version) public {
    _publish(1, START + LEAD_TIME);
    if (version != 2) {
      vm.expectRevert(
        abi.encodeWithSelector(IPolicyRegistry.PolicyRegistryWrongVersion.selector, 2, version)
      );
    }
    vm.prank(authorityAdmin(0));
    policyRegistry.publish(authorityIds[0], "policy", version, "other", START + LEAD_TIME);
  }

  function testFuzzAVersionWaits(uint64 effectiveFrom) public {
    if (effectiveFrom % 2 == 0) effectiveFrom = bound(effectiveFrom, START, START + 2 * LEAD_TIME);
    uint64 earliest = START + LEAD_TIME;
    if (effectiveFrom < earliest) {
      vm.expectRevert(
        abi.encodeWithSelector(IPolicyRegistry.PolicyRegistryTooEarly.selector, effectiveFrom, earliest)
      );
    }
    _publish(1, effectiveFrom);
  }

  function testFuzzAWithdrawalNeverWaitsAndOnlyMovesEarlier(uint64 first, uint64 second) public {
    first = bound(first, START, START + 10 days);
    second = bound(second, START, START + 10 days);
    _publish(1, START + LEAD_TIME);
    _withdraw(first);
    if (second > first) {
      vm.expectRevert(
        abi.encodeWithSelector(IPolicyRegistry.PolicyRegistryWithdrawalMovesLater.selector, first, second)
      );
    }
    _withdraw(second);
    (uint64 version, bytes32 digest, uint64 from) = policyRegistry.policyOf(authorityIds[0], "policy");
    check(version == (second < first ? 3 : 2) && digest == 0, "each is a version without a digest");
    check(from == (second < first ? second : first), "the earlier one stands");
  }

  function testFuzzAWithdrawalAtOnceBeginsWithItsBlockUnlessAnotherHasBegun(
    uint64 standing,
    uint64 time
  ) public {
    standing = bound(standing, START, START + 10 days);
    time = bound(time, START, START + 10 days);
    _publish(1, START + LEAD_TIME);
    _withdraw(standing);
    vm.warp(time);
    _withdraw(0);
    (uint64 version, bytes32 digest, uint64 from) = policyRegistry.policyOf(authorityIds[0], "policy");
    check(version == (time < standing ? 3 : 2) && digest == 0, "one more where it ends sooner");
    check(from == (time < standing ? time : standing), "from its block on, never before it");
  }

  function testFuzzAWithdrawalEndsTheVersionThatItNamesAlone(uint64 named, uint64 from) public {
    named = bound(named, 0, 4);
    from = from % 2 == 0 ? 0 : bound(from, START, START + 10 days);
    _publish(1, START + LEAD_TIME);
    _publish(2, START + LEAD_TIME);
    if (named != 2) {
      vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.PolicyRegistryWrongVersion.selector, 2, named));
    }
    vm.prank(authorityAdmin(0));
    policyRegistry.withdraw(authorityIds[0], "policy", named, from);
    (uint64 version, bytes32 digest, ) = policyRegistry.policyOf(authorityIds[0], "policy");
    check(version == (named == 2 ? 3 : 2), "a version more where it was named");
    check((digest == 0) == (named == 2), "and otherwise it stands");
  }

  function testFuzzAnEmergencyHastensOnlyWhatWouldHold(uint64 start, uint64 end, uint64 time) public {
    start = bound(start, START + LEAD_TIME, START + LEAD_TIME + 1 days);
    end = bound(end, START, START + LEAD_TIME + 2 days);
    time = bound(time, START, START + LEAD_TIME + 2 days);
    _publish(1, start);
    _withdraw(end);
    vm.warp(time);
    if (time >= start || end <= start) {
      vm.expectRevert(abi.encodeWithSelector(IPolicyRegistry.PolicyRegistryNotPending.selector, 1));
    }
    policyRegistry.expedite(authorityIds[0], "policy", 1);
    (uint64 version, bytes32 digest, uint64 from) = policyRegistry.policyOf(authorityIds[0], "policy");
    check(version == 2 && digest == 0 && from == end, "the withdrawal stays what it is");
  }

  function testFuzzApprovalsCountForWhatWasSigned(
    bytes32 digest,
    uint64 version,
    uint64 effectiveFrom,
    uint64 deadline,
    uint64 chainId
  ) public {
    MappingVersion memory content = MappingVersion(
      authorityIds[0],
      authorityIds[1],
      version % 3,
      digest == 0 ? bytes32("digest") : digest,
      bound(effectiveFrom, START + LEAD_TIME, type(uint64).max),
      bound(deadline, START, type(uint64).max)
    );
    vm.chainId(bound(chainId, 31337, 31338));
    bytes32 approved = mappingDigest(content);
    vm.chainId(31337);
    bool isSameChain = bound(chainId, 31337, 31338) == 31337;
    bytes memory data = mappingCall(
      content,
      signed(authorityAdminKey(0), approved),
      signed(authorityAdminKey(1), approved)
    );
    // solhint-disable-next-line avoid-low-level-calls
    (bool succeeded, ) = address(policyRegistry).call(data);
    check(succeeded == (content.version == 1 && isSameChain), "taken exactly when it is what was signed");
  }

  function testFuzzRefusesASignatureInAnyOtherForm(uint8 position, uint8 change) public {
    MappingVersion memory content = MappingVersion(
      authorityIds[0],
      authorityIds[1],
      1,
      "digest",
      START + LEAD_TIME,
      END
    );
    bytes32 approved = mappingDigest(content);
    bytes memory bySource = signed(authorityAdminKey(0), approved);
    bytes memory byTarget = signed(authorityAdminKey(1), approved);
    if (change == 0) change = 1;
    bytes memory spoilt = position % 2 == 0 ? bySource : byTarget;
    uint256 index = (position / 2) % spoilt.length;
    spoilt[index] = spoilt[index] ^ bytes1(change);
    // solhint-disable-next-line avoid-low-level-calls
    (bool succeeded, ) = address(policyRegistry).call(mappingCall(content, bySource, byTarget));
    check(!succeeded, "one bit is enough");
  }

  function _withdraw(uint64 effectiveFrom) private {
    vm.prank(authorityAdmin(0));
    policyRegistry.withdraw(authorityIds[0], "policy", 1, effectiveFrom);
  }

  function _publish(uint64 version, uint64 effectiveFrom) private {
    vm.prank(authorityAdmin(0));
    policyRegistry.publish(authorityIds[0], "policy", version, "digest", effectiveFrom);
  }
}
