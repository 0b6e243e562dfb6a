// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {ITrustList} from "./interfaces/ITrustList.sol";
import {TypedData} from "./TypedData.sol";

/// @title Versions of policies and of mappings between two authorities' schemes, each by its digest
contract PolicyRegistry is IPolicyRegistry, TypedData, AccessManaged {
  bytes32 private constant WITHDRAWN = 0;
  bytes32 private constant APPROVE_MAPPING_TYPE_HASH = keccak256(
    "ApproveMapping(bytes32 source,bytes32 target,uint64 version,bytes32 digest,uint64 effectiveFrom,uint64 deadline)"
  );

  /// @dev The last one; the events tell the earlier ones.
  struct Version {
    bytes32 digest;
    uint64 number;
    uint64 effectiveFrom;
  }

  /// @notice Says who acts for an authority, and whether it is suspended.
  ITrustList public immutable trustList;
  /// @inheritdoc IPolicyRegistry
  uint64 public immutable leadTime;
  mapping(bytes32 authorityId => mapping(bytes32 policy => Version)) private _policies;
  mapping(bytes32 source => mapping(bytes32 target => Version)) private _mappings;

  constructor(ITrustList trustList_, address accessManager, uint64 leadTime_) AccessManaged(accessManager) {
    trustList = trustList_;
    leadTime = leadTime_;
  }

  /// @inheritdoc IPolicyRegistry
  function publish(
    bytes32 authorityId,
    bytes32 policy,
    uint64 version,
    bytes32 digest,
    uint64 effectiveFrom
  ) external {
    _requireAdmin(authorityId);
    Version storage last = _policies[authorityId][policy];
    if (!_isNew(last, version, digest, effectiveFrom)) return;

    _append(last, digest, effectiveFrom);
    emit PolicyPublished(authorityId, policy, version, digest, effectiveFrom);
  }

  /// @inheritdoc IPolicyRegistry
  function publishMapping(
    bytes32 source,
    bytes32 target,
    uint64 version,
    bytes32 digest,
    uint64 effectiveFrom,
    uint64 deadline,
    bytes calldata bySource,
    bytes calldata byTarget
  ) external {
    Version storage last = _mappings[source][target];
    if (!_isNew(last, version, digest, effectiveFrom)) return;
    if (_now() > deadline) revert PolicyRegistryDeadlinePassed(deadline, _now());
    address admin = _adminOf(source);
    if (admin == _adminOf(target)) revert PolicyRegistryPartiesNotDistinct(admin);
    bytes32 approved = keccak256(
      abi.encode(APPROVE_MAPPING_TYPE_HASH, source, target, version, digest, effectiveFrom, deadline)
    );
    _requireApproval(source, approved, bySource);
    _requireApproval(target, approved, byTarget);

    _append(last, digest, effectiveFrom);
    emit MappingPublished(source, target, version, digest, effectiveFrom);
  }

  /// @inheritdoc IPolicyRegistry
  function withdraw(bytes32 authorityId, bytes32 policy, uint64 effectiveFrom) external {
    _requireAdmin(authorityId);
    Version storage last = _policies[authorityId][policy];
    if (last.number == 0) revert PolicyRegistryNotFound(authorityId, policy);
    if (!_isNewWithdrawal(last, effectiveFrom)) return;

    _append(last, WITHDRAWN, effectiveFrom);
    emit PolicyWithdrawn(authorityId, policy, last.number, effectiveFrom);
  }

  /// @inheritdoc IPolicyRegistry
  function withdrawMapping(bytes32 source, bytes32 target, uint64 effectiveFrom) external {
    _requireAdmin(trustList.authorityOf(target).admin == msg.sender ? target : source);
    Version storage last = _mappings[source][target];
    if (last.number == 0) revert PolicyRegistryNotFound(source, target);
    if (!_isNewWithdrawal(last, effectiveFrom)) return;

    _append(last, WITHDRAWN, effectiveFrom);
    emit MappingWithdrawn(source, target, last.number, effectiveFrom, msg.sender);
  }

  /// @inheritdoc IPolicyRegistry
  function expedite(bytes32 authorityId, bytes32 policy, uint64 version) external restricted {
    _startNow(_policies[authorityId][policy], version);
    emit PolicyExpedited(authorityId, policy, version);
  }

  /// @inheritdoc IPolicyRegistry
  function expediteMapping(bytes32 source, bytes32 target, uint64 version) external restricted {
    _startNow(_mappings[source][target], version);
    emit MappingExpedited(source, target, version);
  }

  /// @inheritdoc IPolicyRegistry
  function policyOf(
    bytes32 authorityId,
    bytes32 policy
  ) external view returns (uint64 version, bytes32 digest, uint64 effectiveFrom) {
    Version memory last = _policies[authorityId][policy];
    return (last.number, last.digest, last.effectiveFrom);
  }

  /// @inheritdoc IPolicyRegistry
  function mappingOf(
    bytes32 source,
    bytes32 target
  ) external view returns (uint64 version, bytes32 digest, uint64 effectiveFrom) {
    Version memory last = _mappings[source][target];
    return (last.number, last.digest, last.effectiveFrom);
  }

  function _append(Version storage last, bytes32 digest, uint64 effectiveFrom) private {
    last.digest = digest;
    last.number += 1;
    last.effectiveFrom = effectiveFrom;
  }

  function _startNow(Version storage last, uint64 version) private {
    if (version != last.number) revert PolicyRegistryWrongVersion(last.number, version);
    if (last.digest == WITHDRAWN || last.effectiveFrom <= _now()) revert PolicyRegistryNotPending(version);
    last.effectiveFrom = _now();
  }

  /// @return whether it may follow the last one; false when it is the last one, and otherwise reverts
  function _isNew(
    Version storage last,
    uint64 version,
    bytes32 digest,
    uint64 effectiveFrom
  ) private view returns (bool) {
    if (digest == WITHDRAWN) revert PolicyRegistryEmptyDigest();
    if (version == last.number && digest == last.digest && effectiveFrom == last.effectiveFrom) return false;
    if (version != last.number + 1) revert PolicyRegistryWrongVersion(last.number + 1, version);
    _requireNotBefore(_now() + leadTime, effectiveFrom);
    return true;
  }

  function _isNewWithdrawal(Version storage last, uint64 effectiveFrom) private view returns (bool) {
    if (last.digest == WITHDRAWN) {
      if (effectiveFrom == last.effectiveFrom) return false;
      if (effectiveFrom > last.effectiveFrom) {
        revert PolicyRegistryWithdrawalMovesLater(last.effectiveFrom, effectiveFrom);
      }
    }
    _requireNotBefore(_now(), effectiveFrom);
    return true;
  }

  function _requireNotBefore(uint64 earliest, uint64 effectiveFrom) private pure {
    if (effectiveFrom < earliest) revert PolicyRegistryTooEarly(effectiveFrom, earliest);
  }

  function _requireAdmin(bytes32 authorityId) private view {
    if (_adminOf(authorityId) != msg.sender) {
      revert ITrustList.TrustListUnauthorized(authorityId, msg.sender);
    }
  }

  function _requireApproval(bytes32 authorityId, bytes32 approved, bytes calldata signature) private view {
    if (!_isSignedBy(_adminOf(authorityId), approved, signature)) {
      revert PolicyRegistryInvalidSignature(authorityId);
    }
  }

  /// @dev Who acts for an authority now; reverts when nobody does.
  function _adminOf(bytes32 authorityId) private view returns (address) {
    ITrustList.Authority memory record = trustList.authorityOf(authorityId);
    if (record.admin == address(0)) revert ITrustList.TrustListUnknownAuthority(authorityId);
    if (_now() < record.suspendedUntil) revert ITrustList.TrustListAuthoritySuspended(authorityId);
    return record.admin;
  }

  /// @dev Seconds since 1970 fit 64 bits for the next 584 thousand million years.
  function _now() private view returns (uint64) {
    return uint64(block.timestamp);
  }

  function _domainName() internal pure override returns (string memory) {
    return "PolicyRegistry";
  }
}
