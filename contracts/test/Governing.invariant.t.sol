// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Checks} from "./support/Checks.t.sol";
import {GovernanceHandler} from "./support/GovernanceHandler.t.sol";
import {InvariantTarget} from "./support/InvariantTarget.t.sol";

/// @title What holds of the consortium's governance after every call, whoever made it
contract GoverningInvariants is Checks, InvariantTarget {
  GovernanceHandler private _handler;

  function setUp() public {
    _handler = new GovernanceHandler();
  }

  function targetSelectors() external view returns (FuzzSelector[] memory) {
    bytes4[] memory actions = new bytes4[](8);
    actions[0] = GovernanceHandler.passTime.selector;
    actions[1] = GovernanceHandler.scheduleGrant.selector;
    actions[2] = GovernanceHandler.executeGrant.selector;
    actions[3] = GovernanceHandler.scheduleRevoke.selector;
    actions[4] = GovernanceHandler.executeRevoke.selector;
    actions[5] = GovernanceHandler.renounce.selector;
    actions[6] = GovernanceHandler.grantNow.selector;
    actions[7] = GovernanceHandler.revokeNow.selector;
    return targetOf(address(_handler), actions);
  }

  function targetContracts() external view returns (address[] memory) {
    return onlyContract(address(_handler));
  }

  function invariantTheLastGovernorCannotVanish() external view {
    uint256 governors = 0;
    for (uint256 i = 0; i < _handler.PEOPLE(); ++i) if (_handler.governs(i)) ++governors;
    check(governors > 0, "somebody always governs");
  }

  function invariantNobodyBecomesGovernorWithoutTheDelay() external view {
    for (uint256 i = 0; i < _handler.PEOPLE(); ++i) {
      if (!_handler.governs(i)) continue;
      uint256 announcedAt = _handler.announcedAt(i);
      bool waited = announcedAt != 0 && announcedAt + _handler.DELAY() <= _handler.governsSince(i);
      check(waited, "a governor was announced a delay before it became one");
    }
  }
}
