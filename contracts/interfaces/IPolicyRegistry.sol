// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Versions of policies and of mappings between two authorities' schemes, each by its digest
/// @notice An authority decides on its own policies. A mapping says what a state of the source's scheme proposes in the
/// target's; it needs both authorities, and the way back is another mapping. An authority is named as in `ITrustList`,
/// a policy by keccak256 of its id, under its authority: nobody can take an id away from another authority.
/// Versions are counted from 1 without gaps, and nothing is deleted. A withdrawal is a version too, with a digest of
/// zeros. At any time that version holds which has the highest number of those whose `effectiveFrom` has come; where
/// that is a withdrawal, nothing holds. Times are Unix seconds, and none lies before the block that takes it: what was
/// decided by what held stays right. What widens waits `leadTime` seconds, so that everybody can read it before it
/// holds; a withdrawal never waits, and of a mapping needs one side alone.
interface IPolicyRegistry {
  /// @notice No content has a digest of zeros: that is a withdrawal.
  error PolicyRegistryEmptyDigest();
  /// @notice Not the version meant: somebody else wrote, or the caller is behind.
  error PolicyRegistryWrongVersion(uint64 expected, uint64 actual);
  /// @notice Before this block's time, or before the lead time is over.
  error PolicyRegistryTooEarly(uint64 effectiveFrom, uint64 earliest);
  /// @notice Nothing was published here. `owner` is the authority or the mapping's source, `subject` the policy or the
  /// mapping's target.
  error PolicyRegistryNotFound(bytes32 owner, bytes32 subject);
  /// @notice A withdrawal only moves earlier.
  error PolicyRegistryWithdrawalMovesLater(uint64 current, uint64 requested);
  /// @notice What holds already, or is withdrawn before it would, cannot be made to hold sooner.
  error PolicyRegistryNotPending(uint64 version);
  /// @notice One admin for both authorities of a mapping, or one authority twice.
  error PolicyRegistryPartiesNotDistinct(address admin);
  /// @notice The approvals counted until `deadline`.
  error PolicyRegistryDeadlinePassed(uint64 deadline, uint64 time);
  /// @notice The signature is not by the admin of `authority`, not over this version, contract and chain, or not in the
  /// one form.
  error PolicyRegistryInvalidSignature(bytes32 authority);

  /// @notice A version of a policy holds from `effectiveFrom` on.
  /// @param authority whose policy
  /// @param policy keccak256 of its id
  /// @param version the first version of a policy is 1
  /// @param digest of its content
  /// @param effectiveFrom when it begins to hold
  event PolicyPublished(
    bytes32 indexed authority,
    bytes32 indexed policy,
    uint64 version,
    bytes32 digest,
    uint64 effectiveFrom
  );
  /// @notice From `effectiveFrom` on no version of the policy holds, until a later one does.
  /// @param authority whose policy
  /// @param policy keccak256 of its id
  /// @param version of the withdrawal itself
  /// @param effectiveFrom when it begins to hold
  event PolicyWithdrawn(
    bytes32 indexed authority,
    bytes32 indexed policy,
    uint64 version,
    uint64 effectiveFrom
  );
  /// @notice An emergency: the consortium waived what was left of the lead time; the version holds from this block on.
  /// @param authority whose policy
  /// @param policy keccak256 of its id
  /// @param version which was published before
  event PolicyExpedited(bytes32 indexed authority, bytes32 indexed policy, uint64 version);
  /// @notice A version of a mapping holds from `effectiveFrom` on; both authorities have approved it.
  /// @param source authority whose states are mapped
  /// @param target authority in whose scheme a state is proposed
  /// @param version the first version of a mapping is 1
  /// @param digest of its content
  /// @param effectiveFrom when it begins to hold
  event MappingPublished(
    bytes32 indexed source,
    bytes32 indexed target,
    uint64 version,
    bytes32 digest,
    uint64 effectiveFrom
  );
  /// @notice From `effectiveFrom` on no version of the mapping holds, until a later one does.
  /// @param source authority whose states were mapped
  /// @param target authority in whose scheme a state was proposed
  /// @param version of the withdrawal itself
  /// @param effectiveFrom when it begins to hold
  /// @param by the admin who did it, of either authority
  event MappingWithdrawn(
    bytes32 indexed source,
    bytes32 indexed target,
    uint64 version,
    uint64 effectiveFrom,
    address by
  );
  /// @notice An emergency: the consortium waived what was left of the lead time; the version holds from this block on.
  /// @param source authority whose states are mapped
  /// @param target authority in whose scheme a state is proposed
  /// @param version which was published before
  event MappingExpedited(bytes32 indexed source, bytes32 indexed target, uint64 version);

