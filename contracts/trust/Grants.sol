// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITrustList} from "../interfaces/ITrustList.sol";

/// @title What a key, an account or an approver may do, and when: it starts once and only ever shrinks
library Grants {
  /// @dev A window may end with this block but not before: what was done within it stays done.
  function requireNarrowerUntil(uint64 current, uint64 requested) internal view {
    if (requested > current) revert ITrustList.TrustListWouldWiden(current, requested);
    if (requested < current && requested < block.timestamp) {
      revert ITrustList.TrustListInvalidWindow(uint64(block.timestamp), requested);
    }
  }

  /// @param from already no sooner than the delay allows
  function open(ITrustList.Grant storage grant, uint64 from, uint64 until) internal {
    if (until <= from) revert ITrustList.TrustListInvalidWindow(from, until);
    grant.from = from;
    grant.until = until;
  }

  /// @return whether that changes anything
  function narrow(ITrustList.Grant storage grant, uint64 until) internal returns (bool) {
    requireNarrowerUntil(grant.until, until);
    if (grant.until == until) return false;
    grant.until = until;
    return true;
  }

  /// @return whether that changes anything
  function compromise(ITrustList.Grant storage grant, uint64 from) internal returns (bool) {
    uint64 current = grant.compromisedFrom;
    if (from == 0 || (current != 0 && from > current)) {
      revert ITrustList.TrustListCompromisedFromMovesLater(current, from);
    }
    if (from == current) return false;
    grant.compromisedFrom = from;
    return true;
  }

  /// @dev No window ends at 0: it ends after it starts, and is narrowed to this block's time at the earliest.
  function exists(ITrustList.Grant storage grant) internal view returns (bool) {
    return grant.until != 0;
  }

  function holds(ITrustList.Grant storage grant) internal view returns (bool) {
    return grant.from <= block.timestamp && block.timestamp < grant.until;
  }

  function isCompromised(ITrustList.Grant storage grant) internal view returns (bool) {
    return grant.compromisedFrom != 0 && grant.compromisedFrom <= block.timestamp;
  }
}
