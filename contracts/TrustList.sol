// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITrustList} from "./interfaces/ITrustList.sol";
import {TypedData} from "./TypedData.sol";
import {AuthorityRegistry} from "./trust/AuthorityRegistry.sol";
import {Es256Key} from "./trust/Es256Key.sol";
import {Grants} from "./trust/Grants.sol";
import {IssuerRegistry} from "./trust/IssuerRegistry.sol";

/// @title What issuers decide: their keys, ledger accounts and approvers
/// @notice Read `AuthorityRegistry`, then `IssuerRegistry`, then this.
contract TrustList is IssuerRegistry, TypedData {
  using Grants for Grant;

  /// @dev How many of each the issuer has ever had: nothing is deleted, so these only grow.
  struct Counts {
    uint16 keys;
    uint16 accounts;
    uint16 approvers;
  }

  uint8 private constant ES256 = 1;
  uint16 private constant MAX_KEYS = 256;
  uint16 private constant MAX_ACCOUNTS = 64;
  uint16 private constant MAX_APPROVERS = 256;
  /// @dev Readers number all accounts with 16 bits (`core/trust/root-index.ts`).
  uint32 private constant MAX_ACCOUNTS_IN_ALL = 65_536;
  /// @dev An eighth of them, so that no authority, nor a thief of its key, can use up what all share.
  uint32 private constant MAX_ACCOUNTS_OF_AUTHORITY = 8_192;
  bytes32 private constant SERVE_ISSUER_TYPE_HASH = keccak256(
    "ServeIssuer(bytes32 issuer,address account,uint64 deadline)"
  );

  mapping(bytes32 issuer => mapping(bytes32 thumbprint => Grant)) private _keys;
  mapping(bytes32 issuer => mapping(address approver => Grant)) private _approvers;
  /// @dev An account serves one issuer for ever, so that what it wrote has one author.
  mapping(address account => bytes32 issuer) private _issuerOfAccount;
  mapping(address account => Grant) private _accounts;
  mapping(bytes32 issuer => Counts) private _counts;
  uint32 private _accountsInAll;
  /// @dev Of all its issuers, ended ones included.
  mapping(bytes32 authorityId => uint32) private _accountsOfAuthority;

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
    if (!Es256Key.isValid(publicKey)) revert TrustListInvalidPublicKey(publicKey.length);
    bytes32 actual = Es256Key.thumbprintOf(publicKey);
    if (thumbprint != actual) revert TrustListWrongThumbprint(actual, thumbprint);
    if (_keys[issuer][thumbprint].exists()) revert TrustListKeyExists(issuer, thumbprint);
    _counts[issuer].keys = _countOneMore(issuer, _counts[issuer].keys, MAX_KEYS);

    uint64 start = _startOf(from);
    _keys[issuer][thumbprint].open(start, until);
    emit KeyAdded(issuer, thumbprint, algorithm, publicKey, certificateDigest, start, until);
  }

  /// @inheritdoc ITrustList
  function addAccount(
    bytes32 issuer,
    address account,
    uint64 from,
    uint64 until,
    uint64 deadline,
    bytes calldata consent
  ) external {
    _requireAcceptedIssuerAdmin(issuer);
    _requireAddress(account);
    if (_accounts[account].exists()) revert TrustListAccountTaken(account);
    if (_approvers[issuer][account].exists()) revert TrustListApproverExists(issuer, account);
    if (_now() > deadline) revert TrustListDeadlinePassed(deadline, _now());
    bytes32 willingness = keccak256(abi.encode(SERVE_ISSUER_TYPE_HASH, issuer, account, deadline));
    if (!_isSignedBy(account, willingness, consent)) revert TrustListNoConsent(issuer, account);
    _countAccount(issuer);
    _counts[issuer].accounts = _countOneMore(issuer, _counts[issuer].accounts, MAX_ACCOUNTS);

    _issuerOfAccount[account] = issuer;
    uint64 start = _startOf(from);
    _accounts[account].open(start, until);
    emit AccountAdded(issuer, account, start, until);
  }

  /// @inheritdoc ITrustList
  function addApprover(bytes32 issuer, address approver, uint64 from, uint64 until) external {
    _requireAcceptedIssuerAdmin(issuer);
    _requireAddress(approver);
    if (_approvers[issuer][approver].exists()) revert TrustListApproverExists(issuer, approver);
    if (_issuerOfAccount[approver] == issuer) revert TrustListAccountTaken(approver);
    _counts[issuer].approvers = _countOneMore(issuer, _counts[issuer].approvers, MAX_APPROVERS);

    uint64 start = _startOf(from);
    _approvers[issuer][approver].open(start, until);
    emit ApproverAdded(issuer, approver, start, until);
  }

  /// @inheritdoc ITrustList
  function narrowKey(bytes32 issuer, bytes32 thumbprint, uint64 until) external {
    _requireNarrower(issuer);
    if (_knownKey(issuer, thumbprint).narrow(until)) emit KeyNarrowed(issuer, thumbprint, until);
  }

  /// @inheritdoc ITrustList
  function setKeyCompromisedFrom(bytes32 issuer, bytes32 thumbprint, uint64 compromisedFrom) external {
    _requireNarrower(issuer);
    if (_knownKey(issuer, thumbprint).compromise(compromisedFrom)) {
      emit KeyCompromised(issuer, thumbprint, compromisedFrom);
    }
  }

  /// @inheritdoc ITrustList
  function narrowAccount(bytes32 issuer, address account, uint64 until) external {
    _requireNarrower(issuer);
    if (_knownAccount(issuer, account).narrow(until)) emit AccountNarrowed(issuer, account, until);
  }

  /// @inheritdoc ITrustList
  function setAccountCompromisedFrom(bytes32 issuer, address account, uint64 compromisedFrom) external {
    _requireNarrower(issuer);
    if (_knownAccount(issuer, account).compromise(compromisedFrom)) {
      emit AccountCompromised(issuer, account, compromisedFrom);
    }
  }

  /// @inheritdoc ITrustList
  function narrowApprover(bytes32 issuer, address approver, uint64 until) external {
    _requireNarrower(issuer);
    Grant storage grant = _approvers[issuer][approver];
    if (!grant.exists()) revert TrustListUnknownApprover(issuer, approver);
    if (grant.narrow(until)) emit ApproverNarrowed(issuer, approver, until);
  }

  /// @inheritdoc ITrustList
  function requireAnchoringIssuer(address account) external view returns (bytes32 issuer) {
    issuer = _issuerOfAccount[account];
    Grant storage grant = _accounts[account];
    if (issuer == 0 || grant.isCompromised()) revert TrustListUnauthorized(issuer, account);
    if (!grant.holds()) revert TrustListOutsideWindow(grant.from, grant.until);
    _requireActive(issuer);
  }

  /// @inheritdoc ITrustList
  function isApprover(bytes32 issuer, address approver) external view returns (bool) {
    return _approvers[issuer][approver].holds();
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
    if (!grant.exists()) revert TrustListUnknownKey(issuer, thumbprint);
  }

  function _knownAccount(bytes32 issuer, address account) private view returns (Grant storage) {
    if (_issuerOfAccount[account] != issuer) revert TrustListUnknownAccount(issuer, account);
    return _accounts[account];
  }

  function _countAccount(bytes32 issuer) private {
    bytes32 authorityId = issuerOf(issuer).authority;
    if (_accountsInAll == MAX_ACCOUNTS_IN_ALL) revert TrustListTooMany(issuer, MAX_ACCOUNTS_IN_ALL);
    if (_accountsOfAuthority[authorityId] == MAX_ACCOUNTS_OF_AUTHORITY) {
      revert TrustListTooMany(authorityId, MAX_ACCOUNTS_OF_AUTHORITY);
    }
    _accountsInAll += 1;
    _accountsOfAuthority[authorityId] += 1;
  }

  function _countOneMore(bytes32 issuer, uint16 count, uint16 limit) private pure returns (uint16) {
    if (count == limit) revert TrustListTooMany(issuer, limit);
    return count + 1;
  }

  function _domainName() internal pure override returns (string memory) {
    return "TrustList";
  }
}
