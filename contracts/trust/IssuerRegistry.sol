// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITrustList} from "../interfaces/ITrustList.sol";
import {AuthorityRegistry} from "./AuthorityRegistry.sol";
import {Grants} from "./Grants.sol";

/// @title What authorities decide: which issuers there are, what they may issue and when
abstract contract IssuerRegistry is AuthorityRegistry {
  /// @dev One bit for each type in `core/credential/credential-type.ts`.
  uint32 private constant KNOWN_TYPES = 0xff;

  mapping(bytes32 issuer => Issuer) private _issuers;
  mapping(bytes32 issuer => Nomination) private _nominations;

  /// @inheritdoc ITrustList
  function accredit(
    bytes32 authorityId,
    string calldata did,
    uint32 types,
    uint64 from,
    uint64 until,
    address admin
  ) external returns (bytes32 issuer) {
    _requireAuthorityAdmin(authorityId);
    _requireDid(did);
    _requireTypes(types);
    _requireAddress(admin);
    issuer = keccak256(bytes(did));
    Issuer storage record = _issuers[issuer];
    if (record.admin != address(0)) revert TrustListIssuerExists(issuer);
    uint64 start = _startOf(from);
    if (until <= start) revert TrustListInvalidWindow(start, until);

    record.authority = authorityId;
    record.admin = admin;
    record.from = start;
    record.until = until;
    record.types = types;
    emit IssuerAccredited(issuer, authorityId, did, types, start, until, admin);
  }

  /// @inheritdoc ITrustList
  function acceptAccreditation(bytes32 issuer) external {
    Issuer storage record = _requireIssuerAdmin(issuer);
    if (record.accepted) revert TrustListIssuerAlreadyAccepted(issuer);

    record.accepted = true;
    emit IssuerAccepted(issuer);
  }

  /// @inheritdoc ITrustList
  function widenIssuer(bytes32 issuer, uint32 types, uint64 effectiveFrom, uint64 until) external {
    Issuer storage record = _knownIssuer(issuer);
    _requireAuthorityAdmin(record.authority);
    _applyDueWidening(record);
    if (record.nextFrom != 0) revert TrustListWideningPending(issuer, record.nextFrom);
    _requireTypes(types);
    if (types & record.types != record.types) revert TrustListInvalidTypes(types);
    if (until < record.until) revert TrustListInvalidWindow(record.from, until);
    if (types == record.types && until == record.until) return;
    uint64 start = _startOf(effectiveFrom);
    if (until <= start) revert TrustListInvalidWindow(start, until);

    record.nextFrom = start;
    record.nextUntil = until;
    record.nextTypes = types;
    emit IssuerWidened(issuer, types, start, until);
  }

  /// @inheritdoc ITrustList
  function narrowIssuer(bytes32 issuer, uint32 types, uint64 until) external {
    Issuer storage record = _requireNarrower(issuer);
    _applyDueWidening(record);
    if (types & ~record.types != 0) revert TrustListTypesWouldWiden(record.types, types);
    Grants.requireNarrowerUntil(record.until, until);
    if (types == record.types && until == record.until && record.nextFrom == 0) return;

    record.until = until;
    record.types = types;
    _clearWidening(record);
    emit IssuerNarrowed(issuer, types, until);
  }

  /// @inheritdoc ITrustList
  function suspendIssuer(bytes32 issuer) external {
    Issuer storage record = _requireNarrower(issuer);
    if (record.suspendedUntil == FOREVER) return;

    record.suspendedUntil = FOREVER;
    emit IssuerSuspended(issuer, msg.sender);
  }

  /// @inheritdoc ITrustList
  function reinstateIssuer(bytes32 issuer, uint64 effectiveFrom) external {
    Issuer storage record = _knownIssuer(issuer);
    _requireAuthorityAdmin(record.authority);
    if (_now() >= record.suspendedUntil) revert TrustListIssuerNotSuspended(issuer);
    uint64 start = _startOf(effectiveFrom);
    if (record.suspendedUntil == start) return;

    record.suspendedUntil = start;
    emit IssuerReinstated(issuer, start);
  }

  /// @inheritdoc ITrustList
  function nominateIssuerAdmin(bytes32 issuer, address admin, uint64 effectiveFrom) external {
    Issuer storage record = _requireNarrower(issuer);
    if (msg.sender == record.admin) _requireIssuerAdmin(issuer);
    _requireAddress(admin);
    uint64 start = _startOf(effectiveFrom);
    Nomination storage nomination = _nominations[issuer];
    if (nomination.admin == admin && nomination.from == start) return;

    nomination.admin = admin;
    nomination.from = start;
    emit IssuerAdminNominated(issuer, admin, start, msg.sender);
  }

  /// @inheritdoc ITrustList
  function acceptIssuerAdmin(bytes32 issuer) external {
    Issuer storage record = _knownIssuer(issuer);
    Nomination storage nomination = _nominations[issuer];
    if (nomination.from == 0 || msg.sender != nomination.admin)
      revert TrustListUnauthorized(issuer, msg.sender);
    if (_now() < nomination.from) revert TrustListTooEarly(_now(), nomination.from);
    _requireAuthorityNotSuspended(record.authority);

    record.admin = msg.sender;
    nomination.admin = address(0);
    nomination.from = 0;
    emit IssuerAdminChanged(issuer, msg.sender);
  }

  /// @inheritdoc ITrustList
  function nominationOf(bytes32 issuer) external view returns (Nomination memory) {
    return _nominations[issuer];
  }

  /// @inheritdoc ITrustList
  function issuerOf(bytes32 issuer) public view returns (Issuer memory record) {
    record = _issuers[issuer];
    if (record.nextFrom != 0 && record.nextFrom <= _now()) {
      record.types = record.nextTypes;
      record.until = record.nextUntil;
      (record.nextFrom, record.nextUntil, record.nextTypes) = (0, 0, 0);
    }
  }

  /// @inheritdoc ITrustList
  function isIssuerActive(bytes32 issuer) external view returns (bool) {
    Issuer memory record = issuerOf(issuer);
    return
      record.accepted &&
      record.from <= _now() &&
      _now() < record.until &&
      record.suspendedUntil <= _now() &&
      !_isAuthoritySuspended(record.authority);
  }

  /// @dev The same conditions as `isIssuerActive`, each with its own error, but for one that always holds here: an
  /// issuer that has an account has accepted.
  function _requireActive(bytes32 issuer) internal view {
    Issuer memory record = issuerOf(issuer);
    if (_now() < record.from || record.until <= _now())
      revert TrustListOutsideWindow(record.from, record.until);
    if (_now() < record.suspendedUntil) revert TrustListIssuerSuspended(issuer);
    _requireAuthorityNotSuspended(record.authority);
  }

  /// @dev Reverts unless the caller is the issuer's admin and neither the issuer nor its authority is suspended.
  function _requireIssuerAdmin(bytes32 issuer) internal view returns (Issuer storage record) {
    record = _knownIssuer(issuer);
    if (msg.sender != record.admin) revert TrustListUnauthorized(issuer, msg.sender);
    if (_now() < record.suspendedUntil) revert TrustListIssuerSuspended(issuer);
    _requireAuthorityNotSuspended(record.authority);
  }

  function _requireAcceptedIssuerAdmin(bytes32 issuer) internal view {
    if (!_requireIssuerAdmin(issuer).accepted) revert TrustListIssuerNotAccepted(issuer);
  }

  /// @dev Reverts unless the caller is the issuer's admin, or its authority's while that is not suspended.
  function _requireNarrower(bytes32 issuer) internal view returns (Issuer storage record) {
    record = _knownIssuer(issuer);
    if (msg.sender == record.admin) return record;
    if (!_isAuthorityAdmin(record.authority, msg.sender)) revert TrustListUnauthorized(issuer, msg.sender);
    _requireAuthorityNotSuspended(record.authority);
  }

  function _knownIssuer(bytes32 issuer) private view returns (Issuer storage record) {
    record = _issuers[issuer];
    if (record.admin == address(0)) revert TrustListUnknownIssuer(issuer);
  }

  function _applyDueWidening(Issuer storage record) private {
    if (record.nextFrom == 0 || _now() < record.nextFrom) return;
    record.types = record.nextTypes;
    record.until = record.nextUntil;
    _clearWidening(record);
  }

  function _clearWidening(Issuer storage record) private {
    record.nextFrom = 0;
    record.nextUntil = 0;
    record.nextTypes = 0;
  }

  function _requireDid(string calldata did) private pure {
    _requireName(did);
    bytes calldata text = bytes(did);
    if (text.length < 5 || bytes4(text[:4]) != "did:") revert TrustListInvalidName(did);
  }

  function _requireTypes(uint32 types) private pure {
    if (types == 0 || types & ~KNOWN_TYPES != 0) revert TrustListInvalidTypes(types);
  }
}
