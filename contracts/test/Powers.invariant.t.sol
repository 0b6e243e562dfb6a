// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITrustList} from "../interfaces/ITrustList.sol";
import {Invariants} from "./support/Invariants.t.sol";
import {Observation, Step} from "./support/Observation.t.sol";

/// @title What holds of powers after every call, whoever made it
contract PowersInvariants is Invariants {
  function invariantOnlyTheEntitledChangePowers() external view {
    Step memory step = handler.lastStep();
    if (keccak256(abi.encode(step.before.authorities)) != keccak256(abi.encode(step.later.authorities))) {
      check(step.caller == address(handler), "only the consortium changes authorities");
    }
    for (uint256 i = 0; i < ISSUERS; ++i) {
      if (step.later.time != step.before.time || _digest(step.before, i) == _digest(step.later, i)) continue;
      (address ofIssuer, address ofAuthority) = handler.admins(i);
      check(step.caller == ofIssuer || step.caller == ofAuthority, "only its admins change an issuer");
    }
  }

  function invariantNothingIsDeleted() external view {
    Step memory step = handler.lastStep();
    _checkKept(step.before.keys, step.later.keys);
    _checkKept(step.before.accounts, step.later.accounts);
    _checkKept(step.before.approvers, step.later.approvers);
    for (uint256 i = 0; i < ISSUERS; ++i) {
      ITrustList.Issuer memory a = step.before.issuers[i];
      ITrustList.Issuer memory b = step.later.issuers[i];
      check(
        a.authority == b.authority && a.admin == b.admin && a.from == b.from,
        "an issuer stays who it is"
      );
      check(!a.accepted || b.accepted, "and stays accepted");
    }
    for (uint256 p = 0; p < step.before.accountIssuers.length; ++p) {
      bytes32 issuer = step.before.accountIssuers[p];
      check(issuer == 0 || step.later.accountIssuers[p] == issuer, "an account serves one issuer for ever");
    }
  }

  function invariantCompromisedFromOnlyMovesEarlier() external view {
    Step memory step = handler.lastStep();
    _checkCompromisedFrom(step.before.keys, step.later.keys);
    _checkCompromisedFrom(step.before.accounts, step.later.accounts);
  }

  function invariantNoPowerGrowsWithoutTheDelay() external view {
    Step memory step = handler.lastStep();
    uint64 earliest = step.later.time + DELAY;
    _checkNotWidened(step.before.keys, step.later.keys, earliest);
    _checkNotWidened(step.before.accounts, step.later.accounts, earliest);
    _checkNotWidened(step.before.approvers, step.later.approvers, earliest);
    for (uint256 i = 0; i < ISSUERS; ++i) {
      ITrustList.Issuer memory a = step.before.issuers[i];
      ITrustList.Issuer memory b = step.later.issuers[i];
      _checkReinstatement(a.suspendedUntil, b.suspendedUntil, earliest);
      if (b.nextFrom != a.nextFrom && b.nextFrom != 0) check(b.nextFrom >= earliest, "a widening waits");
      bool due = a.nextFrom != 0 && a.nextFrom <= step.later.time;
      uint32 types = due ? a.nextTypes : a.types;
      check(b.types & ~types == 0, "no type is gained but by a widening that is due");
      check(b.until <= (due ? a.nextUntil : a.until), "nor time");
    }
    for (uint256 i = 0; i < AUTHORITIES; ++i) {
      _checkReinstatement(
        step.before.authorities[i].suspendedUntil,
        step.later.authorities[i].suspendedUntil,
        earliest
      );
    }
  }

  function invariantOnlyAcceptanceActivatesAtOnce() external view {
    Step memory step = handler.lastStep();
    if (step.before.time != step.later.time) return;
    for (uint256 i = 0; i < ISSUERS; ++i) {
      bool activated = step.later.active[i] && !step.before.active[i];
      bool accepted = bytes4(step.data) == ITrustList.acceptAccreditation.selector;
      check(!activated || accepted, "what was inactive is not active within the same block");
    }
  }

  function invariantNarrowingIsNeverDelayed() external view {
    Step memory step = handler.lastStep();
    bytes4 selector = bytes4(step.data);
    bytes memory arguments = argumentsOf(step.data);
    if (selector == ITrustList.suspendIssuer.selector) {
      uint256 i = handler.issuerIndex(abi.decode(arguments, (bytes32)));
      check(step.succeeded ? !step.later.active[i] : true, "a suspension holds at once");
      check(
        step.succeeded || step.caller != step.before.issuers[i].admin,
        "the issuer's admin may always suspend"
      );
    } else if (selector == ITrustList.suspendAuthority.selector && step.succeeded) {
      bytes32 authorityId = abi.decode(arguments, (bytes32));
      for (uint256 i = 0; i < ISSUERS; ++i) {
        if (step.later.issuers[i].authority != authorityId) continue;
        check(!step.later.active[i], "a suspended authority has no active issuer");
      }
    } else if (selector == ITrustList.narrowAccount.selector && step.succeeded) {
      (, address who, uint64 until) = abi.decode(arguments, (bytes32, address, uint64));
      check(step.later.accounts[handler.personIndex(who)].until == until, "a window is narrowed at once");
    } else if (selector == ITrustList.narrowIssuer.selector && step.succeeded) {
      (bytes32 issuer, uint32 types, uint64 until) = abi.decode(arguments, (bytes32, uint32, uint64));
      ITrustList.Issuer memory record = step.later.issuers[handler.issuerIndex(issuer)];
      check(record.types == types && record.until == until && record.nextFrom == 0, "and so is an issuer");
    }
  }

  function invariantNoAccountApprovesForItsIssuer() external view {
    Observation memory seen = handler.lastStep().later;
    uint256 people = seen.accounts.length;
    for (uint256 p = 0; p < people; ++p) {
      uint256 i = handler.issuerIndex(seen.accountIssuers[p]);
      if (i == ISSUERS) continue;
      check(seen.approvers[i * people + p].until == 0, "an account is none of its issuer's approvers");
    }
  }

  function _digest(Observation memory seen, uint256 i) private view returns (bytes32) {
    uint256 people = seen.accounts.length;
    uint256 keys = seen.keys.length / ISSUERS;
    bytes memory all = abi.encode(seen.issuers[i]);
    for (uint256 k = 0; k < keys; ++k) all = bytes.concat(all, abi.encode(seen.keys[i * keys + k]));
    for (uint256 p = 0; p < people; ++p) {
      all = bytes.concat(all, abi.encode(seen.approvers[i * people + p]));
      if (handler.issuerIndex(seen.accountIssuers[p]) == i)
        all = bytes.concat(all, abi.encode(seen.accounts[p]));
    }
    return keccak256(all);
  }

  function _checkKept(ITrustList.Grant[] memory before, ITrustList.Grant[] memory later) private pure {
    for (uint256 n = 0; n < before.length; ++n) {
      if (before[n].until == 0) continue;
      check(later[n].until != 0 && later[n].from == before[n].from, "what was granted stays on record");
    }
  }

  function _checkCompromisedFrom(
    ITrustList.Grant[] memory before,
    ITrustList.Grant[] memory later
  ) private pure {
    for (uint256 n = 0; n < before.length; ++n) {
      uint64 was = before[n].compromisedFrom;
      uint64 is_ = later[n].compromisedFrom;
      check(was == 0 || (is_ != 0 && is_ <= was), "compromisedFrom only moves earlier");
    }
  }

  function _checkNotWidened(
    ITrustList.Grant[] memory before,
    ITrustList.Grant[] memory later,
    uint64 earliest
  ) private pure {
    for (uint256 n = 0; n < before.length; ++n) {
      bool isNew = before[n].until == 0 && later[n].until != 0;
      if (isNew) check(later[n].from >= earliest, "a new grant waits");
      else check(later[n].until <= before[n].until, "an old one never grows");
    }
  }

  function _checkReinstatement(uint64 was, uint64 is_, uint64 earliest) private pure {
    if (is_ < was) check(is_ >= earliest, "a reinstatement waits");
  }
}
