// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev The last version of a policy or of a mapping.
struct Registered {
  uint64 version;
  bytes32 digest;
  uint64 effectiveFrom;
}

/// @dev All that the registries of policies and conversions say at one moment, and who may write. Of an authority there
/// is one policy. Index of a mapping: `source * AUTHORITIES + target`; of a pair of issuers: `source * ISSUERS +
/// target`.
struct RegistrySight {
  uint64 time;
  bool[] suspended;
  bool[] active;
  Registered[] policies;
  Registered[] mappings;
  uint64[] spent;
  uint64[] acknowledged;
  uint64[] spentCounts;
  uint64[] acknowledgedCounts;
}

/// @dev One call, or something else that passed (`data` empty), and what was seen before and after it.
struct RegistryStep {
  address caller;
  bytes data;
  RegistrySight before;
  RegistrySight later;
}

/// @dev A nullifier that was spent, and in which batch it then was.
struct Spending {
  uint256 source;
  uint256 target;
  bytes32 nullifier;
  uint64 sequence;
}
