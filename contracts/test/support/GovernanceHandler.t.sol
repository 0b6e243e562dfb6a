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
  /// @dev When this person last came to govern, and when the grant that made it so had been scheduled.
  mapping(uint256 i => uint256 time) public governsSince;
  mapping(uint256 i => uint256 time) public announcedAt;
  mapping(uint256 by => mapping(uint256 to => uint256 time)) private _scheduledAt;

  constructor() {
    vm.warp(1_800_000_000);
    access = new ConsortiumAccess(address(this));
    access.grantRole(0, person(0), DELAY);
    access.renounceRole(0, address(this));
    governsSince[0] = block.timestamp;
    announcedAt[0] = block.timestamp - DELAY;
  }

  function passTime(uint256 length) external {
    vm.warp(block.timestamp + 1 + (length % DELAY));
  }

  function scheduleGrant(uint256 by, uint256 to) external {
    if (_schedule(by, _grant(to))) _scheduledAt[by % PEOPLE][to % PEOPLE] = block.timestamp;
  }

  function executeGrant(uint256 by, uint256 to) external {
    _call(by, abi.encodeCall(access.execute, (address(access), _grant(to))));
    _noteGrant(by, to);
  }

  function grantNow(uint256 by, uint256 to) external {
    _call(by, _grant(to));
    _noteGrant(by, to);
  }

  function scheduleRevoke(uint256 by, uint256 from) external {
    _schedule(by, _revoke(from));
  }

  function executeRevoke(uint256 by, uint256 from) external {
    _call(by, abi.encodeCall(access.execute, (address(access), _revoke(from))));
    _noteLoss(from);
  }

  function revokeNow(uint256 by, uint256 from) external {
    _call(by, _revoke(from));
    _noteLoss(from);
  }

  function renounce(uint256 by) external {
    _call(by, abi.encodeCall(access.renounceRole, (0, person(by))));
    _noteLoss(by);
  }

  function governs(uint256 i) public view returns (bool isGovernor) {
    (isGovernor, ) = access.hasRole(0, person(i));
  }

  function person(uint256 i) public pure returns (address) {
    return vm.addr(0x7000 + (i % PEOPLE));
  }

  function _noteGrant(uint256 by, uint256 to) private {
    to = to % PEOPLE;
    if (!governs(to) || governsSince[to] != 0) return;
    governsSince[to] = block.timestamp;
    announcedAt[to] = _scheduledAt[by % PEOPLE][to];
  }

  function _noteLoss(uint256 i) private {
    if (!governs(i)) governsSince[i % PEOPLE] = 0;
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
