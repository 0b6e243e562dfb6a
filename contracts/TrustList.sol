// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITrustList} from "./interfaces/ITrustList.sol";
import {AuthorityRegistry} from "./trust/AuthorityRegistry.sol";
import {IssuerRegistry} from "./trust/IssuerRegistry.sol";

/// @title What issuers decide: their keys, ledger accounts and approvers
/// @notice Read `AuthorityRegistry`, then `IssuerRegistry`, then this.
contract TrustList is IssuerRegistry {
  uint8 private constant ES256 = 1;
  uint256 private constant ES256_PUBLIC_KEY_BYTES = 65;
  bytes1 private constant SEC1_UNCOMPRESSED = 0x04;

  mapping(bytes32 issuer => mapping(bytes32 thumbprint => Grant)) private _keys;
  mapping(bytes32 issuer => mapping(address approver => Grant)) private _approvers;
  /// @dev An account serves one issuer for ever, so that what it wrote has one author.
  mapping(address account => bytes32 issuer) private _issuerOfAccount;
  mapping(address account => Grant) private _accounts;

  constructor(
    address accessManager,
    uint64 wideningDelay_
  ) AuthorityRegistry(accessManager, wideningDelay_) {}

  /// @inheritdoc ITrustList
  function addKey(
    bytes32 issuer,
    bytes32 thumbprint,
    uint8 algorithm,
    bytes calldata publicKey,
    bytes32 certificateDigest,
    uint64 from,
    uint64 until
  ) external {
    _requireAcceptedIssuerAdmin(issuer);
    if (algorithm != ES256) revert TrustListUnknownAlgorithm(algorithm);
    if (publicKey.length != ES256_PUBLIC_KEY_BYTES || publicKey[0] != SEC1_UNCOMPRESSED) {
      revert TrustListInvalidPublicKey(publicKey.length);
    }
    if (_exists(_keys[issuer][thumbprint])) revert TrustListKeyExists(issuer, thumbprint);

    uint64 start = _grant(_keys[issuer][thumbprint], from, until);
    emit KeyAdded(issuer, thumbprint, algorithm, publicKey, certificateDigest, start, until);
  }

  /// @inheritdoc ITrustList
  function addAccount(bytes32 issuer, address account, uint64 from, uint64 until) external {
    _requireAcceptedIssuerAdmin(issuer);
    _requireAddress(account);
    if (_exists(_accounts[account])) revert TrustListAccountTaken(account);
    if (_exists(_approvers[issuer][account])) revert TrustListApproverExists(issuer, account);

    _issuerOfAccount[account] = issuer;
    uint64 start = _grant(_accounts[account], from, until);
    emit AccountAdded(issuer, account, start, until);
  }

  /// @inheritdoc ITrustList
  function addApprover(bytes32 issuer, address approver, uint64 from, uint64 until) external {
    _requireAcceptedIssuerAdmin(issuer);
    _requireAddress(approver);
    if (_exists(_approvers[issuer][approver])) revert TrustListApproverExists(issuer, approver);
    if (_issuerOfAccount[approver] == issuer) revert TrustListAccountTaken(approver);

    uint64 start = _grant(_approvers[issuer][approver], from, until);
    emit ApproverAdded(issuer, approver, start, until);
  }

  /// @inheritdoc ITrustList
  function narrowKey(bytes32 issuer, bytes32 thumbprint, uint64 until) external {
    _requireNarrower(issuer);
    if (_narrow(_knownKey(issuer, thumbprint), until)) emit KeyNarrowed(issuer, thumbprint, until);
  }

  /// @inheritdoc ITrustList
  function setKeyCompromisedFrom(bytes32 issuer, bytes32 thumbprint, uint64 compromisedFrom) external {
    _requireNarrower(issuer);
    if (_setCompromisedFrom(_knownKey(issuer, thumbprint), compromisedFrom)) {
      emit KeyCompromised(issuer, thumbprint, compromisedFrom);
    }
  }

  /// @inheritdoc ITrustList
  function narrowAccount(bytes32 issuer, address account, uint64 until) external {
    _requireNarrower(issuer);
    if (_narrow(_knownAccount(issuer, account), until)) emit AccountNarrowed(issuer, account, until);
  }

  /// @inheritdoc ITrustList
  function setAccountCompromisedFrom(bytes32 issuer, address account, uint64 compromisedFrom) external {
    _requireNarrower(issuer);
    if (_setCompromisedFrom(_knownAccount(issuer, account), compromisedFrom)) {
      emit AccountCompromised(issuer, account, compromisedFrom);
    }
  }

  /// @inheritdoc ITrustList
  function narrowApprover(bytes32 issuer, address approver, uint64 until) external {
    _requireNarrower(issuer);
    Grant storage grant = _approvers[issuer][approver];
    if (!_exists(grant)) revert TrustListUnknownApprover(issuer, approver);
    if (_narrow(grant, until)) emit ApproverNarrowed(issuer, approver, until);
  }

  /// @inheritdoc ITrustList
  function requireAnchoringIssuer(address account) external view returns (bytes32 issuer) {
    issuer = _issuerOfAccount[account];
    Grant storage grant = _accounts[account];
    if (issuer == 0 || _isCompromised(grant)) revert TrustListUnauthorized(issuer, account);
    if (!_holds(grant)) revert TrustListOutsideWindow(grant.from, grant.until);
    _requireActive(issuer);
  }

  /// @inheritdoc ITrustList
  function isApprover(bytes32 issuer, address approver) external view returns (bool) {
    return _holds(_approvers[issuer][approver]);
  }

  /// @inheritdoc ITrustList
  function keyOf(bytes32 issuer, bytes32 thumbprint) external view returns (Grant memory) {
    return _keys[issuer][thumbprint];
  }

  /// @inheritdoc ITrustList
  function accountOf(address account) external view returns (bytes32 issuer, Grant memory grant) {
    return (_issuerOfAccount[account], _accounts[account]);
  }

  /// @inheritdoc ITrustList
  function approverOf(bytes32 issuer, address approver) external view returns (Grant memory) {
    return _approvers[issuer][approver];
  }

  function _knownKey(bytes32 issuer, bytes32 thumbprint) private view returns (Grant storage grant) {
    grant = _keys[issuer][thumbprint];
    if (!_exists(grant)) revert TrustListUnknownKey(issuer, thumbprint);
  }

  function _knownAccount(bytes32 issuer, address account) private view returns (Grant storage) {
    if (_issuerOfAccount[account] != issuer) revert TrustListUnknownAccount(issuer, account);
    return _accounts[account];
  }

  function _grant(Grant storage grant, uint64 from, uint64 until) private returns (uint64 start) {
    start = _startOf(from);
    if (until <= start) revert TrustListInvalidWindow(start, until);
    grant.from = start;
    grant.until = until;
  }

  function _narrow(Grant storage grant, uint64 until) private returns (bool changed) {
    _requireNarrowerUntil(grant.until, until);
    changed = grant.until != until;
    grant.until = until;
  }

  /// @dev 0 would mean never, which is later than any time.
  function _setCompromisedFrom(Grant storage grant, uint64 compromisedFrom) private returns (bool changed) {
    uint64 current = grant.compromisedFrom;
    if (compromisedFrom == 0 || (current != 0 && compromisedFrom > current)) {
      revert TrustListCompromisedFromMovesLater(current, compromisedFrom);
    }
    changed = current != compromisedFrom;
    grant.compromisedFrom = compromisedFrom;
  }

  /// @dev No window ends at 0: it ends after it starts, and is narrowed to this block's time at the earliest.
  function _exists(Grant storage grant) private view returns (bool) {
    return grant.until != 0;
  }

  function _holds(Grant storage grant) private view returns (bool) {
    return grant.from <= _now() && _now() < grant.until;
  }

  function _isCompromised(Grant storage grant) private view returns (bool) {
    return grant.compromisedFrom != 0 && grant.compromisedFrom <= _now();
  }
}
