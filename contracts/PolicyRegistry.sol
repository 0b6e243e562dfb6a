// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IPolicyRegistry} from "./interfaces/IPolicyRegistry.sol";
import {ITrustList} from "./interfaces/ITrustList.sol";
import {TypedData} from "./TypedData.sol";

/// @title Versions of policies and of mappings between two authorities' schemes, each by its digest
contract PolicyRegistry is IPolicyRegistry, TypedData, AccessManaged {
  bytes32 private constant WITHDRAWN = 0;
  /// @dev Instead of a time: when the block that takes it is sealed.
  uint64 private constant AT_ONCE = 0;
  uint64 private constant NEVER = type(uint64).max;
  bytes32 private constant APPROVE_MAPPING_TYPE_HASH = keccak256(
    "ApproveMapping(bytes32 source,bytes32 target,uint64 version,bytes32 digest,uint64 effectiveFrom,uint64 deadline)"
  );

  /// @dev The last version with content, and until when it counts: a withdrawal that lies ahead leaves it what it is.
  /// `last` is the number of that withdrawal, `number` itself where none followed. The events tell the earlier ones.
  struct Record {
    bytes32 digest;
    uint64 number;
    uint64 effectiveFrom;
    uint64 until;
    uint64 last;
  }

  /// @notice Says who acts for an authority, and whether it is suspended.
  ITrustList public immutable trustList;
  /// @inheritdoc IPolicyRegistry
  uint64 public immutable leadTime;
  mapping(bytes32 authorityId => mapping(bytes32 policy => Record)) private _policies;
  mapping(bytes32 source => mapping(bytes32 target => Record)) private _mappings;

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
    Record storage record = _policies[authorityId][policy];
    if (!_isNew(record, version, digest, effectiveFrom)) return;

    _append(record, digest, effectiveFrom);
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
    Record storage record = _mappings[source][target];
    if (!_isNew(record, version, digest, effectiveFrom)) return;
    if (_now() > deadline) revert PolicyRegistryDeadlinePassed(deadline, _now());
    address admin = _adminOf(source);
    if (admin == _adminOf(target)) revert PolicyRegistryPartiesNotDistinct(admin);
    bytes32 approved = keccak256(
      abi.encode(APPROVE_MAPPING_TYPE_HASH, source, target, version, digest, effectiveFrom, deadline)
    );
    _requireApproval(source, approved, bySource);
    _requireApproval(target, approved, byTarget);

    _append(record, digest, effectiveFrom);
    emit MappingPublished(source, target, version, digest, effectiveFrom);
  }

  /// @inheritdoc IPolicyRegistry
  function withdraw(bytes32 authorityId, bytes32 policy, uint64 version, uint64 effectiveFrom) external {
    _requireAdmin(authorityId);
    Record storage record = _policies[authorityId][policy];
    if (record.number == 0) revert PolicyRegistryNotFound(authorityId, policy);
    _requireLast(record, version);
    if (!_isSooner(record, effectiveFrom)) return;

    _end(record, effectiveFrom);
    emit PolicyWithdrawn(authorityId, policy, record.last, record.until);
  }

  /// @inheritdoc IPolicyRegistry
  function withdrawMapping(bytes32 source, bytes32 target, uint64 version, uint64 effectiveFrom) external {
    _requireEitherAdmin(source, target);
    Record storage record = _mappings[source][target];
    if (record.number == 0) revert PolicyRegistryNotFound(source, target);
    _requireLast(record, version);
    if (!_isSooner(record, effectiveFrom)) return;

    _end(record, effectiveFrom);
    emit MappingWithdrawn(source, target, record.last, record.until, msg.sender);
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
    return _lastOf(_policies[authorityId][policy]);
  }

  /// @inheritdoc IPolicyRegistry
  function mappingOf(
    bytes32 source,
    bytes32 target
  ) external view returns (uint64 version, bytes32 digest, uint64 effectiveFrom) {
    return _lastOf(_mappings[source][target]);
  }

  function _append(Record storage record, bytes32 digest, uint64 effectiveFrom) private {
    record.last += 1;
    record.digest = digest;
    record.number = record.last;
    record.effectiveFrom = effectiveFrom;
    record.until = NEVER;
  }

  function _end(Record storage record, uint64 effectiveFrom) private {
    record.last += 1;
    record.until = _timeOf(effectiveFrom);
  }

  function _startNow(Record storage record, uint64 version) private {
    _requireLast(record, version);
    if (record.effectiveFrom <= _now() || record.effectiveFrom >= record.until) {
      revert PolicyRegistryNotPending(version);
    }
    record.effectiveFrom = _now();
  }

  /// @return whether it may follow the last one; false when it is the last one, and otherwise reverts
  function _isNew(
    Record storage record,
    uint64 version,
    bytes32 digest,
    uint64 effectiveFrom
  ) private view returns (bool) {
    if (digest == WITHDRAWN) revert PolicyRegistryEmptyDigest();
    (uint64 last, bytes32 lastDigest, uint64 lastFrom) = _lastOf(record);
    if (version == last && digest == lastDigest && effectiveFrom == lastFrom) return false;
    if (version != last + 1) revert PolicyRegistryWrongVersion(last + 1, version);
    _requireNotBefore(_now() + leadTime, effectiveFrom);
    return true;
  }

  /// @return whether it would end anything sooner; reverts for a withdrawal that moves later or lies in the past
  function _isSooner(Record storage record, uint64 effectiveFrom) private view returns (bool) {
    uint64 end = _timeOf(effectiveFrom);
    if (end > record.until && effectiveFrom != AT_ONCE) {
      revert PolicyRegistryWithdrawalMovesLater(record.until, end);
    }
    if (end >= record.until) return false;
    _requireNotBefore(_now(), end);
    return true;
  }

  function _lastOf(Record storage record) private view returns (uint64 last, bytes32 digest, uint64 from) {
    if (record.last == record.number) return (record.last, record.digest, record.effectiveFrom);
    return (record.last, WITHDRAWN, record.until);
  }

  /// @dev Of those with content: who names an older one decided before the last was there.
  function _requireLast(Record storage record, uint64 version) private view {
    if (version != record.number) revert PolicyRegistryWrongVersion(record.number, version);
  }

  function _requireNotBefore(uint64 earliest, uint64 effectiveFrom) private pure {
    if (effectiveFrom < earliest) revert PolicyRegistryTooEarly(effectiveFrom, earliest);
  }

  function _requireAdmin(bytes32 authorityId) private view {
    if (_adminOf(authorityId) != msg.sender) {
      revert ITrustList.TrustListUnauthorized(authorityId, msg.sender);
    }
  }

  /// @dev Also of an authority that is suspended: it may always trust less.
  function _requireEitherAdmin(bytes32 source, bytes32 target) private view {
    if (msg.sender == trustList.authorityOf(source).admin) return;
    if (msg.sender == trustList.authorityOf(target).admin) return;
    revert ITrustList.TrustListUnauthorized(source, msg.sender);
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

  function _timeOf(uint64 effectiveFrom) private view returns (uint64) {
    return effectiveFrom == AT_ONCE ? _now() : effectiveFrom;
  }

  /// @dev Seconds since 1970 fit 64 bits for the next 584 thousand million years.
  function _now() private view returns (uint64) {
    return uint64(block.timestamp);
  }

  function _domainName() internal pure override returns (string memory) {
    return "PolicyRegistry";
  }
}
