// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITrustList} from "../../interfaces/ITrustList.sol";

/// @dev All that the three contracts say about the fixture's parties at one moment. Index of an issuer's key k:
/// `issuer * KEYS + k`; of an issuer's approver p: `issuer * PEOPLE + p`.
struct Observation {
  uint64 time;
  ITrustList.Authority[] authorities;
  ITrustList.Issuer[] issuers;
  bool[] active;
  ITrustList.Grant[] keys;
  bytes32[] accountIssuers;
  ITrustList.Grant[] accounts;
  ITrustList.Grant[] approvers;
  uint64[] sequences;
  uint64[] versions;
  uint64[] actSequences;
  uint64[] nextUpdates;
  ITrustList.Nomination[] nominations;
  uint64 checkpointSetVersion;
}

/// @dev One call, or a jump in time (`data` empty), and what was seen before and after it.
struct Step {
  address caller;
  bytes data;
  bool succeeded;
  Observation before;
  Observation later;
}

/// @dev What `anchorOf` said right after the root was anchored, and when and by whom that was.
struct FirstSight {
  uint256 issuer;
  bytes32 root;
  bytes32 digest;
  uint64 time;
  address account;
}
