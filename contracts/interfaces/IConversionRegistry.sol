// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Which conversions were made from one issuer's codes to another's, and which were answered
/// @notice The source spends a nullifier for each conversion, the target acknowledges each that it decided; both in
/// padded batches, so that the ledger does not tell how many there were. Both values are blinded: only who holds the
/// conversion credential can tell which is whose. Counted for each pair of issuers (source, target) by itself, from 1
/// without gaps; an issuer is named as in `ITrustList`. Nothing is deleted.
interface IConversionRegistry {
  /// @notice Nobody to convert for: an issuer that is not active, or the caller's own.
  error ConversionRegistryNoTarget(bytes32 target);
  /// @notice Nothing to acknowledge: the source has spent nothing for the caller's issuer.
  error ConversionRegistryNothingSpent(bytes32 source, bytes32 target);
  /// @notice Not a power of two from 8 to 256.
  error ConversionRegistrySizeOutOfRange(uint256 size);
  /// @notice Not the pair's next batch: somebody else wrote, or the caller is behind.
  error ConversionRegistryWrongSequence(uint64 expected, uint64 actual);
  /// @notice No nullifier and no acknowledgement is zero.
  error ConversionRegistryEmptyValue();
  /// @notice On record for this pair, or twice in this batch: a nullifier is spent once, and so is an acknowledgement.
  error ConversionRegistryAlreadySpent(bytes32 value);

  /// @notice Conversions were made; none of the nullifiers can be spent for this target again.
  /// @param source issuer of the codes that are converted
  /// @param target issuer for whom
  /// @param sequence the first batch of a pair has sequence 1
  /// @param nullifiers one for each conversion, and padding
  /// @param account the source's ledger account that spent them
  event NullifiersSpent(
    bytes32 indexed source,
    bytes32 indexed target,
    uint64 sequence,
    bytes32[] nullifiers,
    address account
  );
  /// @notice Conversions were decided, one way or another.
  /// @param source issuer of the codes that were converted
  /// @param target issuer that decided
  /// @param sequence the first batch of a pair has sequence 1, whatever was spent
  /// @param acknowledgements one for each decision, and padding
  /// @param account the target's ledger account that acknowledged them
  event ConversionsAcknowledged(
    bytes32 indexed source,
    bytes32 indexed target,
    uint64 sequence,
    bytes32[] acknowledgements,
    address account
  );

  /// @notice Spends a batch of nullifiers of the caller's issuer; emits `NullifiersSpent`. The pair's last batch again
  /// changes nothing and emits nothing. For the accounts of active issuers.
  /// @param target another issuer, active
  /// @param nullifiers 8, 16, 32, 64, 128 or 256, none zero, none spent for this target
  /// @param expectedSequence the pair's last plus one
  function spend(bytes32 target, bytes32[] calldata nullifiers, uint64 expectedSequence) external;
  /// @notice Acknowledges a batch of conversions for the caller's issuer; emits `ConversionsAcknowledged`. The pair's
  /// last batch again changes nothing and emits nothing. For the accounts of active issuers, also while the source is
  /// not active any more.
  /// @param source issuer that has spent something for the caller's
  /// @param acknowledgements 8, 16, 32, 64, 128 or 256, none zero, none on record for this pair
  /// @param expectedSequence the pair's last plus one
  function acknowledge(bytes32 source, bytes32[] calldata acknowledgements, uint64 expectedSequence) external;

  /// @notice Whether and in which batch a nullifier was spent.
  /// @param source whose nullifier
  /// @param target for whom
  /// @param nullifier any
  /// @return sequence of the batch, 0 when it was not spent
  function spentIn(bytes32 source, bytes32 target, bytes32 nullifier) external view returns (uint64 sequence);
  /// @notice Whether and in which batch an acknowledgement was given.
  /// @param source whose codes were converted
  /// @param target who acknowledged
  /// @param acknowledgement any
  /// @return sequence of the batch, 0 when it was not given
  function acknowledgedIn(
    bytes32 source,
    bytes32 target,
    bytes32 acknowledgement
  ) external view returns (uint64 sequence);
  /// @notice How many batches a pair has.
  /// @param source any
  /// @param target any
  /// @return spent the sequence of the last batch of nullifiers, 0 before the first
  /// @return acknowledged the sequence of the last batch of acknowledgements, 0 before the first
  function sequencesOf(
    bytes32 source,
    bytes32 target
  ) external view returns (uint64 spent, uint64 acknowledged);
  /// @notice How many values are in a pair's batches, padding included.
  /// @param source any
  /// @param target any
  /// @return spent nullifiers
  /// @return acknowledged acknowledgements
  function countsOf(bytes32 source, bytes32 target) external view returns (uint64 spent, uint64 acknowledged);
}
