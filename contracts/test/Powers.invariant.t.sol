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
      bool isAdmin =
        step.caller == step.before.issuers[i].admin || step.caller == handler.adminOfAuthority(i);
      bool takesOver = bytes4(step.data) == ITrustList.acceptIssuerAdmin.selector;
      check(isAdmin || takesOver, "only its admins change an issuer, or its nominee by taking over");
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
      check(a.authority == b.authority && a.from == b.from, "an issuer stays who it is");
      check(b.admin != address(0) && (!a.accepted || b.accepted), "has an admin and stays accepted");
    }
    for (uint256 p = 0; p < step.before.accountIssuers.length; ++p) {
      bytes32 issuer = step.before.accountIssuers[p];
      check(issuer == 0 || step.later.accountIssuers[p] == issuer, "an account serves one issuer for ever");
    }
  }

  function invariantAnIssuerPassesOnlyToANomineeWhoHasWaited() external view {
    Step memory step = handler.lastStep();
    for (uint256 i = 0; i < ISSUERS; ++i) {
      ITrustList.Nomination memory was = step.before.nominations[i];
      ITrustList.Nomination memory is_ = step.later.nominations[i];
      bool isNew = is_.admin != address(0) && (is_.admin != was.admin || is_.from != was.from);
      if (isNew) check(is_.from >= step.later.time + DELAY, "a nomination waits");
      address admin = step.later.issuers[i].admin;
      if (admin == step.before.issuers[i].admin) continue;
      check(admin == was.admin && admin == step.caller, "an issuer passes to its nominee, by its own act");
      check(was.from <= step.later.time, "when it has waited");
    }
  }

  function invariantNoAccountServesWithoutItsConsent() external view {
    Step memory step = handler.lastStep();
    for (uint256 p = 0; p < step.later.accountIssuers.length; ++p) {
      bytes32 issuer = step.later.accountIssuers[p];
      if (issuer == step.before.accountIssuers[p]) continue;
      check(bytes4(step.data) == ITrustList.addAccount.selector, "an account is added by addAccount only");
      (, address who, , , uint64 deadline, bytes memory consent) = abi.decode(
        argumentsOf(step.data),
        (bytes32, address, uint64, uint64, uint64, bytes)
      );
      check(who == handler.person(p) && step.later.time <= deadline, "the one that was named, in time");
      bytes32 digest = handler.consentDigestOf(issuer, who, deadline);
      check(_signerOf(digest, consent) == who, "and that has signed for this issuer");
    }
  }

  function invariantTheCheckpointSetVersionGrowsByOneAndOnlyByTheConsortium() external view {
    Step memory step = handler.lastStep();
    uint64 grown = step.later.checkpointSetVersion - step.before.checkpointSetVersion;
    check(grown == 0 || (grown == 1 && step.caller == address(handler)), "by one, and by the consortium");
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

  function _signerOf(bytes32 digest, bytes memory signature) private pure returns (address) {
    (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
    return ecrecover(digest, uint8(signature[64]), r, s);
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
