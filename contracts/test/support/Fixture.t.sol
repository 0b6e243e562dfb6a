// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BatchAnchor} from "../../BatchAnchor.sol";
import {ConsortiumAccess} from "../../ConsortiumAccess.sol";
import {ConversionRegistry} from "../../ConversionRegistry.sol";
import {PolicyRegistry} from "../../PolicyRegistry.sol";
import {StatusAnchor} from "../../StatusAnchor.sol";
import {TrustList} from "../../TrustList.sol";
import {IPolicyRegistry} from "../../interfaces/IPolicyRegistry.sol";
import {IStatusAnchor} from "../../interfaces/IStatusAnchor.sol";
import {Checks} from "./Checks.t.sol";
import {vm} from "./Vm.t.sol";

/// @dev What both admins sign of a mapping.
struct MappingVersion {
  bytes32 source;
  bytes32 target;
  uint64 version;
  bytes32 digest;
  uint64 effectiveFrom;
  uint64 deadline;
}

/// @title A small consortium
/// @dev Two authorities; three issuers, of which 0 and 1 belong to authority 0 and issuer 2 to authority 1. Issuers
/// 0 and 1 have accepted and each have one account, one key and two approvers whose windows are open; issuer 2 has
/// accepted nothing. This contract is the consortium: it holds the AccessManager's admin role.
abstract contract Fixture is Checks {
  uint64 internal constant DELAY = 1 days;
  uint64 internal constant LEAD_TIME = 2 days;
  uint64 internal constant START = 1_800_000_000;
  uint64 internal constant END = START + 3650 days;
  uint32 internal constant SOME_TYPES = 0x03;

  uint256 internal constant AUTHORITIES = 2;
  uint256 internal constant ISSUERS = 3;

  ConsortiumAccess internal accessManager;
  TrustList internal trustList;
  BatchAnchor internal batchAnchor;
  StatusAnchor internal statusAnchor;
  PolicyRegistry internal policyRegistry;
  ConversionRegistry internal conversionRegistry;

  bytes32[AUTHORITIES] internal authorityIds;
  bytes32[ISSUERS] internal issuerIds;

  function setUp() public virtual {
    vm.warp(START - 2 * DELAY);
    accessManager = new ConsortiumAccess(address(this));
    trustList = new TrustList(address(accessManager), DELAY);
    batchAnchor = new BatchAnchor(trustList);
    statusAnchor = new StatusAnchor(trustList);
    policyRegistry = new PolicyRegistry(trustList, address(accessManager), LEAD_TIME);
    conversionRegistry = new ConversionRegistry(trustList);
    authorityIds[0] = trustList.admitAuthority("AA-1", "AA", authorityAdmin(0), "AA-1");
    authorityIds[1] = trustList.admitAuthority("BB-1", "BB", authorityAdmin(1), "BB-1");
    issuerIds[0] = _accredit("did:web:a.example", 0);
    issuerIds[1] = _accredit("did:web:b.example", 1);
    issuerIds[2] = _accredit("did:web:c.example", 2);
    _register(0);
    _register(1);
    vm.warp(START);
  }

  /// @dev The authority of issuer i.
  function authorityOf(uint256 i) internal pure returns (uint256) {
    return i == 2 ? 1 : 0;
  }

  function authorityAdmin(uint256 i) internal pure returns (address) {
    return vm.addr(authorityAdminKey(i));
  }

  function authorityAdminKey(uint256 i) internal pure returns (uint256) {
    return 0x1000 + i;
  }

  function issuerAdmin(uint256 i) internal pure returns (address) {
    return vm.addr(0x2000 + i);
  }

  /// @dev Account i starts as the account of issuer i (0 and 1); the others are nobody's.
  function account(uint256 i) internal pure returns (address) {
    return vm.addr(accountKey(i));
  }

  function accountKey(uint256 i) internal pure returns (uint256) {
    return 0x3000 + i;
  }

  /// @dev Approvers 0 and 1 start as those of issuer 0, 2 and 3 as those of issuer 1.
  function approver(uint256 i) internal pure returns (address) {
    return vm.addr(approverKey(i));
  }

  function approverKey(uint256 i) internal pure returns (uint256) {
    return 0x4000 + i;
  }

  /// @dev Issuers 0 and 1 start with key 0. Keys 0 and 1 are the base point of P-256 and its double; their thumbprints
  /// are as `core/credential/thumbprint.ts` computes them.
  function thumbprint(uint256 i) internal pure returns (bytes32) {
    return
      i == 0
        ? bytes32(0xc71d01700fb0328870f1ab580c939eea9786328764946db04470655c732f9743)
        : bytes32(0x021a87cda6170393339830abb2c794b150462b27e10e1bde931d131e31ffc481);
  }

  function publicKey(uint256 i) internal pure returns (bytes memory) {
    return
      i == 0
        ? abi.encodePacked(
          bytes1(0x04),
          uint256(0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296),
          uint256(0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)
        )
        : abi.encodePacked(
          bytes1(0x04),
          uint256(0x7cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978),
          uint256(0x07775510db8ed040293d9ac69f7430dbba7dade63ce982299e04b79d227873d1)
        );
  }

  /// @dev The EIP-712 digests, written out again: the tests' own reading of `IStatusAnchor`, `ITrustList` and
  /// `IPolicyRegistry`.
  function approvalDigest(
    bytes32 issuer,
    bytes32 root,
    uint8 log2Size,
    uint64 sequence,
    uint64 deadline
  ) internal view returns (bytes32) {
    bytes32 actsType = keccak256(
      "ApproveActs(bytes32 issuer,bytes32 root,uint8 log2Size,uint64 sequence,uint64 deadline)"
    );
    bytes32 acts = keccak256(abi.encode(actsType, issuer, root, log2Size, sequence, deadline));
    return _typedDigest("StatusAnchor", address(statusAnchor), acts);
  }

  function mappingDigest(MappingVersion memory content) internal view returns (bytes32) {
    bytes32 mappingType = keccak256(
      "ApproveMapping(bytes32 source,bytes32 target,uint64 version,bytes32 digest,uint64 effectiveFrom,uint64 deadline)"
    );
    return
      _typedDigest("PolicyRegistry", address(policyRegistry), keccak256(abi.encode(mappingType, content)));
  }

  function mappingCall(
    MappingVersion memory content,
    bytes memory bySource,
    bytes memory byTarget
  ) internal pure returns (bytes memory) {
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
          bySource,
          byTarget
        )
      );
  }

  function consentDigest(bytes32 issuer, address who, uint64 deadline) internal view returns (bytes32) {
    bytes32 consentType = keccak256("ServeIssuer(bytes32 issuer,address account,uint64 deadline)");
    bytes32 consent = keccak256(abi.encode(consentType, issuer, who, deadline));
    return _typedDigest("TrustList", address(trustList), consent);
  }

  function consentTo(
    bytes32 issuer,
    uint256 privateKey,
    uint64 deadline
  ) internal view returns (bytes memory) {
    return signed(privateKey, consentDigest(issuer, vm.addr(privateKey), deadline));
  }

  function signed(uint256 privateKey, bytes32 digest) internal pure returns (bytes memory) {
    (uint8 v, bytes32 r, bytes32 s) = vm.sign(privateKey, digest);
    return bytes.concat(r, s, bytes1(v));
  }

  function approve(uint256 i, bytes32 digest) internal pure returns (IStatusAnchor.Approval memory) {
    return IStatusAnchor.Approval(approver(i), signed(approverKey(i), digest));
  }

  /// @dev `value` folded into `lowest` to `highest`.
  function bound(uint256 value, uint256 lowest, uint256 highest) internal pure returns (uint64) {
    return uint64(lowest + (value % (highest - lowest + 1)));
  }

  function _typedDigest(
    string memory name,
    address verifying,
    bytes32 structHash
  ) private view returns (bytes32) {
    bytes32 domainType = keccak256(
      "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 domain = keccak256(
      abi.encode(domainType, keccak256(bytes(name)), keccak256("1"), block.chainid, verifying)
    );
    return keccak256(bytes.concat(hex"1901", domain, structHash));
  }

  function _accredit(string memory did, uint256 i) private returns (bytes32) {
    uint256 authority = authorityOf(i);
    vm.prank(authorityAdmin(authority));
    return trustList.accredit(authorityIds[authority], did, SOME_TYPES, 0, END, issuerAdmin(i));
  }

  function _register(uint256 i) private {
    bytes32 issuer = issuerIds[i];
    vm.prank(issuerAdmin(i));
    trustList.acceptAccreditation(issuer);
    bytes memory consent = consentTo(issuer, accountKey(i), END);
    vm.prank(issuerAdmin(i));
    trustList.addAccount(issuer, account(i), 0, END, END, consent);
    vm.prank(issuerAdmin(i));
    trustList.addKey(issuer, thumbprint(0), 1, publicKey(0), 0, 0, END);
    vm.prank(issuerAdmin(i));
    trustList.addApprover(issuer, approver(2 * i), 0, END);
    vm.prank(issuerAdmin(i));
    trustList.addApprover(issuer, approver(2 * i + 1), 0, END);
  }
}
