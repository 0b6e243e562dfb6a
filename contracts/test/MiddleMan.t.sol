// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IBatchAnchor} from "../interfaces/IBatchAnchor.sol";
import {IStatusAnchor} from "../interfaces/IStatusAnchor.sol";
import {ITrustList} from "../interfaces/ITrustList.sol";
import {Fixture} from "./support/Fixture.t.sol";
import {MiddleMan} from "./support/MiddleMan.t.sol";
import {vm} from "./support/Vm.t.sol";

/// @dev Powers belong to the caller, never to whoever started the transaction.
contract MiddleManTest is Fixture {
  MiddleMan private _middleMan;

  function setUp() public override {
    super.setUp();
    _middleMan = new MiddleMan();
  }

  function testAnAccountsPowerIsNotPassedOn() public {
    bytes memory anchor = abi.encodeCall(IBatchAnchor.anchor, ("root", 6, 0, 1));
    _checkRefused(account(0), address(batchAnchor), anchor, _unauthorized(0));
    bytes memory publish = abi.encodeCall(IStatusAnchor.publish, (1, "lists", 0, END));
    _checkRefused(account(0), address(statusAnchor), publish, _unauthorized(0));
  }

  function testAnAdminsPowerIsNotPassedOn() public {
    bytes memory add = abi.encodeCall(ITrustList.addApprover, (issuerIds[0], approver(5), 0, END));
    _checkRefused(issuerAdmin(0), address(trustList), add, _unauthorized(issuerIds[0]));
    bytes memory suspend = abi.encodeCall(ITrustList.suspendIssuer, (issuerIds[0]));
    _checkRefused(issuerAdmin(0), address(trustList), suspend, _unauthorized(issuerIds[0]));
    bytes memory nominate = abi.encodeCall(ITrustList.nominateIssuerAdmin, (issuerIds[0], account(5), 0));
    _checkRefused(issuerAdmin(0), address(trustList), nominate, _unauthorized(issuerIds[0]));
    bytes memory widen = abi.encodeCall(ITrustList.widenIssuer, (issuerIds[0], 0xff, 0, END));
    _checkRefused(authorityAdmin(0), address(trustList), widen, _unauthorized(authorityIds[0]));
  }

  function testTheConsortiumsPowerIsNotPassedOn() public {
    bytes memory suspend = abi.encodeCall(ITrustList.suspendAuthority, (authorityIds[0]));
    bytes memory refusal = abi.encodeWithSelector(
      IAccessManaged.AccessManagedUnauthorized.selector,
      address(_middleMan)
    );
    _checkRefused(address(this), address(trustList), suspend, refusal);
  }

  function _checkRefused(address origin, address target, bytes memory data, bytes memory refusal) private {
    vm.expectRevert(abi.encodeWithSelector(MiddleMan.Refused.selector, refusal));
    vm.prank(origin, origin);
    _middleMan.passOn(target, data);
  }

  function _unauthorized(bytes32 subject) private view returns (bytes memory) {
    return abi.encodeWithSelector(ITrustList.TrustListUnauthorized.selector, subject, address(_middleMan));
  }
}
