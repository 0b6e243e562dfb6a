// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConversionRegistry} from "../../interfaces/IConversionRegistry.sol";
import {IPolicyRegistry} from "../../interfaces/IPolicyRegistry.sol";
import {Fixture, MappingVersion} from "./Fixture.t.sol";
import {Registered, RegistrySight, RegistryStep, Spending} from "./RegistrySight.t.sol";
import {vm} from "./Vm.t.sol";

/// @title Authorities and issuers that publish, withdraw, convert and acknowledge at any time
/// @dev As `LedgerHandler`, for the registries of policies and conversions: each action makes one call, three times in
/// four by the party that should make it and otherwise by anyone, with arguments that are sometimes right.
contract RegistryHandler is Fixture {
  uint256 public constant ACCOUNTS = 3;
  bytes32 private constant POLICY = "policy";

  /// @dev The last two sights; the later one is at `_latest`.
  bytes[2] private _seen;
  uint256 private _latest;
  address private _caller;
  bytes private _data;
  Spending[] private _spendings;
  mapping(bytes32 name => bool) private _isNoted;

  function setUp() public override {
    super.setUp();
    _record(address(0), "");
    _record(address(0), "");
  }

  // Actions.

  function passTime(uint256 length) external {
    vm.warp(block.timestamp + 1 + (length % DELAY));
    _record(address(0), "");
  }

  /// @dev One in eight: with all of them suspended nothing happens.
  function suspend(uint256 i, uint256 seed) external {
    if (seed % 8 == 0) trustList.suspendAuthority(authorityIds[i % AUTHORITIES]);
    if (seed % 8 == 1) {
      vm.prank(issuerAdmin(i % ISSUERS));
      trustList.suspendIssuer(issuerIds[i % ISSUERS]);
    }
    _record(address(0), "");
  }

  function reinstate(uint256 i) external {
    (uint256 a, uint256 n) = (i % AUTHORITIES, i % ISSUERS);
    if (trustList.authorityOf(authorityIds[a]).suspendedUntil > block.timestamp) {
      trustList.reinstateAuthority(authorityIds[a], 0);
    } else if (trustList.issuerOf(issuerIds[n]).suspendedUntil > block.timestamp) {
      if (trustList.authorityOf(authorityIds[authorityOf(n)]).suspendedUntil <= block.timestamp) {
        vm.prank(authorityAdmin(authorityOf(n)));
        trustList.reinstateIssuer(issuerIds[n], 0);
      }
    }
    _record(address(0), "");
  }

  function publishPolicy(uint256 by, uint256 i, uint256 version, uint256 digest, uint256 from) external {
    i = i % AUTHORITIES;
    (uint64 last, , ) = policyRegistry.policyOf(authorityIds[i], POLICY);
    bytes memory data = abi.encodeCall(
      IPolicyRegistry.publish,
      (authorityIds[i], POLICY, _next(last, version), bytes32(digest % 3), _start(from))
    );
    _call(by, authorityAdmin(i), address(policyRegistry), data);
  }

  function withdrawPolicy(uint256 by, uint256 i, uint256 version, uint256 from) external {
    i = i % AUTHORITIES;
    (uint64 last, , ) = policyRegistry.policyOf(authorityIds[i], POLICY);
    bytes memory data = abi.encodeCall(
      IPolicyRegistry.withdraw,
      (authorityIds[i], POLICY, _pending(last, version), _end(from))
    );
    _call(by, authorityAdmin(i), address(policyRegistry), data);
  }

  function expeditePolicy(uint256 by, uint256 i, uint256 version) external {
    i = i % AUTHORITIES;
    (uint64 last, , ) = policyRegistry.policyOf(authorityIds[i], POLICY);
    bytes memory data = abi.encodeCall(
      IPolicyRegistry.expedite,
      (authorityIds[i], POLICY, _pending(last, version))
    );
    _call(by, address(this), address(policyRegistry), data);
  }

  /// @dev One signature in four is by somebody else.
  function publishMapping(uint256 by, uint256 i, uint256 version, uint256 digest, uint256 from) external {
    (uint256 source, uint256 target) = _mappingOf(i);
    (uint64 last, , ) = policyRegistry.mappingOf(authorityIds[source], authorityIds[target]);
    MappingVersion memory content = MappingVersion(
      authorityIds[source],
      authorityIds[target],
      _next(last, version),
      bytes32(digest % 3),
      _start(from),
      _end(digest)
    );
    bytes32 approved = mappingDigest(content);
    bytes memory bySource = signed(authorityAdminKey(version % 4 == 1 ? target : source), approved);
    bytes memory byTarget = signed(authorityAdminKey(version % 4 == 2 ? source : target), approved);
    bytes memory data = mappingCall(content, bySource, byTarget);
    _call(by, authorityAdmin(source), address(policyRegistry), data);
  }

  function withdrawMapping(uint256 by, uint256 i, uint256 version, uint256 from) external {
    (uint256 source, uint256 target) = _mappingOf(i);
    (uint64 last, , ) = policyRegistry.mappingOf(authorityIds[source], authorityIds[target]);
    bytes memory data = abi.encodeCall(
      IPolicyRegistry.withdrawMapping,
      (authorityIds[source], authorityIds[target], _pending(last, version), _end(from))
    );
    _call(by, authorityAdmin(from % 2 == 0 ? source : target), address(policyRegistry), data);
  }

  function expediteMapping(uint256 by, uint256 i, uint256 version) external {
    (uint256 source, uint256 target) = _mappingOf(i);
    (uint64 last, , ) = policyRegistry.mappingOf(authorityIds[source], authorityIds[target]);
    bytes memory data = abi.encodeCall(
      IPolicyRegistry.expediteMapping,
      (authorityIds[source], authorityIds[target], _pending(last, version))
    );
    _call(by, address(this), address(policyRegistry), data);
  }

  function spend(uint256 by, uint256 who, uint256 to, uint256 seed) external {
    who = who % ACCOUNTS;
    (bytes32 source, ) = trustList.accountOf(account(who));
    bytes32 target = issuerIds[to % ISSUERS];
    (uint64 last, ) = conversionRegistry.sequencesOf(source, target);
    bytes32[] memory nullifiers = _values(seed);
    bytes memory data = abi.encodeCall(IConversionRegistry.spend, (target, nullifiers, _next(last, seed)));
    if (_call(by, account(who), address(conversionRegistry), data)) _noteSpent(target, nullifiers);
  }

  function acknowledge(uint256 by, uint256 who, uint256 from, uint256 seed) external {
    who = who % ACCOUNTS;
    (bytes32 target, ) = trustList.accountOf(account(who));
    bytes32 source = issuerIds[from % ISSUERS];
    (, uint64 last) = conversionRegistry.sequencesOf(source, target);
    bytes memory data = abi.encodeCall(
      IConversionRegistry.acknowledge,
      (source, _values(seed), _next(last, seed))
    );
    _call(by, account(who), address(conversionRegistry), data);
  }

  // For the invariants.

  function lastStep() external view returns (RegistryStep memory) {
    RegistrySight memory before = abi.decode(_seen[1 - _latest], (RegistrySight));
    return RegistryStep(_caller, _data, before, abi.decode(_seen[_latest], (RegistrySight)));
  }

  function spendings() external view returns (Spending[] memory) {
    return _spendings;
  }

  function spentIn(Spending calldata one) external view returns (uint64) {
    return conversionRegistry.spentIn(issuerIds[one.source], issuerIds[one.target], one.nullifier);
  }

  function mappingDigestOf(MappingVersion calldata content) external view returns (bytes32) {
    return mappingDigest(content);
  }

  // Inside.

  function _call(
    uint256 by,
    address right,
    address target,
    bytes memory data
  ) private returns (bool succeeded) {
    address caller = by % 4 == 0 ? _anyone(by / 4) : right;
    vm.prank(caller);
    // solhint-disable-next-line avoid-low-level-calls
    (succeeded, ) = target.call(data);
    _record(caller, data);
  }

  function _record(address caller, bytes memory data) private {
    (_caller, _data) = (caller, data);
    _latest = 1 - _latest;
    _seen[_latest] = abi.encode(_look());
  }

  function _noteSpent(bytes32 target, bytes32[] memory nullifiers) private {
    (bytes32 source, ) = trustList.accountOf(_caller);
    (uint256 s, uint256 t) = (_issuerIndex(source), _issuerIndex(target));
    for (uint256 n = 0; n < nullifiers.length; ++n) {
      bytes32 name = keccak256(abi.encode(s, t, nullifiers[n]));
      if (_isNoted[name]) continue;
      _isNoted[name] = true;
      _spendings.push(
        Spending(s, t, nullifiers[n], conversionRegistry.spentIn(source, target, nullifiers[n]))
      );
    }
  }

  function _look() private view returns (RegistrySight memory seen) {
    seen.time = uint64(block.timestamp);
    seen.suspended = new bool[](AUTHORITIES);
    seen.policies = new Registered[](AUTHORITIES);
    seen.mappings = new Registered[](AUTHORITIES * AUTHORITIES);
    for (uint256 i = 0; i < AUTHORITIES; ++i) {
      seen.suspended[i] = trustList.authorityOf(authorityIds[i]).suspendedUntil > block.timestamp;
      Registered memory last = seen.policies[i];
      (last.version, last.digest, last.effectiveFrom) = policyRegistry.policyOf(authorityIds[i], POLICY);
      for (uint256 j = 0; j < AUTHORITIES; ++j) {
        last = seen.mappings[i * AUTHORITIES + j];
        (bytes32 source, bytes32 target) = (authorityIds[i], authorityIds[j]);
        (last.version, last.digest, last.effectiveFrom) = policyRegistry.mappingOf(source, target);
      }
    }
    _lookAtConversions(seen);
  }

  function _lookAtConversions(RegistrySight memory seen) private view {
    seen.active = new bool[](ISSUERS);
    for (uint256 i = 0; i < ISSUERS; ++i) seen.active[i] = trustList.isIssuerActive(issuerIds[i]);
    uint256 pairs = ISSUERS * ISSUERS;
    (seen.spent, seen.acknowledged) = (new uint64[](pairs), new uint64[](pairs));
    (seen.spentCounts, seen.acknowledgedCounts) = (new uint64[](pairs), new uint64[](pairs));
    for (uint256 p = 0; p < pairs; ++p) {
      (bytes32 source, bytes32 target) = (issuerIds[p / ISSUERS], issuerIds[p % ISSUERS]);
      (seen.spent[p], seen.acknowledged[p]) = conversionRegistry.sequencesOf(source, target);
      (seen.spentCounts[p], seen.acknowledgedCounts[p]) = conversionRegistry.countsOf(source, target);
    }
  }

  function _issuerIndex(bytes32 issuer) private view returns (uint256 i) {
    while (i < ISSUERS && issuerIds[i] != issuer) ++i;
  }

  function _anyone(uint256 i) private view returns (address) {
    i = i % (ACCOUNTS + AUTHORITIES + 2);
    if (i < ACCOUNTS) return account(i);
    i -= ACCOUNTS;
    if (i < AUTHORITIES) return authorityAdmin(i);
    return i == AUTHORITIES ? address(this) : vm.addr(0x5000);
  }

  /// @dev Mostly as early as allowed or up to an hour later, one time in four up to an hour too early.
  function _start(uint256 seed) private view returns (uint64) {
    uint256 earliest = block.timestamp + LEAD_TIME;
    return
      seed % 4 == 0
        ? bound(seed / 4, earliest - 1 hours, earliest)
        : bound(seed / 4, earliest, earliest + 1 hours);
  }

  /// @dev From an hour ago to ten days from now, one time in eight at once.
  function _end(uint256 seed) private view returns (uint64) {
    if ((seed / 2) % 8 == 0) return 0;
    return bound(seed, block.timestamp - 1 hours, block.timestamp + 10 days);
  }

  /// @dev Mostly the next number, sometimes the last again.
  function _next(uint64 last, uint256 seed) private pure returns (uint64) {
    return seed % 5 == 0 ? last : last + 1;
  }

  /// @dev Mostly the last number, sometimes the one before it, which a withdrawal may have followed, or the next.
  function _pending(uint64 last, uint256 seed) private pure returns (uint64) {
    if (seed % 4 == 0) return last + 1;
    return seed % 4 == 1 && last != 0 ? last - 1 : last;
  }

  /// @dev One mapping in four is of an authority to itself.
  function _mappingOf(uint256 i) private pure returns (uint256 source, uint256 target) {
    source = i % AUTHORITIES;
    target = i % 4 == 3 ? source : AUTHORITIES - 1 - source;
  }

  /// @dev Eight or sixteen of a few; one batch in seven has a size that is wrong, one in six a value twice.
  function _values(uint256 seed) private pure returns (bytes32[] memory values) {
    values = new bytes32[](
      seed % 7 == 0
        ? 9
        : seed % 3 == 0
          ? 16
          : 8
    );
    for (uint256 n = 0; n < values.length; ++n) values[n] = keccak256(abi.encode(seed % 64, n));
    if (seed % 6 == 0) values[values.length - 1] = values[0];
  }
}
