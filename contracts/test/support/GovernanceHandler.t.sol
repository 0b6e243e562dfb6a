// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConsortiumAccess} from "../../ConsortiumAccess.sol";
import {vm} from "./Vm.t.sol";

/// @title Governors and others who try to get and to take away the administrator's role
/// @dev Person 0 governs at first, with a delay, as the governors' Safe does. Whether a call succeeds is for the
/// contract to say.
contract GovernanceHandler {
  uint256 public constant PEOPLE = 4;
  uint32 public constant DELAY = 1 days;

  ConsortiumAccess public immutable access;
  /// @dev When a grant to this person was last scheduled, and when the person last came to govern.
  mapping(uint256 i => uint256 time) public grantScheduledAt;
  mapping(uint256 i => uint256 time) public governsSince;

  constructor() {
    access = new ConsortiumAccess(address(this));
    access.grantRole(0, person(0), DELAY);
    access.renounceRole(0, address(this));
  }

  function passTime(uint256 length) external {
    vm.warp(block.timestamp + 1 + (length % DELAY));
  }

  function scheduleGrant(uint256 by, uint256 to) external {
    if (_schedule(by, _grant(to))) grantScheduledAt[to % PEOPLE] = block.timestamp;
  }

  function executeGrant(uint256 by, uint256 to) external {
    _call(by, abi.encodeCall(access.execute, (address(access), _grant(to))));
    _note(to);
  }

  function grantNow(uint256 by, uint256 to) external {
    _call(by, _grant(to));
    _note(to);
  }

  function scheduleRevoke(uint256 by, uint256 from) external {
    _schedule(by, _revoke(from));
  }

  function executeRevoke(uint256 by, uint256 from) external {
    _call(by, abi.encodeCall(access.execute, (address(access), _revoke(from))));
    _note(from);
  }

  function revokeNow(uint256 by, uint256 from) external {
    _call(by, _revoke(from));
    _note(from);
  }

  function renounce(uint256 by) external {
    _call(by, abi.encodeCall(access.renounceRole, (0, person(by))));
    _note(by);
  }

  function governs(uint256 i) public view returns (bool isGovernor) {
    (isGovernor, ) = access.hasRole(0, person(i));
  }

  function person(uint256 i) public pure returns (address) {
    return vm.addr(0x7000 + (i % PEOPLE));
  }

  function _note(uint256 i) private {
    i = i % PEOPLE;
    if (!governs(i)) governsSince[i] = 0;
    else if (governsSince[i] == 0) governsSince[i] = block.timestamp;
  }

  function _schedule(uint256 by, bytes memory data) private returns (bool) {
    return _call(by, abi.encodeCall(access.schedule, (address(access), data, 0)));
  }

  function _call(uint256 by, bytes memory data) private returns (bool succeeded) {
    vm.prank(person(by));
    // solhint-disable-next-line avoid-low-level-calls
    (succeeded, ) = address(access).call(data);
  }

  function _grant(uint256 to) private view returns (bytes memory) {
    return abi.encodeCall(access.grantRole, (0, person(to), DELAY));
  }

  function _revoke(uint256 from) private view returns (bytes memory) {
    return abi.encodeCall(access.revokeRole, (0, person(from)));
  }
}
