// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fixture} from "./Fixture.t.sol";
import {InvariantTarget} from "./InvariantTarget.t.sol";
import {LedgerHandler} from "./LedgerHandler.t.sol";

/// @title A run of the handler, checked after every call
abstract contract Invariants is Fixture, InvariantTarget {
  LedgerHandler internal handler;

  function setUp() public override {
    handler = new LedgerHandler();
    handler.setUp();
  }

  /// @dev Read by the test runner: which contracts to call.
  function targetContracts() external view returns (address[] memory) {
    return onlyContract(address(handler));
  }

  /// @dev Read by the test runner: which of their functions.
  function targetSelectors() external view returns (FuzzSelector[] memory) {
    bytes4[] memory actions = new bytes4[](19);
    actions[0] = LedgerHandler.passTime.selector;
    actions[1] = LedgerHandler.accept.selector;
    actions[2] = LedgerHandler.addAccount.selector;
    actions[3] = LedgerHandler.addApprover.selector;
    actions[4] = LedgerHandler.addKey.selector;
    actions[5] = LedgerHandler.narrowGrant.selector;
    actions[6] = LedgerHandler.setCompromisedFrom.selector;
    actions[7] = LedgerHandler.narrowIssuer.selector;
    actions[8] = LedgerHandler.widenIssuer.selector;
    actions[9] = LedgerHandler.suspendIssuer.selector;
    actions[10] = LedgerHandler.reinstateIssuer.selector;
    actions[11] = LedgerHandler.suspendAuthority.selector;
    actions[12] = LedgerHandler.reinstateAuthority.selector;
    actions[13] = LedgerHandler.anchor.selector;
    actions[14] = LedgerHandler.publish.selector;
    actions[15] = LedgerHandler.anchorActs.selector;
    actions[16] = LedgerHandler.nominateAdmin.selector;
    actions[17] = LedgerHandler.acceptAdmin.selector;
    actions[18] = LedgerHandler.setCheckpointSet.selector;
    return targetOf(address(handler), actions);
  }
}
