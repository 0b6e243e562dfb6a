// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStatusAnchor} from "../interfaces/IStatusAnchor.sol";
import {ITrustList} from "../interfaces/ITrustList.sol";
import {Fixture} from "./support/Fixture.t.sol";
import {vm} from "./support/Vm.t.sol";
import {YesWallet} from "./support/YesWallet.t.sol";

/// @dev People sign with keys. A contract may be named as an approver or an account, but its word counts for nothing.
contract YesWalletTest is Fixture {
  address private _wallet;

  function setUp() public override {
    super.setUp();
    _wallet = address(new YesWallet());
  }

  function testFuzzAContractsWordIsNoApproval(bytes memory signature, uint256 form) public {
    vm.prank(issuerAdmin(0));
    trustList.addApprover(issuerIds[0], _wallet, 0, END);
    vm.warp(START + DELAY);
    bytes32 digest = approvalDigest(issuerIds[0], "root", 6, 1, END);
    IStatusAnchor.Approval memory yes = IStatusAnchor.Approval(_wallet, _form(signature, digest, form));
    vm.expectRevert(abi.encodeWithSelector(IStatusAnchor.StatusAnchorInvalidSignature.selector, _wallet));
    vm.prank(account(0));
    statusAnchor.anchorActs("root", 6, END, approve(0, digest), yes);
  }

  function testFuzzAContractsWordIsNoConsent(bytes memory signature, uint256 form) public {
    bytes memory consent = _form(signature, consentDigest(issuerIds[0], _wallet, END), form);
    vm.expectRevert(abi.encodeWithSelector(ITrustList.TrustListNoConsent.selector, issuerIds[0], _wallet));
    vm.prank(issuerAdmin(0));
    trustList.addAccount(issuerIds[0], _wallet, 0, END, END, consent);
  }

  /// @dev Anything, nothing, somebody's true signature, or the pointer by which a Safe finds a contract's.
  function _form(bytes memory anything, bytes32 digest, uint256 form) private view returns (bytes memory) {
    if (form % 4 == 0) return anything;
    if (form % 4 == 1) return "";
    if (form % 4 == 2) return signed(approverKey(0), digest);
    return bytes.concat(bytes32(uint256(uint160(_wallet))), bytes32(uint256(65)), bytes1(0), bytes32(0));
  }
}
