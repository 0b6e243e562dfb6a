// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {isBatchSize} from "./BatchSize.sol";
import {IStatusAnchor} from "./interfaces/IStatusAnchor.sol";
import {ITrustList} from "./interfaces/ITrustList.sol";

/// @title Versions of an issuer's status lists, and the acts that explain them
/// @dev The EIP-712 domain is written out here because OpenZeppelin's `EIP712` needs an instruction (MCOPY) that
/// the ledger's `shanghai` rules do not have.
contract StatusAnchor is IStatusAnchor, IERC5267 {
  string private constant NAME = "StatusAnchor";
  string private constant VERSION = "1";
  /// @dev ERC-5267: name, version, chainId and verifyingContract are used, salt and extensions are not.
  bytes1 private constant DOMAIN_FIELDS = 0x0f;
  bytes32 private constant DOMAIN_TYPE_HASH = keccak256(
    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
  );
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
    bytes32 digest = _approvalDigest(issuer, root, log2Size, sequence, deadline);
    _requireApproval(issuer, digest, first);
    _requireApproval(issuer, digest, second);

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

  /// @inheritdoc IERC5267
  function eip712Domain()
    external
    view
    returns (
      bytes1 fields,
      string memory name,
      string memory version,
      uint256 chainId,
      address verifyingContract,
      bytes32 salt,
      uint256[] memory extensions
    )
  {
    return (DOMAIN_FIELDS, NAME, VERSION, block.chainid, address(this), 0, new uint256[](0));
  }

  function _requireApproval(bytes32 issuer, bytes32 digest, Approval calldata approval) private view {
    address approver = approval.approver;
    if (approver == msg.sender) revert StatusAnchorApproversNotDistinct(approver);
    if (!trustList.isApprover(issuer, approver)) revert StatusAnchorNotApprover(issuer, approver);
    (address signer, ECDSA.RecoverError problem, ) = ECDSA.tryRecover(digest, approval.signature);
    if (problem != ECDSA.RecoverError.NoError || signer != approver)
      revert StatusAnchorInvalidSignature(approver);
  }

  /// @dev EIP-712, with the chain id of now: a fork of the chain does not inherit the approvals.
  function _approvalDigest(
    bytes32 issuer,
    bytes32 root,
    uint8 log2Size,
    uint64 sequence,
    uint64 deadline
  ) private view returns (bytes32) {
    bytes32 domain = keccak256(
      abi.encode(
        DOMAIN_TYPE_HASH,
        keccak256(bytes(NAME)),
        keccak256(bytes(VERSION)),
        block.chainid,
        address(this)
      )
    );
    bytes32 approval = keccak256(
      abi.encode(APPROVE_ACTS_TYPE_HASH, issuer, root, log2Size, sequence, deadline)
    );
    return keccak256(abi.encodePacked(hex"1901", domain, approval));
  }
}
