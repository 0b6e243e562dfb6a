// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IConversionRegistry} from "./interfaces/IConversionRegistry.sol";
import {ITrustList} from "./interfaces/ITrustList.sol";

/// @title Which conversions were made from one issuer's codes to another's, and which were answered
contract ConversionRegistry is IConversionRegistry {
  /// @dev With fewer the padding would hide little; so many take a tenth of a block.
  uint256 private constant MIN_SIZE = 8;
  uint256 private constant MAX_SIZE = 256;

  /// @dev How far a pair has come, and the digest of its last batch, by which that is known again.
  struct Progress {
    bytes32 digest;
    uint64 sequence;
    uint64 count;
  }

  /// @dev One direction: what sources spend, or what targets acknowledge.
  struct Journal {
    mapping(bytes32 pair => Progress) progress;
    mapping(bytes32 pair => mapping(bytes32 value => uint64 sequence)) batches;
  }

  /// @notice Says for which issuer an account may write, and whether another is active.
  ITrustList public immutable trustList;
  Journal private _spent;
  Journal private _acknowledged;

  constructor(ITrustList trustList_) {
    trustList = trustList_;
  }

  /// @inheritdoc IConversionRegistry
  function spend(bytes32 target, bytes32[] calldata nullifiers, uint64 expectedSequence) external {
    bytes32 source = trustList.requireAnchoringIssuer(msg.sender);
    if (target == source || !trustList.isIssuerActive(target)) revert ConversionRegistryNoTarget(target);
    if (!_append(_spent, _pairOf(source, target), nullifiers, expectedSequence)) return;
    emit NullifiersSpent(source, target, expectedSequence, nullifiers, msg.sender);
  }

  /// @inheritdoc IConversionRegistry
  function acknowledge(
    bytes32 source,
    bytes32[] calldata acknowledgements,
    uint64 expectedSequence
  ) external {
    bytes32 target = trustList.requireAnchoringIssuer(msg.sender);
    bytes32 pair = _pairOf(source, target);
    if (_spent.progress[pair].sequence == 0) revert ConversionRegistryNothingSpent(source, target);
    if (!_append(_acknowledged, pair, acknowledgements, expectedSequence)) return;
    emit ConversionsAcknowledged(source, target, expectedSequence, acknowledgements, msg.sender);
  }

  /// @inheritdoc IConversionRegistry
  function spentIn(
    bytes32 source,
    bytes32 target,
    bytes32 nullifier
  ) external view returns (uint64 sequence) {
    return _spent.batches[_pairOf(source, target)][nullifier];
  }

  /// @inheritdoc IConversionRegistry
  function acknowledgedIn(
    bytes32 source,
    bytes32 target,
    bytes32 acknowledgement
  ) external view returns (uint64 sequence) {
    return _acknowledged.batches[_pairOf(source, target)][acknowledgement];
  }

  /// @inheritdoc IConversionRegistry
  function sequencesOf(
    bytes32 source,
    bytes32 target
  ) external view returns (uint64 spent, uint64 acknowledged) {
    bytes32 pair = _pairOf(source, target);
    return (_spent.progress[pair].sequence, _acknowledged.progress[pair].sequence);
  }

  /// @inheritdoc IConversionRegistry
  function countsOf(
    bytes32 source,
    bytes32 target
  ) external view returns (uint64 spent, uint64 acknowledged) {
    bytes32 pair = _pairOf(source, target);
    return (_spent.progress[pair].count, _acknowledged.progress[pair].count);
  }

  /// @return whether it is new; false when it is the pair's last batch, and otherwise reverts
  function _append(
    Journal storage journal,
    bytes32 pair,
    bytes32[] calldata values,
    uint64 expectedSequence
  ) private returns (bool) {
    uint256 size = values.length;
    if (size < MIN_SIZE || size > MAX_SIZE || size & (size - 1) != 0) {
      revert ConversionRegistrySizeOutOfRange(size);
    }
    Progress storage progress = journal.progress[pair];
    bytes32 digest = keccak256(abi.encodePacked(values));
    if (expectedSequence == progress.sequence && digest == progress.digest) return false;
    uint64 sequence = progress.sequence + 1;
    if (expectedSequence != sequence) revert ConversionRegistryWrongSequence(sequence, expectedSequence);

    for (uint256 i = 0; i < size; ++i) {
      if (values[i] == 0) revert ConversionRegistryEmptyValue();
      if (journal.batches[pair][values[i]] != 0) revert ConversionRegistryAlreadySpent(values[i]);
      journal.batches[pair][values[i]] = sequence;
    }
    progress.digest = digest;
    progress.sequence = sequence;
    progress.count += uint64(size);
    return true;
  }

  function _pairOf(bytes32 source, bytes32 target) private pure returns (bytes32) {
    return Hashes.efficientKeccak256(source, target);
  }
}
