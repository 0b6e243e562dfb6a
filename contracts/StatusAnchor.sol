// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {isBatchSize} from "./BatchSize.sol";
import {IStatusAnchor} from "./interfaces/IStatusAnchor.sol";
import {ITrustList} from "./interfaces/ITrustList.sol";
import {TypedData} from "./TypedData.sol";

/// @title Versions of an issuer's status lists, and the acts that explain them
contract StatusAnchor is IStatusAnchor, TypedData {
  /// @dev A list that promises to stay fresh for longer could hide revocations for as long.
  uint64 private constant MAX_UPDATE_INTERVAL = 31 days;
  bytes32 private constant APPROVE_ACTS_TYPE_HASH = keccak256(
    "ApproveActs(bytes32 issuer,bytes32 root,uint8 log2Size,uint64 sequence,uint64 deadline)"
  );

  struct Status {
    bytes32 listsRoot;
    bytes32 actsDigest;
    uint64 version;
    uint64 nextUpdate;
  }

  /// @notice Says for which issuer an account may write, and who approves that issuer's acts.
  ITrustList public immutable trustList;
  mapping(bytes32 issuer => Status) private _statuses;
  mapping(bytes32 issuer => uint64) private _actSequences;
  mapping(bytes32 issuer => mapping(bytes32 root => bool)) private _actsAnchored;

  constructor(ITrustList trustList_) {
    trustList = trustList_;
  }

  /// @inheritdoc IStatusAnchor
  function publish(uint64 version, bytes32 listsRoot, bytes32 actsDigest, uint64 nextUpdate) external {
    bytes32 issuer = trustList.requireAnchoringIssuer(msg.sender);
    if (listsRoot == 0) revert StatusAnchorEmptyRoot();
    Status storage status = _statuses[issuer];
    if (
      version == status.version &&
      listsRoot == status.listsRoot &&
      actsDigest == status.actsDigest &&
      nextUpdate == status.nextUpdate
    ) return;
    if (version != status.version + 1) revert StatusAnchorWrongVersion(status.version + 1, version);
    if (nextUpdate <= block.timestamp)
      revert StatusAnchorNextUpdateNotAhead(nextUpdate, uint64(block.timestamp));
    uint64 latest = uint64(block.timestamp) + MAX_UPDATE_INTERVAL;
    if (nextUpdate > latest) revert StatusAnchorNextUpdateTooFar(nextUpdate, latest);

    _statuses[issuer] = Status(listsRoot, actsDigest, version, nextUpdate);
    emit StatusPublished(issuer, version, listsRoot, actsDigest, nextUpdate, msg.sender);
  }

  /// @inheritdoc IStatusAnchor
  function anchorActs(
    bytes32 root,
    uint8 log2Size,
    uint64 deadline,
    Approval calldata first,
    Approval calldata second
  ) external {
    bytes32 issuer = trustList.requireAnchoringIssuer(msg.sender);
    if (root == 0) revert StatusAnchorEmptyRoot();
    if (!isBatchSize(log2Size)) revert StatusAnchorSizeOutOfRange(log2Size);
    if (_actsAnchored[issuer][root]) return;
    if (block.timestamp > deadline) revert StatusAnchorDeadlinePassed(deadline, uint64(block.timestamp));
    if (first.approver == second.approver) revert StatusAnchorApproversNotDistinct(first.approver);
    uint64 sequence = _actSequences[issuer] + 1;
    bytes32 acts = keccak256(abi.encode(APPROVE_ACTS_TYPE_HASH, issuer, root, log2Size, sequence, deadline));
    _requireApproval(issuer, acts, first);
    _requireApproval(issuer, acts, second);

    _actSequences[issuer] = sequence;
    _actsAnchored[issuer][root] = true;
    emit ActsAnchored(issuer, root, log2Size, sequence, first.approver, second.approver);
  }

  /// @inheritdoc IStatusAnchor
  function statusOf(
    bytes32 issuer
  ) external view returns (uint64 version, bytes32 listsRoot, bytes32 actsDigest, uint64 nextUpdate) {
    Status memory status = _statuses[issuer];
    return (status.version, status.listsRoot, status.actsDigest, status.nextUpdate);
  }

  /// @inheritdoc IStatusAnchor
  function actSequenceOf(bytes32 issuer) external view returns (uint64) {
    return _actSequences[issuer];
  }

  function _requireApproval(bytes32 issuer, bytes32 acts, Approval calldata approval) private view {
    address approver = approval.approver;
    if (approver == msg.sender) revert StatusAnchorApproversNotDistinct(approver);
    if (!trustList.isApprover(issuer, approver)) revert StatusAnchorNotApprover(issuer, approver);
    if (!_isSignedBy(approver, acts, approval.signature)) revert StatusAnchorInvalidSignature(approver);
  }

  function _domainName() internal pure override returns (string memory) {
    return "StatusAnchor";
  }
}
