// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ITrustList} from "../interfaces/ITrustList.sol";

/// @title What the consortium decides: authorities, the checkpoint set, and where this ledger comes from
abstract contract AuthorityRegistry is ITrustList, AccessManaged {
  uint256 private constant MAX_NAME_BYTES = 128;
  uint256 private constant MAX_CHECKPOINT_KEYS = 32;
  /// @dev `suspendedUntil` of what is suspended and not yet reinstated.
  uint64 internal constant FOREVER = type(uint64).max;

  /// @inheritdoc ITrustList
  uint64 public immutable wideningDelay;
  /// @inheritdoc ITrustList
  uint64 public checkpointSetVersion;
  bool private _predecessorRecorded;
  mapping(bytes32 authorityId => Authority) private _authorities;

  constructor(address accessManager, uint64 wideningDelay_) AccessManaged(accessManager) {
    wideningDelay = wideningDelay_;
  }

  /// @inheritdoc ITrustList
  function admitAuthority(
    string calldata name,
    bytes2 jurisdiction,
    address admin,
    bytes32 checkpointKey
  ) external restricted returns (bytes32 authorityId) {
    _requireName(name);
    if (!_isCapital(jurisdiction[0]) || !_isCapital(jurisdiction[1])) {
      revert TrustListInvalidJurisdiction(jurisdiction);
    }
    _requireAddress(admin);
    if (checkpointKey == 0) revert TrustListInvalidPublicKey(checkpointKey.length);
    authorityId = keccak256(bytes(name));
    if (_authorities[authorityId].admin != address(0)) revert TrustListAuthorityExists(authorityId);

    _authorities[authorityId].admin = admin;
    emit AuthorityAdmitted(authorityId, name, jurisdiction, admin, checkpointKey);
  }

  /// @inheritdoc ITrustList
  function setAuthorityAdmin(bytes32 authorityId, address admin) external restricted {
    Authority storage record = _knownAuthority(authorityId);
    _requireAddress(admin);
    if (record.admin == admin) return;

    record.admin = admin;
    emit AuthorityAdminChanged(authorityId, admin);
  }

  /// @inheritdoc ITrustList
  function suspendAuthority(bytes32 authorityId) external restricted {
    Authority storage record = _knownAuthority(authorityId);
    if (record.suspendedUntil == FOREVER) return;

    record.suspendedUntil = FOREVER;
    emit AuthoritySuspended(authorityId);
  }

  /// @inheritdoc ITrustList
  function reinstateAuthority(bytes32 authorityId, uint64 effectiveFrom) external restricted {
    Authority storage record = _knownAuthority(authorityId);
    if (_now() >= record.suspendedUntil) revert TrustListAuthorityNotSuspended(authorityId);
    uint64 start = _startOf(effectiveFrom);
    if (record.suspendedUntil == start) return;

    record.suspendedUntil = start;
    emit AuthorityReinstated(authorityId, start);
  }

  /// @inheritdoc ITrustList
  function setCheckpointSet(bytes32[] calldata keys, uint8 threshold) external restricted {
    uint256 count = keys.length;
    if (count > MAX_CHECKPOINT_KEYS || threshold == 0 || threshold > count || !_areDistinctKeys(keys)) {
      revert TrustListInvalidCheckpointSet(count, threshold);
    }

    checkpointSetVersion += 1;
    emit CheckpointSetChanged(checkpointSetVersion, threshold, keys);
  }

  /// @inheritdoc ITrustList
  function recordPredecessor(uint256 chainId, bytes32 genesis, bytes32 finalCheckpoint) external restricted {
    if (_predecessorRecorded) revert TrustListPredecessorRecorded();

    _predecessorRecorded = true;
    emit Predecessor(chainId, genesis, finalCheckpoint);
  }

  /// @inheritdoc ITrustList
  function recordReplacement(
    string calldata name,
    address previous,
    address next,
    uint64 fromBlock
  ) external restricted {
    _requireName(name);
    _requireAddress(previous);
    _requireAddress(next);
    if (fromBlock < block.number) revert TrustListTooEarly(fromBlock, uint64(block.number));

    emit ContractReplaced(name, previous, next, fromBlock);
  }

  /// @inheritdoc ITrustList
  function authorityOf(bytes32 authorityId) external view returns (Authority memory) {
    return _authorities[authorityId];
  }

  /// @dev Reverts unless the caller is the admin of an authority that is not suspended.
  function _requireAuthorityAdmin(bytes32 authorityId) internal view {
    if (msg.sender != _knownAuthority(authorityId).admin)
      revert TrustListUnauthorized(authorityId, msg.sender);
    _requireAuthorityNotSuspended(authorityId);
  }

  function _requireAuthorityNotSuspended(bytes32 authorityId) internal view {
    if (_isAuthoritySuspended(authorityId)) revert TrustListAuthoritySuspended(authorityId);
  }

  function _isAuthorityAdmin(bytes32 authorityId, address caller) internal view returns (bool) {
    return _authorities[authorityId].admin == caller;
  }

  function _isAuthoritySuspended(bytes32 authorityId) internal view returns (bool) {
    return _now() < _authorities[authorityId].suspendedUntil;
  }

  /// @dev When a widening takes effect: as requested, or as early as allowed when 0 is requested.
  function _startOf(uint64 requested) internal view returns (uint64) {
    uint64 earliest = _now() + wideningDelay;
    if (requested == 0) return earliest;
    if (requested < earliest) revert TrustListTooEarly(requested, earliest);
    return requested;
  }

  /// @dev Seconds since 1970 fit 64 bits for the next 584 thousand million years.
  function _now() internal view returns (uint64) {
    return uint64(block.timestamp);
  }

  function _requireAddress(address value) internal pure {
    if (value == address(0)) revert TrustListZeroAddress();
  }

  /// @dev Printable ASCII only, so that every reader of an event can decode and display it.
  function _requireName(string calldata name) internal pure {
    bytes calldata text = bytes(name);
    if (text.length == 0 || text.length > MAX_NAME_BYTES) revert TrustListInvalidName(name);
    for (uint256 i = 0; i < text.length; ++i) {
      if (text[i] < 0x21 || text[i] > 0x7e) revert TrustListInvalidName(name);
    }
  }

  function _knownAuthority(bytes32 authorityId) private view returns (Authority storage record) {
    record = _authorities[authorityId];
    if (record.admin == address(0)) revert TrustListUnknownAuthority(authorityId);
  }

  function _isCapital(bytes1 letter) private pure returns (bool) {
    return letter >= "A" && letter <= "Z";
  }

  /// @dev At most `MAX_CHECKPOINT_KEYS` keys, so at most 496 comparisons.
  function _areDistinctKeys(bytes32[] calldata keys) private pure returns (bool) {
    for (uint256 i = 0; i < keys.length; ++i) {
      if (keys[i] == 0) return false;
      for (uint256 j = 0; j < i; ++j) {
        if (keys[i] == keys[j]) return false;
      }
    }
    return true;
  }
}
