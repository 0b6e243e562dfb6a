// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BatchAnchor} from "../BatchAnchor.sol";
import {StatusAnchor} from "../StatusAnchor.sol";
import {IStatusAnchor} from "../interfaces/IStatusAnchor.sol";
import {ITrustList} from "../interfaces/ITrustList.sol";
import {Invariants} from "./support/Invariants.t.sol";
import {FirstSight, Observation, Step} from "./support/Observation.t.sol";

/// @title What holds of anchors and versions after every call, whoever made it
contract WritingInvariants is Invariants {
  function invariantOnlyAnOpenAccountOfAnActiveIssuerWrites() external view {
    Step memory step = handler.lastStep();
    for (uint256 i = 0; i < ISSUERS; ++i) {
      if (_wrote(step, i))
        check(_mayWrite(step) == i, "only an open account of the active issuer itself writes for it");
    }
  }

  function invariantARevokedAuthorityCannotAnchor() external view {
    Step memory step = handler.lastStep();
    for (uint256 i = 0; i < ISSUERS; ++i) {
      if (!_wrote(step, i)) continue;
      uint64 suspendedUntil = step.before.authorities[authorityOf(i)].suspendedUntil;
      check(suspendedUntil <= step.later.time, "no issuer of a suspended authority writes");
    }
  }

  function invariantAnAnchorBearsTheTimeOfItsBlockAndItsAuthor() external view {
    FirstSight[] memory sights = handler.anchored();
    for (uint256 n = 0; n < sights.length; ++n) {
      (uint64 time, , , , address by) = handler.anchorOf(sights[n].issuer, sights[n].root);
      check(time == sights[n].time && by == sights[n].account, "the time of the block and the caller");
    }
  }

  function invariantNoStatusPromisesToStayFreshForLong() external view {
    Step memory step = handler.lastStep();
    for (uint256 i = 0; i < ISSUERS; ++i) {
      if (step.later.versions[i] == step.before.versions[i]) continue;
      uint64 nextUpdate = step.later.nextUpdates[i];
      bool isAhead = nextUpdate > step.later.time;
      check(isAhead && nextUpdate <= step.later.time + 31 days, "ahead, but at most 31 days");
    }
  }

  function invariantActsHaveTwoApproversWhoAreNotTheWriter() external view {
    Step memory step = handler.lastStep();
    for (uint256 i = 0; i < ISSUERS; ++i) {
      if (step.later.actSequences[i] == step.before.actSequences[i]) continue;
      (, , uint64 deadline, IStatusAnchor.Approval memory one, IStatusAnchor.Approval memory other) = abi
        .decode(
          argumentsOf(step.data),
          (bytes32, uint8, uint64, IStatusAnchor.Approval, IStatusAnchor.Approval)
        );
      check(bytes4(step.data) == StatusAnchor.anchorActs.selector && step.later.time <= deadline, "in time");
      check(one.approver != other.approver, "two people");
      check(_approves(step, i, one.approver) && _approves(step, i, other.approver), "both approvers");
    }
  }

  function invariantAnOpenAccountOfAnActiveIssuerIsNotRefused() external view {
    Step memory step = handler.lastStep();
    if (bytes4(step.data) != BatchAnchor.anchor.selector || step.succeeded) return;
    uint256 i = _mayWrite(step);
    (, , , uint64 sequence) = abi.decode(argumentsOf(step.data), (bytes32, uint8, uint8, uint64));
    check(i == ISSUERS || sequence != step.before.sequences[i] + 1, "an entitled account is not refused");
  }

  function invariantAnAnchorNeverChanges() external view {
    FirstSight[] memory sights = handler.anchored();
    for (uint256 n = 0; n < sights.length; ++n) {
      check(handler.isAsFirstSeen(sights[n]), "an anchor is as when it was first seen");
    }
  }

  function invariantSequencesCountTheAnchors() external view {
    FirstSight[] memory sights = handler.anchored();
    Observation memory seen = handler.lastStep().later;
    uint64[] memory counts = new uint64[](ISSUERS);
    for (uint256 n = 0; n < sights.length; ++n) ++counts[sights[n].issuer];
    for (uint256 i = 0; i < ISSUERS; ++i) {
      check(counts[i] == seen.sequences[i], "the sequence is the number of roots anchored");
    }
  }

  function invariantNumbersGrowByOneAtMost() external view {
    Step memory step = handler.lastStep();
    uint256 grown = 0;
    for (uint256 i = 0; i < ISSUERS; ++i) {
      grown += step.later.sequences[i] - step.before.sequences[i];
      grown += step.later.versions[i] - step.before.versions[i];
      grown += step.later.actSequences[i] - step.before.actSequences[i];
    }
    check(grown <= 1, "one call moves one number by one");
  }

  function _wrote(Step memory step, uint256 i) private pure returns (bool) {
    return
      step.later.sequences[i] != step.before.sequences[i] ||
      step.later.versions[i] != step.before.versions[i] ||
      step.later.actSequences[i] != step.before.actSequences[i];
  }

  function _approves(Step memory step, uint256 i, address who) private view returns (bool) {
    uint256 people = step.before.accounts.length;
    uint256 p = handler.personIndex(who);
    if (p == people || who == step.caller) return false;
    ITrustList.Grant memory grant = step.before.approvers[i * people + p];
    return grant.from <= step.before.time && step.before.time < grant.until;
  }

  /// @dev The issuer for which the caller may write, by this file's own reading of what was seen before the call;
  /// `ISSUERS` when there is none.
  function _mayWrite(Step memory step) private view returns (uint256) {
    Observation memory seen = step.before;
    uint256 p = handler.personIndex(step.caller);
    if (p == seen.accounts.length) return ISSUERS;
    ITrustList.Grant memory grant = seen.accounts[p];
    bool open = grant.from <= seen.time && seen.time < grant.until;
    bool compromised = grant.compromisedFrom != 0 && grant.compromisedFrom <= seen.time;
    uint256 i = handler.issuerIndex(seen.accountIssuers[p]);
    if (i == ISSUERS || !open || compromised || !_isActive(seen, i)) return ISSUERS;
    return i;
  }

  function _isActive(Observation memory seen, uint256 i) private pure returns (bool) {
    ITrustList.Issuer memory issuer = seen.issuers[i];
    return
      issuer.accepted &&
      issuer.from <= seen.time &&
      seen.time < issuer.until &&
      issuer.suspendedUntil <= seen.time &&
      seen.authorities[authorityOf(i)].suspendedUntil <= seen.time;
  }
}