  /// @notice Publishes the next version of a policy; emits `PolicyPublished`. The present version with the same content
  /// again changes nothing and emits nothing. For the authority's admin, while the authority is not suspended.
  /// @param authority whose admin calls
  /// @param policy keccak256 of its id
  /// @param version the policy's last plus one
  /// @param digest of the content, not zero
  /// @param effectiveFrom no sooner than `leadTime` seconds after this block
  function publish(
    bytes32 authority,
    bytes32 policy,
    uint64 version,
    bytes32 digest,
    uint64 effectiveFrom
  ) external;
  /// @notice Publishes the next version of a mapping, which both authorities' admins have signed; emits
  /// `MappingPublished`. The present version with the same content again changes nothing and emits nothing, whatever
  /// the deadline and the signatures. Anyone may hand it in, while neither authority is suspended.
  /// @dev EIP-712 `ApproveMapping(bytes32 source,bytes32 target,uint64 version,bytes32 digest,uint64
  /// effectiveFrom,uint64 deadline)` in the domain `{name: "PolicyRegistry", version: "1", chainId,
  /// verifyingContract}`. `version` is the nonce: a withdrawal is a version too, so it voids approvals that have yet to
  /// be handed in. Signatures are 65 bytes r, s, v with a low s.
  /// @param source authority whose states are mapped
  /// @param target another authority, with another admin
  /// @param version the mapping's last plus one
  /// @param digest of the content, not zero
  /// @param effectiveFrom no sooner than `leadTime` seconds after this block
  /// @param deadline the last block time, Unix seconds, at which the approvals count
  /// @param bySource signature of the source's admin
  /// @param byTarget signature of the target's admin
  function publishMapping(
    bytes32 source,
    bytes32 target,
    uint64 version,
    bytes32 digest,
    uint64 effectiveFrom,
    uint64 deadline,
    bytes calldata bySource,
    bytes calldata byTarget
  ) external;

  // Withdrawing. A withdrawal names the version that it ends, the last with content: one that was signed before a
  // later version was there, and is sealed after it, does not end that one (`PolicyRegistryWrongVersion`). The present
  // withdrawal again changes nothing and emits nothing, and so does one at once of what is withdrawn by now. One that
  // lies ahead hinders nobody: an earlier one follows it, and what was published before can be made to hold until then.

  /// @notice Withdraws a policy from `effectiveFrom` on; emits `PolicyWithdrawn` with that time. For the authority's
  /// admin, while the authority is not suspended.
  /// @param authority whose admin calls
  /// @param policy keccak256 of its id
  /// @param version the last one that was published
  /// @param effectiveFrom 0 for at once, which is this block's time whenever it is sealed; otherwise no earlier than
  /// that, and earlier than the withdrawal that stands
  function withdraw(bytes32 authority, bytes32 policy, uint64 version, uint64 effectiveFrom) external;
  /// @notice Withdraws a mapping from `effectiveFrom` on; emits `MappingWithdrawn` with that time. For the admin of
  /// either authority, also while that or the other one is suspended.
  /// @param source authority whose states were mapped
  /// @param target authority in whose scheme a state was proposed
  /// @param version the last one that was published
  /// @param effectiveFrom 0 for at once, which is this block's time whenever it is sealed; otherwise no earlier than
  /// that, and earlier than the withdrawal that stands
  function withdrawMapping(bytes32 source, bytes32 target, uint64 version, uint64 effectiveFrom) external;

  // Consortium: through the AccessManager. It can shorten the wait for what the authorities have decided, not decide.
  // A withdrawal that lies ahead stays where it is.

  /// @notice Makes the last version of a policy that has content hold at once; emits `PolicyExpedited`.
  /// @param authority whose policy
  /// @param policy keccak256 of its id
  /// @param version yet to hold, and not withdrawn before it would
  function expedite(bytes32 authority, bytes32 policy, uint64 version) external;
  /// @notice Makes the last version of a mapping that has content hold at once; emits `MappingExpedited`.
  /// @param source authority whose states are mapped
  /// @param target authority in whose scheme a state is proposed
  /// @param version yet to hold, and not withdrawn before it would
  function expediteMapping(bytes32 source, bytes32 target, uint64 version) external;

  // Views.

  /// @notice How long a version waits.
  /// @return seconds
  function leadTime() external view returns (uint64);
  /// @notice The last version of a policy, which need not hold yet: what holds now may be an earlier one.
  /// @param authority whose policy
  /// @param policy keccak256 of its id
  /// @return version 0 before the first, and then all else is zero too
  /// @return digest zero of a withdrawal
  /// @return effectiveFrom when it begins to hold
  function policyOf(
    bytes32 authority,
    bytes32 policy
  ) external view returns (uint64 version, bytes32 digest, uint64 effectiveFrom);
  /// @notice The last version of a mapping, which need not hold yet: what holds now may be an earlier one.
  /// @param source authority whose states are mapped
  /// @param target authority in whose scheme a state is proposed
  /// @return version 0 before the first, and then all else is zero too
  /// @return digest zero of a withdrawal
  /// @return effectiveFrom when it begins to hold
  function mappingOf(
    bytes32 source,
    bytes32 target
  ) external view returns (uint64 version, bytes32 digest, uint64 effectiveFrom);
}
