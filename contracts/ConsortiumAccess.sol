// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

/// @title Who may call the consortium's functions, and after what delay
/// @notice OpenZeppelin's AccessManager, and one rule more: somebody always governs. Its administrator is the
/// governors' Safe, with an execution delay: k of n of them schedule an act, all the world can see it, and when the
/// delay is over k of n carry it out. Only the suspension of an authority has no delay.
contract ConsortiumAccess is AccessManager {
  error ConsortiumAccessNobody();
  error ConsortiumAccessLastAdmin(address account);

  uint256 private _admins;

  constructor(address initialAdmin) AccessManager(initialAdmin) {}

  /// @dev The zero address holds no role: nobody could ever give it back.
  function _grantRole(
    uint64 roleId,
    address account,
    uint32 grantDelay,
    uint32 executionDelay
  ) internal override returns (bool isNewMember) {
    if (account == address(0)) revert ConsortiumAccessNobody();
    isNewMember = super._grantRole(roleId, account, grantDelay, executionDelay);
    if (isNewMember && roleId == ADMIN_ROLE) ++_admins;
  }

  /// @dev Revoking and renouncing both come here.
  function _revokeRole(uint64 roleId, address account) internal override returns (bool wasMember) {
    wasMember = super._revokeRole(roleId, account);
    if (wasMember && roleId == ADMIN_ROLE && --_admins == 0) revert ConsortiumAccessLastAdmin(account);
  }
}
