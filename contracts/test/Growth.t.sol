// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IBatchAnchor} from "../interfaces/IBatchAnchor.sol";
import {IConversionRegistry} from "../interfaces/IConversionRegistry.sol";
import {IPolicyRegistry} from "../interfaces/IPolicyRegistry.sol";
import {IStatusAnchor} from "../interfaces/IStatusAnchor.sol";
import {ITrustList} from "../interfaces/ITrustList.sol";
import {Fixture, MappingVersion} from "./support/Fixture.t.sol";
import {Storage} from "./support/Storage.t.sol";
import {vm} from "./support/Vm.t.sol";

/// @title What a write costs does not depend on how much was written before
/// @dev A write is made once while the storage it touches is recorded; that shows the mappings it uses. Those get a
/// thousand entries, directly into their storage, and what counts the issuer's writes is set to as many; then the
/// write is made on that state, as new. The same again with a hundred thousand, in the long run a million: the
/// costs of the two may differ by a twentieth.
contract GrowthTest is Fixture, Storage {
  struct Cost {
    string write;
    uint256 gas;
  }

  uint256 private constant FEW = 1_000;

  function testGrowthOfAnchors() public {
    Found[] memory mappings = _checkGrowth(
      _anchor,
      address(batchAnchor),
      _keys(issuerIds[0], _root(1)),
      _many()
    );
    check(mappings.length == 2, "anchors and sequences");
    check(batchAnchor.sequenceOf(issuerIds[0]) == _many() + 1, "it was anchored after so many");
    (uint64 time, , , , ) = batchAnchor.anchorOf(issuerIds[0], fillerKey(_many()));
    check(time == START, "the last of which is an anchor");
  }

  function testGrowthOfVersions() public {
    Found[] memory mappings = _checkGrowth(_publish, address(statusAnchor), _keys(issuerIds[0], 0), _many());
    check(mappings.length == 1, "statuses");
    (uint64 version, , , ) = statusAnchor.statusOf(issuerIds[0]);
    check(version == _many() + 1, "it was published after so many");
    (version, , , ) = statusAnchor.statusOf(fillerKey(_many()));
    check(version != 0, "and beside so many issuers");
  }

  function testGrowthOfActs() public {
    Found[] memory mappings = _checkGrowth(
      _act,
      address(statusAnchor),
      _keys(issuerIds[0], _root(1)),
      _many()
    );
    check(mappings.length == 2, "acts and sequences");
    check(statusAnchor.actSequenceOf(issuerIds[0]) == _many() + 1, "it was anchored after so many");
  }

  /// @dev Policies and mappings: half of the entries each.
  function testGrowthOfPolicies() public {
    uint256 many = _many() / 2;
    bytes32[] memory keys = new bytes32[](3);
    (keys[0], keys[1], keys[2]) = (authorityIds[0], _root(1), authorityIds[1]);
    Found[] memory mappings = _checkGrowth(_decide, address(policyRegistry), keys, many);
    check(mappings.length == 2, "policies and mappings");
    (uint64 version, , ) = policyRegistry.policyOf(authorityIds[0], fillerKey(many));
    check(version == 2, "there are so many policies");
    (version, , ) = policyRegistry.mappingOf(authorityIds[0], fillerKey(many));
    check(version == 4, "and mappings, as ours stood half way");
  }

  /// @dev Progress and values of both sides: a quarter of the entries each.
  function testGrowthOfConversions() public {
    uint256 many = _many() / 4;
    bytes32 pair = Hashes.efficientKeccak256(issuerIds[0], issuerIds[1]);
    bytes32[] memory keys = _keys(pair, _values("nullifier", 1)[0]);
    Found[] memory mappings = _checkGrowth(_convert, address(conversionRegistry), keys, many);
    check(mappings.length == 4, "progress and batches, of both sides");
    (uint64 spent, uint64 acknowledged) = conversionRegistry.sequencesOf(issuerIds[0], issuerIds[1]);
    check(spent == 3 && acknowledged == 3, "three of each were written");
    bytes32 last = fillerKey(many);
    check(conversionRegistry.spentIn(issuerIds[0], issuerIds[1], last) == 1, "beside so many nullifiers");
  }

  /// @dev Authorities and issuers, and one issuer's keys, accounts and approvers: a fifth of the entries each.
  function testGrowthOfTheTrustList() public {
    bytes32[] memory keys = new bytes32[](6);
    (keys[0], keys[1], keys[2]) = (issuerIds[0], _authority(1), _issuer(1));
    (keys[3], keys[4], keys[5]) = (_thumbprint(1), _word(_person(1)), _word(_person(101)));
    uint256 many = _many() / 5;
    Found[] memory mappings = _checkGrowth(_registerAndChange, address(trustList), keys, many);
    check(mappings.length == 8, "all mappings");
    bytes32 last = fillerKey(many);
    address person = address(uint160(uint256(last)));
    check(trustList.authorityOf(last).admin == account(8), "there are so many authorities");
    check(trustList.issuerOf(last).admin == issuerAdmin(0), "and issuers");
    check(trustList.keyOf(issuerIds[0], last).until == END - 1, "and keys");
    check(trustList.approverOf(issuerIds[0], person).until == END - 1, "and approvers");
    (bytes32 issuer, ITrustList.Grant memory grant) = trustList.accountOf(person);
    check(issuer == issuerIds[0] && grant.until == END - 1, "and accounts");
  }

  function _checkGrowth(
    function(uint256) internal returns (Cost[] memory) writes,
    address target,
    bytes32[] memory keys,
    uint256 most
  ) private returns (Found[] memory mappings) {
    vm.record();
    writes(1);
    mappings = touchedMappings(target, keys);
    fill(mappings, 0, FEW);
    setCounts(mappings, issuerIds[0], 1, uint64(FEW));
    Cost[] memory few = writes(2);
    fill(mappings, FEW, most);
    setCounts(mappings, issuerIds[0], uint64(FEW + 1), uint64(most));
    Cost[] memory many = writes(3);
    for (uint256 n = 0; n < few.length; ++n) {
      check(many[n].gas * 20 <= few[n].gas * 21, string.concat("costs the same: ", few[n].write));
    }
  }

  function _anchor(uint256 n) internal returns (Cost[] memory costs) {
    uint64 sequence = batchAnchor.sequenceOf(issuerIds[0]) + 1;
    bytes memory data = abi.encodeCall(IBatchAnchor.anchor, (_root(n), 12, 1, sequence));
    costs = new Cost[](1);
    costs[0] = _cost("anchor", account(0), address(batchAnchor), data);
  }

  function _publish(uint256 n) internal returns (Cost[] memory costs) {
    (uint64 version, , , ) = statusAnchor.statusOf(issuerIds[0]);
    bytes memory data = abi.encodeCall(IStatusAnchor.publish, (version + 1, _root(n), _root(n), START + 60));
    costs = new Cost[](1);
    costs[0] = _cost("publish", account(0), address(statusAnchor), data);
  }

  function _act(uint256 n) internal returns (Cost[] memory costs) {
    uint64 sequence = statusAnchor.actSequenceOf(issuerIds[0]) + 1;
    bytes32 digest = approvalDigest(issuerIds[0], _root(n), 6, sequence, END);
    IStatusAnchor.Approval memory first = approve(0, digest);
    IStatusAnchor.Approval memory second = approve(1, digest);
    bytes memory data = abi.encodeCall(IStatusAnchor.anchorActs, (_root(n), 6, END, first, second));
    costs = new Cost[](1);
    costs[0] = _cost("anchorActs", account(0), address(statusAnchor), data);
  }

  /// @dev A policy and a mapping from their first version to their end; of the mapping there is one, which goes on.
  function _decide(uint256 n) internal returns (Cost[] memory costs) {
    uint64 later = uint64(block.timestamp) + LEAD_TIME;
    costs = new Cost[](6);
    bytes memory data = abi.encodeCall(
      IPolicyRegistry.publish,
      (authorityIds[0], _root(n), 1, _root(n), later)
    );
    costs[0] = _policyCost("publish", authorityAdmin(0), data);
    data = abi.encodeCall(IPolicyRegistry.expedite, (authorityIds[0], _root(n), 1));
    costs[1] = _policyCost("expedite", address(this), data);
    data = abi.encodeCall(IPolicyRegistry.withdraw, (authorityIds[0], _root(n), 1, START + 60));
    costs[2] = _policyCost("withdraw", authorityAdmin(0), data);
    costs[3] = _policyCost("publishMapping", account(9), _approvedMapping(n, later));
    (uint64 version, , ) = policyRegistry.mappingOf(authorityIds[0], authorityIds[1]);
    data = abi.encodeCall(IPolicyRegistry.expediteMapping, (authorityIds[0], authorityIds[1], version));
    costs[4] = _policyCost("expediteMapping", address(this), data);
    data = abi.encodeCall(
      IPolicyRegistry.withdrawMapping,
      (authorityIds[0], authorityIds[1], version, START + 60)
    );
    costs[5] = _policyCost("withdrawMapping", authorityAdmin(1), data);
  }

  function _approvedMapping(uint256 n, uint64 effectiveFrom) private view returns (bytes memory) {
    (uint64 version, , ) = policyRegistry.mappingOf(authorityIds[0], authorityIds[1]);
    MappingVersion memory content = MappingVersion(
      authorityIds[0],
      authorityIds[1],
      version + 1,
      _root(n),
      effectiveFrom,
      END
    );
    bytes32 approved = mappingDigest(content);
    return
      abi.encodeCall(
        IPolicyRegistry.publishMapping,
        (
          content.source,
          content.target,
          content.version,
          content.digest,
          content.effectiveFrom,
          content.deadline,
          signed(authorityAdminKey(0), approved),
          signed(authorityAdminKey(1), approved)
        )
      );
  }

  function _policyCost(string memory write, address caller, bytes memory data) private returns (Cost memory) {
    return _cost(write, caller, address(policyRegistry), data);
  }

  function _convert(uint256 n) internal returns (Cost[] memory costs) {
    (uint64 spent, uint64 acknowledged) = conversionRegistry.sequencesOf(issuerIds[0], issuerIds[1]);
    bytes32[] memory values = _values("nullifier", n);
    costs = new Cost[](2);
    bytes memory data = abi.encodeCall(IConversionRegistry.spend, (issuerIds[1], values, spent + 1));
    costs[0] = _cost("spend", account(0), address(conversionRegistry), data);
    data = abi.encodeCall(IConversionRegistry.acknowledge, (issuerIds[0], values, acknowledged + 1));
    costs[1] = _cost("acknowledge", account(1), address(conversionRegistry), data);
  }

  function _registerAndChange(uint256 n) internal returns (Cost[] memory costs) {
    costs = new Cost[](23);
    _register(n, costs);
    _changeGrants(n, costs);
    _handOver(n, costs);
    _changeIssuer(n, costs);
    _changeConsortium(n, costs);
  }

  /// @dev A new authority and an issuer of its own; a new key, account and approver of an old issuer.
  function _register(uint256 n, Cost[] memory costs) private {
    bytes memory data = abi.encodeCall(
      ITrustList.admitAuthority,
      (_name(n), "AA", _authorityAdmin(n), bytes32(n))
    );
    costs[0] = _write("admitAuthority", address(this), data);
    data = abi.encodeCall(ITrustList.accredit, (_authority(n), _did(n), SOME_TYPES, 0, END, _issuerAdmin(n)));
    costs[1] = _write("accredit", _authorityAdmin(n), data);
    data = abi.encodeCall(ITrustList.acceptAccreditation, (_issuer(n)));
    costs[2] = _write("acceptAccreditation", _issuerAdmin(n), data);
    data = abi.encodeCall(ITrustList.addKey, (issuerIds[0], _thumbprint(n), 1, _publicKey(n), 0, 0, END));
    costs[3] = _write("addKey", issuerAdmin(0), data);
    data = abi.encodeCall(
      ITrustList.addAccount,
      (issuerIds[0], _person(n), 0, END, END, consentTo(issuerIds[0], _personKey(n), END))
    );
    costs[4] = _write("addAccount", issuerAdmin(0), data);
    data = abi.encodeCall(ITrustList.addApprover, (issuerIds[0], _person(n + 100), 0, END));
    costs[5] = _write("addApprover", issuerAdmin(0), data);
  }

  /// @dev All that can be changed of what was registered, each once: of the key, the account and the approver;
  function _changeGrants(uint256 n, Cost[] memory costs) private {
    bytes32 issuer = issuerIds[0];
    (address ofIssuer, address person) = (issuerAdmin(0), _person(n));
    bytes memory data = abi.encodeCall(ITrustList.narrowKey, (issuer, _thumbprint(n), END - 1));
    costs[6] = _write("narrowKey", ofIssuer, data);
    data = abi.encodeCall(ITrustList.setKeyCompromisedFrom, (issuer, _thumbprint(n), START));
    costs[7] = _write("setKeyCompromisedFrom", ofIssuer, data);
    data = abi.encodeCall(ITrustList.narrowAccount, (issuer, person, END - 1));
    costs[8] = _write("narrowAccount", ofIssuer, data);
    data = abi.encodeCall(ITrustList.setAccountCompromisedFrom, (issuer, person, START));
    costs[9] = _write("setAccountCompromisedFrom", ofIssuer, data);
    data = abi.encodeCall(ITrustList.narrowApprover, (issuer, _person(n + 100), END - 1));
    costs[10] = _write("narrowApprover", ofIssuer, data);
  }

  /// @dev of the issuer;
  function _changeIssuer(uint256 n, Cost[] memory costs) private {
    bytes memory data = abi.encodeCall(ITrustList.widenIssuer, (_issuer(n), 0xff, 0, END + 1));
    costs[11] = _write("widenIssuer", _authorityAdmin(n), data);
    data = abi.encodeCall(ITrustList.narrowIssuer, (_issuer(n), 1, END - 1));
    costs[12] = _write("narrowIssuer", _person(n), data);
    data = abi.encodeCall(ITrustList.suspendIssuer, (_issuer(n)));
    costs[13] = _write("suspendIssuer", _person(n), data);
    data = abi.encodeCall(ITrustList.reinstateIssuer, (_issuer(n), 0));
    costs[14] = _write("reinstateIssuer", _authorityAdmin(n), data);
  }

  /// @dev of the authority, and of what the consortium has only one of.
  function _changeConsortium(uint256 n, Cost[] memory costs) private {
    bytes memory data = abi.encodeCall(ITrustList.suspendAuthority, (_authority(n)));
    costs[15] = _write("suspendAuthority", address(this), data);
    data = abi.encodeCall(ITrustList.reinstateAuthority, (_authority(n), 0));
    costs[16] = _write("reinstateAuthority", address(this), data);
    data = abi.encodeCall(ITrustList.setAuthorityAdmin, (_authority(n), account(8)));
    costs[17] = _write("setAuthorityAdmin", address(this), data);
    data = abi.encodeCall(ITrustList.setCheckpointSet, (_keys(bytes32(n), "key"), 1));
    costs[18] = _write("setCheckpointSet", address(this), data);
    data = abi.encodeCall(ITrustList.recordReplacement, ("X", account(8), account(9), type(uint64).max));
    costs[19] = _write("recordReplacement", address(this), data);
  }

  /// @dev The issuer goes to a new admin, who names the next.
  function _handOver(uint256 n, Cost[] memory costs) private {
    bytes memory data = abi.encodeCall(ITrustList.nominateIssuerAdmin, (_issuer(n), _person(n), 0));
    costs[20] = _write("nominateIssuerAdmin", _issuerAdmin(n), data);
    vm.warp(block.timestamp + DELAY);
    data = abi.encodeCall(ITrustList.acceptIssuerAdmin, (_issuer(n)));
    costs[21] = _write("acceptIssuerAdmin", _person(n), data);
    data = abi.encodeCall(ITrustList.nominateIssuerAdmin, (_issuer(n), _issuerAdmin(n), 0));
    costs[22] = _write("nominateIssuerAdmin, again", _person(n), data);
  }

  function _write(string memory write, address caller, bytes memory data) private returns (Cost memory) {
    return _cost(write, caller, address(trustList), data);
  }

  function _cost(
    string memory write,
    address caller,
    address target,
    bytes memory data
  ) private returns (Cost memory) {
    vm.prank(caller);
    uint256 left = gasleft();
    // solhint-disable-next-line avoid-low-level-calls
    (bool succeeded, ) = target.call(data);
    left -= gasleft();
    check(succeeded, string.concat("the write succeeds: ", write));
    return Cost(write, left);
  }

  function _many() private view returns (uint256) {
    return _isLongRun() ? 1_000_000 : 100_000;
  }

  function _isLongRun() private view returns (bool) {
    return vm.envOr("HCL_LONG", uint256(0)) == 1;
  }

  function _keys(bytes32 one, bytes32 other) private pure returns (bytes32[] memory keys) {
    keys = new bytes32[](2);
    (keys[0], keys[1]) = (one, other);
  }

  function _values(string memory name, uint256 n) private pure returns (bytes32[] memory values) {
    values = new bytes32[](8);
    for (uint256 i = 0; i < values.length; ++i) values[i] = keccak256(abi.encode(name, n, i));
  }

  function _root(uint256 n) private pure returns (bytes32) {
    return keccak256(abi.encode("root", n));
  }

  function _name(uint256 n) private pure returns (string memory) {
    return string(bytes.concat("N-", bytes1(uint8(0x30 + n))));
  }

  function _did(uint256 n) private pure returns (string memory) {
    return string(bytes.concat("did:web:", bytes1(uint8(0x30 + n))));
  }

  function _authority(uint256 n) private pure returns (bytes32) {
    return keccak256(bytes(_name(n)));
  }

  function _issuer(uint256 n) private pure returns (bytes32) {
    return keccak256(bytes(_did(n)));
  }

  function _authorityAdmin(uint256 n) private pure returns (address) {
    return vm.addr(0x6000 + n);
  }

  function _issuerAdmin(uint256 n) private pure returns (address) {
    return vm.addr(0x7000 + n);
  }

  function _person(uint256 n) private pure returns (address) {
    return vm.addr(_personKey(n));
  }

  function _personKey(uint256 n) private pure returns (uint256) {
    return 0x8000 + n;
  }

  /// @dev For n from 1 to 3, the point n + 2 of P-256's group; made with @noble/curves.
  function _publicKey(uint256 n) private pure returns (bytes memory) {
    bytes32[3] memory x = [
      bytes32(0x5ecbe4d1a6330a44c8f7ef951d4bf165e6c6b721efada985fb41661bc6e7fd6c),
      0xe2534a3532d08fbba02dde659ee62bd0031fe2db785596ef509302446b030852,
      0x51590b7a515140d2d784c85608668fdfef8c82fd1f5be52421554a0dc3d033ed
    ];
    bytes32[3] memory y = [
      bytes32(0x8734640c4998ff7e374b06ce1a64a2ecd82ab036384fb83d9a79b127a27d5032),
      0xe0f1575a4c633cc719dfee5fda862d764efc96c3f30ee0055c42c23f184ed8c6,
      0xe0c17da8904a727d8ae1bf36bf8a79260d012f00d4d80888d1d0bb44fda16da4
    ];
    return abi.encodePacked(bytes1(0x04), x[n - 1], y[n - 1]);
  }

  function _thumbprint(uint256 n) private pure returns (bytes32) {
    bytes32[3] memory thumbprints = [
      bytes32(0x077cd05097cbf163d0253ddf45cffd17ce5a363aa8a91924f87333c32029ed65),
      0x05c62479145e83c3f2e87994149c3adb8d2bb8e2a7bc89d76f9ad1b4ae99f714,
      0xca2687593387f8d012e376f0eb23c73bc6132bf4fd70bcfd8d9682bb7a8e83f9
    ];
    return thumbprints[n - 1];
  }

  function _word(address value) private pure returns (bytes32) {
    return bytes32(uint256(uint160(value)));
  }
}
