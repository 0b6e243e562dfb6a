// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BatchAnchor} from "../../BatchAnchor.sol";
import {StatusAnchor} from "../../StatusAnchor.sol";
import {IStatusAnchor} from "../../interfaces/IStatusAnchor.sol";
import {ITrustList} from "../../interfaces/ITrustList.sol";
import {Fixture} from "./Fixture.t.sol";
import {FirstSight, Observation, Step} from "./Observation.t.sol";
import {vm} from "./Vm.t.sol";

/// @title Every party doing anything at any time
/// @dev Each action makes one call, three times in four by the party that should make it and otherwise by anyone,
/// with arguments that are sometimes right; whether it succeeds is for the contracts to say. What was seen before
/// and after is kept for the invariants.
contract LedgerHandler is Fixture {
  uint256 public constant KEYS = 2;
  uint256 public constant PEOPLE = 7;
  uint256 private constant ROOTS = 12;
  /// @dev The first admins of the issuers, and one more.
  uint256 private constant NOMINEES = ISSUERS + 1;

  /// @dev The last two observations; the later one is at `_latest`.
  bytes[2] private _seen;
  uint256 private _latest;
  address private _caller;
  bytes private _data;
  bool private _succeeded;
  FirstSight[] private _anchored;

  function setUp() public override {
    super.setUp();
    _record(address(0), "", true);
    _record(address(0), "", true);
  }

  // Actions.

  function passTime(uint256 length) external {
    vm.warp(block.timestamp + 1 + (length % DELAY));
    _record(address(0), "", true);
  }

  function accept(uint256 by, uint256 i) external {
    i = i % ISSUERS;
    _call(by, adminOf(i), abi.encodeCall(ITrustList.acceptAccreditation, (issuerIds[i])));
  }

  /// @dev One consent in four is for another issuer, or another person's.
  function addAccount(uint256 by, uint256 i, uint256 who, uint256 from, uint256 until) external {
    i = i % ISSUERS;
    uint64 deadline = _end(from);
    bytes32 consentedTo = issuerIds[from % 8 == 0 ? (i + 1) % ISSUERS : i];
    uint256 signer = personKey(from % 8 == 1 ? _after(who) : who);
    bytes memory consent = signed(signer, consentDigest(consentedTo, person(who), deadline));
    bytes memory data = abi.encodeCall(
      ITrustList.addAccount,
      (issuerIds[i], person(who), _start(from / 8), _end(until), deadline, consent)
    );
    _call(by, adminOf(i), data);
  }

  function nominateAdmin(uint256 by, uint256 i, uint256 who, uint256 from) external {
    i = i % ISSUERS;
    bytes memory data = abi.encodeCall(
      ITrustList.nominateIssuerAdmin,
      (issuerIds[i], nominee(who), _start(from))
    );
    _call(by, _eitherAdmin(by, i), data);
  }

  function acceptAdmin(uint256 by, uint256 i) external {
    i = i % ISSUERS;
    address right = trustList.nominationOf(issuerIds[i]).admin;
    _call(by, right, abi.encodeCall(ITrustList.acceptIssuerAdmin, (issuerIds[i])));
  }

  function setCheckpointSet(uint256 by, uint8 threshold) external {
    bytes32[] memory keys = new bytes32[](2);
    (keys[0], keys[1]) = (bytes32("one"), bytes32("two"));
    _call(by, address(this), abi.encodeCall(ITrustList.setCheckpointSet, (keys, threshold % 4)));
  }

  function addApprover(uint256 by, uint256 i, uint256 who, uint256 from, uint256 until) external {
    i = i % ISSUERS;
    bytes memory data = abi.encodeCall(
      ITrustList.addApprover,
      (issuerIds[i], person(who), _start(from), _end(until))
    );
    _call(by, adminOf(i), data);
  }

  function addKey(uint256 by, uint256 i, uint256 key, uint256 from, uint256 until) external {
    i = i % ISSUERS;
    bytes memory data = abi.encodeCall(
      ITrustList.addKey,
      (issuerIds[i], thumbprint(key % KEYS), 1, publicKey((key / 2) % KEYS), 0, _start(from), _end(until))
    );
    _call(by, adminOf(i), data);
  }

  function narrowGrant(uint256 by, uint256 i, uint256 which, uint256 kind, uint256 until) external {
    i = i % ISSUERS;
    bytes32 issuer = issuerIds[i];
    bytes memory data;
    if (kind % 3 == 0)
      data = abi.encodeCall(ITrustList.narrowKey, (issuer, thumbprint(which % KEYS), _end(until)));
    if (kind % 3 == 1) data = abi.encodeCall(ITrustList.narrowAccount, (issuer, person(which), _end(until)));
    if (kind % 3 == 2) data = abi.encodeCall(ITrustList.narrowApprover, (issuer, person(which), _end(until)));
    _call(by, _eitherAdmin(by, i), data);
  }

  function setCompromisedFrom(uint256 by, uint256 i, uint256 which, bool isKey, uint256 time) external {
    i = i % ISSUERS;
    uint64 moment = bound(time, block.timestamp - 1 hours, block.timestamp + 1 hours);
    bytes memory data =
      isKey
        ? abi.encodeCall(ITrustList.setKeyCompromisedFrom, (issuerIds[i], thumbprint(which % KEYS), moment))
        : abi.encodeCall(ITrustList.setAccountCompromisedFrom, (issuerIds[i], person(which % 3), moment));
    _call(by, _eitherAdmin(by, i), data);
  }

  function narrowIssuer(uint256 by, uint256 i, uint32 types, uint256 until) external {
    i = i % ISSUERS;
    bytes memory data = abi.encodeCall(ITrustList.narrowIssuer, (issuerIds[i], types % 8, _farEnd(until)));
    _call(by, _eitherAdmin(by, i), data);
  }

  function widenIssuer(uint256 by, uint256 i, uint32 types, uint256 from, uint256 until) external {
    i = i % ISSUERS;
    bytes memory data = abi.encodeCall(
      ITrustList.widenIssuer,
      (issuerIds[i], types % 8, _start(from), _farEnd(until))
    );
    _call(by, authorityAdmin(authorityOf(i)), data);
  }

  function suspendIssuer(uint256 by, uint256 i) external {
    i = i % ISSUERS;
    _call(by, _eitherAdmin(by, i), abi.encodeCall(ITrustList.suspendIssuer, (issuerIds[i])));
  }

  function reinstateIssuer(uint256 by, uint256 i, uint256 from) external {
    i = i % ISSUERS;
    bytes memory data = abi.encodeCall(ITrustList.reinstateIssuer, (issuerIds[i], _start(from)));
    _call(by, authorityAdmin(authorityOf(i)), data);
  }

  function suspendAuthority(uint256 by, uint256 i) external {
    bytes memory data = abi.encodeCall(ITrustList.suspendAuthority, (authorityIds[i % AUTHORITIES]));
    _call(by, address(this), data);
  }

  function reinstateAuthority(uint256 by, uint256 i, uint256 from) external {
    bytes memory data = abi.encodeCall(
      ITrustList.reinstateAuthority,
      (authorityIds[i % AUTHORITIES], _start(from))
    );
    _call(by, address(this), data);
  }

  function anchor(uint256 by, uint256 who, uint256 root, uint64 sequence, uint8 log2Size) external {
    who = who % 3;
    (bytes32 issuer, ) = trustList.accountOf(person(who));
    uint64 expected = batchAnchor.sequenceOf(issuer) + (sequence % 5 == 0 ? sequence % 7 : 1);
    bytes32 value = keccak256(abi.encode("root", root % ROOTS));
    bytes memory data = abi.encodeCall(
      BatchAnchor.anchor,
      (value, uint8(bound(log2Size, 6, 12)), 0, expected)
    );
    _call(by, person(who), data);
    _noteAnchor(value);
  }

  function publish(uint256 by, uint256 who, bytes32 listsRoot, uint64 version) external {
    who = who % 3;
    (bytes32 issuer, ) = trustList.accountOf(person(who));
    (uint64 last, , , ) = statusAnchor.statusOf(issuer);
    uint64 next = last + (version % 5 == 0 ? version % 7 : 1);
    uint64 nextUpdate = version % 7 == 0 ? END : _end(version);
    _call(by, person(who), abi.encodeCall(StatusAnchor.publish, (next, listsRoot, 0, nextUpdate)));
  }

  function anchorActs(uint256 by, uint256 who, bytes32 root, uint256 first, uint256 second) external {
    who = who % 3;
    (bytes32 issuer, ) = trustList.accountOf(person(who));
    uint64 deadline = _end(first);
    bytes32 digest = approvalDigest(issuer, root, 6, statusAnchor.actSequenceOf(issuer) + 1, deadline);
    IStatusAnchor.Approval memory one = approve(first % 4, digest);
    IStatusAnchor.Approval memory other = approve(second % 4, digest);
    _call(by, person(who), abi.encodeCall(StatusAnchor.anchorActs, (root, 6, deadline, one, other)));
  }

  // For the invariants.

  function lastStep() external view returns (Step memory) {
    Observation memory before = abi.decode(_seen[1 - _latest], (Observation));
    return Step(_caller, _data, _succeeded, before, abi.decode(_seen[_latest], (Observation)));
  }

  function anchored() external view returns (FirstSight[] memory) {
    return _anchored;
  }

  function anchorOf(
    uint256 i,
    bytes32 root
  ) external view returns (uint64 time, uint8 log2Size, uint8 class, uint64 sequence, address by) {
    return batchAnchor.anchorOf(issuerIds[i], root);
  }

  function isAsFirstSeen(FirstSight calldata sight) external view returns (bool) {
    return sight.digest == _anchorDigest(issuerIds[sight.issuer], sight.root);
  }

  function issuerIndex(bytes32 issuer) public view returns (uint256 i) {
    while (i < ISSUERS && issuerIds[i] != issuer) ++i;
  }

  function adminOf(uint256 i) public view returns (address) {
    return trustList.issuerOf(issuerIds[i]).admin;
  }

  function adminOfAuthority(uint256 i) external pure returns (address) {
    return authorityAdmin(authorityOf(i));
  }

  /// @dev Who may come to administer an issuer: its first admin is among them.
  function nominee(uint256 i) public pure returns (address) {
    return issuerAdmin(i % NOMINEES);
  }

  function consentDigestOf(bytes32 issuer, address who, uint64 deadline) external view returns (bytes32) {
    return consentDigest(issuer, who, deadline);
  }

  /// @dev The people who may become accounts or approvers: 0 and 1 start as accounts, 3 to 6 as approvers.
  function person(uint256 i) public pure returns (address) {
    i = i % PEOPLE;
    return i < 3 ? account(i) : approver(i - 3);
  }

  function personKey(uint256 i) public pure returns (uint256) {
    i = i % PEOPLE;
    return i < 3 ? accountKey(i) : approverKey(i - 3);
  }

  function personIndex(address who) external pure returns (uint256 i) {
    while (i < PEOPLE && person(i) != who) ++i;
  }

  // Inside.

  function _call(uint256 by, address right, bytes memory data) private {
    address caller = by % 4 == 0 ? _anyone(by / 4) : right;
    bytes4 selector = bytes4(data);
    address target = address(trustList);
    if (selector == BatchAnchor.anchor.selector) target = address(batchAnchor);
    if (selector == StatusAnchor.publish.selector) target = address(statusAnchor);
    if (selector == StatusAnchor.anchorActs.selector) target = address(statusAnchor);
    vm.prank(caller);
    // solhint-disable-next-line avoid-low-level-calls
    (bool succeeded, ) = target.call(data);
    _record(caller, data, succeeded);
  }

  function _record(address caller, bytes memory data, bool succeeded) private {
    _caller = caller;
    _data = data;
    _succeeded = succeeded;
    _latest = 1 - _latest;
    _seen[_latest] = abi.encode(_observe());
  }

  function _noteAnchor(bytes32 root) private {
    if (!_succeeded) return;
    (bytes32 issuer, ) = trustList.accountOf(_caller);
    uint256 i = issuerIndex(issuer);
    for (uint256 n = 0; n < _anchored.length; ++n) {
      if (_anchored[n].issuer == i && _anchored[n].root == root) return;
    }
    bytes32 digest = _anchorDigest(issuer, root);
    _anchored.push(FirstSight(i, root, digest, uint64(block.timestamp), _caller));
  }

  function _anchorDigest(bytes32 issuer, bytes32 root) private view returns (bytes32) {
    (uint64 time, uint8 log2Size, uint8 class, uint64 sequence, address by) = batchAnchor.anchorOf(
      issuer,
      root
    );
    return keccak256(abi.encode(time, log2Size, class, sequence, by));
  }

  function _observe() private view returns (Observation memory seen) {
    seen.time = uint64(block.timestamp);
    seen.authorities = new ITrustList.Authority[](AUTHORITIES);
    for (uint256 i = 0; i < AUTHORITIES; ++i) seen.authorities[i] = trustList.authorityOf(authorityIds[i]);
    seen.issuers = new ITrustList.Issuer[](ISSUERS);
    seen.active = new bool[](ISSUERS);
    seen.keys = new ITrustList.Grant[](ISSUERS * KEYS);
    seen.approvers = new ITrustList.Grant[](ISSUERS * PEOPLE);
    seen.sequences = new uint64[](ISSUERS);
    seen.versions = new uint64[](ISSUERS);
    seen.actSequences = new uint64[](ISSUERS);
    seen.nextUpdates = new uint64[](ISSUERS);
    seen.nominations = new ITrustList.Nomination[](ISSUERS);
    seen.checkpointSetVersion = trustList.checkpointSetVersion();
    for (uint256 i = 0; i < ISSUERS; ++i) _observeIssuer(seen, i);
    seen.accounts = new ITrustList.Grant[](PEOPLE);
    seen.accountIssuers = new bytes32[](PEOPLE);
    for (uint256 p = 0; p < PEOPLE; ++p) {
      (seen.accountIssuers[p], seen.accounts[p]) = trustList.accountOf(person(p));
    }
  }

  function _observeIssuer(Observation memory seen, uint256 i) private view {
    bytes32 issuer = issuerIds[i];
    seen.issuers[i] = trustList.issuerOf(issuer);
    seen.active[i] = trustList.isIssuerActive(issuer);
    seen.sequences[i] = batchAnchor.sequenceOf(issuer);
    (seen.versions[i], , , seen.nextUpdates[i]) = statusAnchor.statusOf(issuer);
    seen.nominations[i] = trustList.nominationOf(issuer);
    seen.actSequences[i] = statusAnchor.actSequenceOf(issuer);
    for (uint256 k = 0; k < KEYS; ++k) seen.keys[i * KEYS + k] = trustList.keyOf(issuer, thumbprint(k));
    for (uint256 p = 0; p < PEOPLE; ++p) {
      seen.approvers[i * PEOPLE + p] = trustList.approverOf(issuer, person(p));
    }
  }

  function _anyone(uint256 i) private view returns (address) {
    i = i % (PEOPLE + NOMINEES + AUTHORITIES + 2);
    if (i < PEOPLE) return person(i);
    i -= PEOPLE;
    if (i < NOMINEES) return nominee(i);
    i -= NOMINEES;
    if (i < AUTHORITIES) return authorityAdmin(i);
    return i == AUTHORITIES ? address(this) : vm.addr(0x5000);
  }

  function _eitherAdmin(uint256 by, uint256 i) private view returns (address) {
    return by % 2 == 0 ? adminOf(i) : authorityAdmin(authorityOf(i));
  }

  /// @dev "As early as allowed", an hour too early, or within two days of that.
  function _start(uint256 seed) private view returns (uint64) {
    if (seed % 2 == 0) return 0;
    return bound(seed / 2, block.timestamp + DELAY - 1 hours, block.timestamp + 3 * DELAY);
  }

  /// @dev From an hour ago to ten days from now.
  function _end(uint256 seed) private view returns (uint64) {
    return bound(seed, block.timestamp - 1 hours, block.timestamp + 10 days);
  }

  /// @dev Soon, as it was at first, or later.
  function _farEnd(uint256 seed) private view returns (uint64) {
    if (seed % 3 == 0) return _end(seed);
    return seed % 3 == 1 ? END : END + bound(seed, 1, 1000);
  }

  /// @dev Another person than `who`; after the last number comes 0.
  function _after(uint256 who) private pure returns (uint256) {
    unchecked {
      return who + 1;
    }
  }
}
