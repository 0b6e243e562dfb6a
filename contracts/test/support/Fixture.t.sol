// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {BatchAnchor} from "../../BatchAnchor.sol";
import {StatusAnchor} from "../../StatusAnchor.sol";
import {TrustList} from "../../TrustList.sol";
import {IStatusAnchor} from "../../interfaces/IStatusAnchor.sol";
import {vm} from "./Vm.t.sol";

/// @title A small consortium
/// @dev Two authorities; three issuers, of which 0 and 1 belong to authority 0 and issuer 2 to authority 1. Issuers
/// 0 and 1 have accepted and each have one account, one key and two approvers whose windows are open; issuer 2 has
/// accepted nothing. This contract is the consortium: it holds the AccessManager's admin role.
abstract contract Fixture {
  error Broken(string rule);

  uint64 internal constant DELAY = 1 days;
  uint64 internal constant START = 1_800_000_000;
  uint64 internal constant END = START + 3650 days;
  uint32 internal constant SOME_TYPES = 0x03;

  uint256 internal constant AUTHORITIES = 2;
  uint256 internal constant ISSUERS = 3;

  AccessManager internal accessManager;
  TrustList internal trustList;
  BatchAnchor internal batchAnchor;
  StatusAnchor internal statusAnchor;

  bytes32[AUTHORITIES] internal authorityIds;
  bytes32[ISSUERS] internal issuerIds;

  function setUp() public virtual {
    vm.warp(START - 2 * DELAY);
    accessManager = new AccessManager(address(this));
    trustList = new TrustList(address(accessManager), DELAY);
    batchAnchor = new BatchAnchor(trustList);
    statusAnchor = new StatusAnchor(trustList);
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
    return vm.addr(0x1000 + i);
  }

  function issuerAdmin(uint256 i) internal pure returns (address) {
    return vm.addr(0x2000 + i);
  }

  /// @dev Account i starts as the account of issuer i (0 and 1); the others are nobody's.
  function account(uint256 i) internal pure returns (address) {
    return vm.addr(0x3000 + i);
  }

  /// @dev Approvers 0 and 1 start as those of issuer 0, 2 and 3 as those of issuer 1.
  function approver(uint256 i) internal pure returns (address) {
    return vm.addr(approverKey(i));
  }

  function approverKey(uint256 i) internal pure returns (uint256) {
    return 0x4000 + i;
  }

  /// @dev Issuers 0 and 1 start with key 0.
  function thumbprint(uint256 i) internal pure returns (bytes32) {
    return keccak256(abi.encode("key", i));
  }

  function publicKey() internal pure returns (bytes memory) {
    return abi.encodePacked(bytes1(0x04), keccak256("x"), keccak256("y"));
  }

  /// @dev The EIP-712 digest, written out again: the tests' own reading of `IStatusAnchor`.
  function approvalDigest(
    bytes32 issuer,
    bytes32 root,
    uint8 log2Size,
    uint64 sequence,
    uint64 deadline
  ) internal view returns (bytes32) {
    bytes32 domainType = keccak256(
      "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 actsType = keccak256(
      "ApproveActs(bytes32 issuer,bytes32 root,uint8 log2Size,uint64 sequence,uint64 deadline)"
    );
    bytes32 domain = keccak256(
      abi.encode(domainType, keccak256("StatusAnchor"), keccak256("1"), block.chainid, address(statusAnchor))
    );
    bytes32 acts = keccak256(abi.encode(actsType, issuer, root, log2Size, sequence, deadline));
    return keccak256(bytes.concat(hex"1901", domain, acts));
  }

  function approve(uint256 i, bytes32 digest) internal pure returns (IStatusAnchor.Approval memory) {
    (uint8 v, bytes32 r, bytes32 s) = vm.sign(approverKey(i), digest);
    return IStatusAnchor.Approval(approver(i), bytes.concat(r, s, bytes1(v)));
  }

  function check(bool holds, string memory rule) internal pure {
    if (!holds) revert Broken(rule);
  }

  /// @dev `value` folded into `lowest` to `highest`.
  function bound(uint256 value, uint256 lowest, uint256 highest) internal pure returns (uint64) {
    return uint64(lowest + (value % (highest - lowest + 1)));
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
    vm.prank(issuerAdmin(i));
    trustList.addAccount(issuer, account(i), 0, END);
    vm.prank(issuerAdmin(i));
    trustList.addKey(issuer, thumbprint(0), 1, publicKey(), 0, 0, END);
    vm.prank(issuerAdmin(i));
    trustList.addApprover(issuer, approver(2 * i), 0, END);
    vm.prank(issuerAdmin(i));
    trustList.addApprover(issuer, approver(2 * i + 1), 0, END);
  }
}
