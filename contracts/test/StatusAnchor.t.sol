// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStatusAnchor} from "../interfaces/IStatusAnchor.sol";
import {Fixture} from "./support/Fixture.t.sol";
import {vm} from "./support/Vm.t.sol";

contract StatusAnchorTest is Fixture {
  uint256 private constant SECP256K1_ORDER =
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

  function testFuzzVersionsGrowByOne(uint64 version) public {
    vm.prank(account(0));
    statusAnchor.publish(1, "lists", 0, START + 60);
    if (version != 2) {
      vm.expectRevert(abi.encodeWithSelector(IStatusAnchor.StatusAnchorWrongVersion.selector, 2, version));
    }
    vm.prank(account(0));
    statusAnchor.publish(version, "other lists", 0, START + 60);
  }

  function testFuzzNextUpdateLiesAheadButNotFar(uint64 nextUpdate) public {
    if (nextUpdate % 2 == 0) nextUpdate = bound(nextUpdate, START, START + 62 days);
    uint64 latest = START + 31 days;
    if (nextUpdate <= START) {
      vm.expectRevert(
        abi.encodeWithSelector(IStatusAnchor.StatusAnchorNextUpdateNotAhead.selector, nextUpdate, START)
      );
    } else if (nextUpdate > latest) {
      vm.expectRevert(
        abi.encodeWithSelector(IStatusAnchor.StatusAnchorNextUpdateTooFar.selector, nextUpdate, latest)
      );
    }
    vm.prank(account(0));
    statusAnchor.publish(1, "lists", 0, nextUpdate);
  }

  function testFuzzApprovalsCountForWhatWasSigned(
    bytes32 root,
    uint8 log2Size,
    uint64 sequence,
    uint64 deadline,
    uint64 chainId
  ) public {
    if (root == 0) root = "root";
    log2Size = uint8(bound(log2Size, 6, 12));
    deadline = bound(deadline, START, type(uint64).max);
    sequence = sequence % 3;
    vm.chainId(bound(chainId, 31337, 31338));
    bytes32 digest = approvalDigest(issuerIds[0], root, log2Size, sequence, deadline);
    IStatusAnchor.Approval memory first = approve(0, digest);
    IStatusAnchor.Approval memory second = approve(1, digest);
    vm.chainId(31337);
    bool sameChain = bound(chainId, 31337, 31338) == 31337;
    if (sequence != 1 || !sameChain) {
      vm.expectRevert(
        abi.encodeWithSelector(IStatusAnchor.StatusAnchorInvalidSignature.selector, approver(0))
      );
    }
    vm.prank(account(0));
    statusAnchor.anchorActs(root, log2Size, deadline, first, second);
    uint64 expected = sequence == 1 && sameChain ? 1 : 0;
    check(statusAnchor.actSequenceOf(issuerIds[0]) == expected, "acts are anchored exactly when approved");
  }

  /// @dev On a fork of the chain, with another id, approvals of before do not count and new ones do.
  function testFuzzTheChainIsTheOneOfNow(uint64 chainId) public {
    chainId = bound(chainId, 1, 31336);
    bytes32 before = approvalDigest(issuerIds[0], "root", 6, 1, END);
    vm.chainId(chainId);
    vm.expectRevert(abi.encodeWithSelector(IStatusAnchor.StatusAnchorInvalidSignature.selector, approver(0)));
    vm.prank(account(0));
    statusAnchor.anchorActs("root", 6, END, approve(0, before), approve(1, before));
    bytes32 later = approvalDigest(issuerIds[0], "root", 6, 1, END);
    vm.prank(account(0));
    statusAnchor.anchorActs("root", 6, END, approve(0, later), approve(1, later));
    check(statusAnchor.actSequenceOf(issuerIds[0]) == 1, "approved on this chain");
  }

  function testFuzzRefusesASignatureInAnyOtherForm(uint8 position, uint8 change) public {
    bytes32 digest = approvalDigest(issuerIds[0], "root", 6, 1, END);
    IStatusAnchor.Approval memory first = approve(0, digest);
    if (change == 0) change = 1;
    uint256 index = position % first.signature.length;
    first.signature[index] = first.signature[index] ^ bytes1(change);
    _expectInvalid(first, approve(1, digest));
  }

  function testFuzzRefusesTheOtherHalfOfASignaturePair(bytes32 root) public {
    if (root == 0) root = "root";
    bytes32 digest = approvalDigest(issuerIds[0], root, 6, 1, END);
    (uint8 v, bytes32 r, bytes32 s) = vm.sign(approverKey(0), digest);
    bytes memory high = bytes.concat(r, bytes32(SECP256K1_ORDER - uint256(s)), bytes1(v == 27 ? 28 : 27));
    vm.expectRevert(abi.encodeWithSelector(IStatusAnchor.StatusAnchorInvalidSignature.selector, approver(0)));
    vm.prank(account(0));
    statusAnchor.anchorActs(root, 6, END, IStatusAnchor.Approval(approver(0), high), approve(1, digest));
  }

  function _expectInvalid(IStatusAnchor.Approval memory first, IStatusAnchor.Approval memory second) private {
    vm.expectRevert(
      abi.encodeWithSelector(IStatusAnchor.StatusAnchorInvalidSignature.selector, first.approver)
    );
    vm.prank(account(0));
    statusAnchor.anchorActs("root", 6, END, first, second);
  }
}
