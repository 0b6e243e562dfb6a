// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {Fixture, MappingVersion} from "./support/Fixture.t.sol";
import {InvariantTarget} from "./support/InvariantTarget.t.sol";
import {RegistryHandler} from "./support/RegistryHandler.t.sol";
import {Registered, RegistrySight, RegistryStep, Spending} from "./support/RegistrySight.t.sol";

/// @title What holds of policies, mappings and conversions after every call, whoever made it
contract RegistriesInvariants is Fixture, InvariantTarget {
  RegistryHandler private _handler;

  function setUp() public override {
    _handler = new RegistryHandler();
    _handler.setUp();
  }

  /// @dev Read by the test runner: which contracts to call.
  function targetContracts() external view returns (address[] memory) {
    return onlyContract(address(_handler));
  }

  /// @dev Read by the test runner: which of their functions.
  function targetSelectors() external view returns (FuzzSelector[] memory) {
    bytes4[] memory actions = new bytes4[](11);
    actions[0] = RegistryHandler.passTime.selector;
    actions[1] = RegistryHandler.suspend.selector;
    actions[2] = RegistryHandler.reinstate.selector;
    actions[3] = RegistryHandler.publishPolicy.selector;
    actions[4] = RegistryHandler.withdrawPolicy.selector;
    actions[5] = RegistryHandler.expeditePolicy.selector;
    actions[6] = RegistryHandler.publishMapping.selector;
    actions[7] = RegistryHandler.withdrawMapping.selector;
    actions[8] = RegistryHandler.expediteMapping.selector;
    actions[9] = RegistryHandler.spend.selector;
    actions[10] = RegistryHandler.acknowledge.selector;
    return targetOf(address(_handler), actions);
  }

  function invariantOnlyItsOwnAdminChangesAPolicy() external view {
    RegistryStep memory step = _handler.lastStep();
    for (uint256 i = 0; i < AUTHORITIES; ++i) {
      if (step.later.policies[i].version == step.before.policies[i].version) continue;
      check(step.caller == authorityAdmin(i), "by the authority's admin");
      check(!step.before.suspended[i], "which is not suspended");
    }
  }

  function invariantAMappingNeedsBothAuthoritiesAndEitherEndsIt() external view {
    RegistryStep memory step = _handler.lastStep();
    for (uint256 m = 0; m < AUTHORITIES * AUTHORITIES; ++m) {
      Registered memory later = step.later.mappings[m];
      if (later.version == step.before.mappings[m].version) continue;
      (uint256 source, uint256 target) = (m / AUTHORITIES, m % AUTHORITIES);
      if (later.digest == 0) {
        bool isSide = step.caller == authorityAdmin(source) || step.caller == authorityAdmin(target);
        check(isSide, "withdrawn by a side, suspended or not");
        continue;
      }
      check(source != target, "two authorities");
      check(!step.before.suspended[source] && !step.before.suspended[target], "neither of them suspended");
      _checkSignatures(step, source, target);
    }
  }

  function invariantAWithdrawalEndsTheVersionThatItNames() external view {
    RegistryStep memory step = _handler.lastStep();
    for (uint256 i = 0; i < AUTHORITIES; ++i)
      _checkEnded(step, step.before.policies[i], step.later.policies[i]);
    for (uint256 m = 0; m < AUTHORITIES * AUTHORITIES; ++m) {
      _checkEnded(step, step.before.mappings[m], step.later.mappings[m]);
    }
  }

  function invariantNothingHoldsSoonerThanItMay() external view {
    RegistryStep memory step = _handler.lastStep();
    for (uint256 i = 0; i < AUTHORITIES; ++i)
      _checkStart(step, step.before.policies[i], step.later.policies[i]);
    for (uint256 m = 0; m < AUTHORITIES * AUTHORITIES; ++m) {
      _checkStart(step, step.before.mappings[m], step.later.mappings[m]);
    }
  }

  function invariantOneCallMovesOneNumberByOne() external view {
    RegistryStep memory step = _handler.lastStep();
    uint256 grown = 0;
    for (uint256 i = 0; i < AUTHORITIES; ++i) {
      grown += step.later.policies[i].version - step.before.policies[i].version;
    }
    for (uint256 m = 0; m < AUTHORITIES * AUTHORITIES; ++m) {
      grown += step.later.mappings[m].version - step.before.mappings[m].version;
    }
    for (uint256 p = 0; p < ISSUERS * ISSUERS; ++p) {
      grown += step.later.spent[p] - step.before.spent[p];
      grown += step.later.acknowledged[p] - step.before.acknowledged[p];
    }
    check(grown <= 1, "one call moves one number by one");
  }

  function invariantOnlyTheIssuersOwnAccountsConvert() external view {
    RegistryStep memory step = _handler.lastStep();
    for (uint256 p = 0; p < ISSUERS * ISSUERS; ++p) {
      (uint256 source, uint256 target) = (p / ISSUERS, p % ISSUERS);
      if (step.later.spent[p] != step.before.spent[p]) {
        check(
          step.caller == account(source) && step.before.active[source],
          "an account of the active source spends"
        );
        check(source != target && step.before.active[target], "for another issuer, which is active");
      }
      if (step.later.acknowledged[p] != step.before.acknowledged[p]) {
        check(
          step.caller == account(target) && step.before.active[target],
          "one of the active target acknowledges"
        );
        check(step.before.spent[p] != 0, "what was spent for it");
      }
    }
  }

  function invariantBatchesArePaddedToAPowerOfTwo() external view {
    RegistryStep memory step = _handler.lastStep();
    for (uint256 p = 0; p < ISSUERS * ISSUERS; ++p) {
      _checkSize(
        step.later.spent[p] - step.before.spent[p],
        step.later.spentCounts[p] - step.before.spentCounts[p]
      );
      _checkSize(
        step.later.acknowledged[p] - step.before.acknowledged[p],
        step.later.acknowledgedCounts[p] - step.before.acknowledgedCounts[p]
      );
    }
  }

  function invariantANullifierIsSpentOnceAndStaysInItsBatch() external view {
    Spending[] memory spendings = _handler.spendings();
    RegistrySight memory seen = _handler.lastStep().later;
    uint64[] memory counts = new uint64[](ISSUERS * ISSUERS);
    for (uint256 n = 0; n < spendings.length; ++n) {
      Spending memory spending = spendings[n];
      check(spending.sequence != 0, "it is on record");
      check(_handler.spentIn(spending) == spending.sequence, "in the batch in which it was spent");
      ++counts[spending.source * ISSUERS + spending.target];
    }
    for (uint256 p = 0; p < counts.length; ++p) {
      check(counts[p] == seen.spentCounts[p], "as many as there are different nullifiers");
    }
  }

  function _checkStart(RegistryStep memory step, Registered memory was, Registered memory is_) private view {
    uint64 time = step.later.time;
    if (is_.version != was.version) {
      check(
        is_.effectiveFrom >= (is_.digest == 0 ? time : time + LEAD_TIME),
        "a version waits, a withdrawal need not"
      );
      if (is_.digest == 0 && was.digest == 0) {
        check(is_.effectiveFrom < was.effectiveFrom, "a withdrawal only moves earlier");
      }
      check(is_.digest != 0 || was.version != 0, "nothing is withdrawn that never was");
      return;
    }
    check(is_.digest == was.digest, "a version keeps its content");
    if (is_.effectiveFrom == was.effectiveFrom) return;
    check(step.caller == address(_handler), "only the consortium makes a version hold sooner");
    check(
      is_.digest != 0 && is_.effectiveFrom == time && was.effectiveFrom > time,
      "from now on, no withdrawal"
    );
  }

  /// @dev The number of what an earlier withdrawal has ended already is not seen.
  function _checkEnded(
    RegistryStep memory step,
    Registered memory before,
    Registered memory later
  ) private pure {
    if (later.version == before.version || later.digest != 0 || before.digest == 0) return;
    (, , uint64 named, ) = abi.decode(argumentsOf(step.data), (bytes32, bytes32, uint64, uint64));
    check(named == before.version, "the version that was there is the one that was named");
  }

  function _checkSignatures(RegistryStep memory step, uint256 source, uint256 target) private view {
    check(bytes4(step.data) == IPolicyRegistry.publishMapping.selector, "published by publishMapping only");
    (MappingVersion memory content, bytes memory bySource, bytes memory byTarget) = _readCall(step.data);
    check(step.later.time <= content.deadline, "in time");
    bytes32 digest = _handler.mappingDigestOf(content);
    check(_signerOf(digest, bySource) == authorityAdmin(source), "signed by the source's admin");
    check(_signerOf(digest, byTarget) == authorityAdmin(target), "and by the target's");
  }

  function _readCall(
    bytes memory data
  ) private pure returns (MappingVersion memory content, bytes memory bySource, bytes memory byTarget) {
    bytes memory arguments = argumentsOf(data);
    content = abi.decode(arguments, (MappingVersion));
    (, , , , , , bySource, byTarget) = abi.decode(
      arguments,
      (bytes32, bytes32, uint64, bytes32, uint64, uint64, bytes, bytes)
    );
  }

  function _signerOf(bytes32 digest, bytes memory signature) private pure returns (address) {
    (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
    return ecrecover(digest, uint8(signature[64]), r, s);
  }

  function _checkSize(uint64 batches, uint64 size) private pure {
    if (batches == 0) return check(size == 0, "no value without a batch");
    check(size >= 8 && size <= 256 && size & (size - 1) == 0, "a power of two from 8 to 256");
  }
}
