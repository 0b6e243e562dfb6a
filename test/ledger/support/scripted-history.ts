/**
 * A history written through our own clients that makes every event of the contracts, each transaction in a block at
 * a time of its own.
 */
import { getBytes, id, SigningKey, TypedDataEncoder } from 'ethers';
import { statusAnchorAbi } from '../../../ledger/abi.ts';
import { consentToServe, type AccountConsent } from '../../../ledger/consent.ts';
import type { Deployment } from '../../../ledger/deployment.ts';
import { expediteMapping, expeditePolicy } from '../../../ledger/consortium-acts.ts';
import { ConversionRegistryClient } from '../../../ledger/conversion-registry.ts';
import { policyIdOf } from '../../../ledger/policy-id.ts';
import { approveMapping } from '../../../ledger/mapping-approval.ts';
import { PolicyRegistryClient } from '../../../ledger/policy-registry.ts';
import { StatusAnchorClient } from '../../../ledger/status-anchor.ts';
import type { Hex } from '../../../core/trust/ledger-event.ts';
import type { Engine } from './engines.ts';
import {
  addressOf,
  AUTHORITY,
  FAR_FUTURE,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  ISSUER_DID,
  ISSUER_KEY,
  keyOf,
  rootOf,
  type Hand,
  type Role,
} from './test-ledger.ts';
import { OTHER_AUTHORITY, OTHER_ISSUER, secondIssuerSteps, valuesOf } from './second-issuer.ts';

const DAY = 86_400;
const ZERO_32 = new Uint8Array(32);
const T = GENESIS_SECONDS;
/** Between blocks. */
const STEP_SECONDS = 4001;
/** When the eighth block is made and the issuer's window opens: what follows anchors. */
const OPENS = timeOf(7);
const window = { from: OPENS, until: FAR_FUTURE };

/** The blocks' times run from the genesis's on over three days. */
export async function writeHistory(engine: Engine, deployment: Deployment): Promise<void> {
  using governor = handOf('governor', engine.url, deployment);
  using authority = handOf('authority', engine.url, deployment);
  using issuer = handOf('issuer', engine.url, deployment);
  using account = handOf('account', engine.url, deployment);
  using stranger = handOf('stranger', engine.url, deployment);
  using otherAuthority = handOf('otherAuthority', engine.url, deployment);
  using otherAccount = handOf('otherAccount', engine.url, deployment);
  const hands = { governor, authority, account, otherAuthority, otherAccount };
  const consentOf = (role: Role): AccountConsent =>
    consentToServe(keyOf(role), { deployment, issuer: ISSUER, deadline: FAR_FUTURE });
  const status = new StatusAnchorClient({ ...account, deployment, issuer: ISSUER });
  const batch = (n: number, batchClass: 'short' | 'long') => () =>
    account.batches.anchor({ root: rootOf(n), log2Size: 5 + n, class: batchClass, expectedSequence: n });
  const version = (n: number) => () =>
    status.publish({ version: n, listsRoot: rootOf(100 + n), actsDigest: ZERO_32, nextUpdate: T + 30 * DAY });

  const steps: readonly (() => Promise<unknown>)[] = [
    () =>
      governor.trust.admitAuthority({
        name: 'HK-DH',
        jurisdiction: 'HK',
        admin: addressOf('authority'),
        checkpointKey: getBytes(id('checkpoint key')),
      }),
    () =>
      authority.trust.accredit({
        authority: AUTHORITY,
        did: ISSUER_DID,
        types: ['vaccination', 'test'],
        ...window,
        admin: addressOf('issuer'),
      }),
    () => issuer.trust.acceptAccreditation(ISSUER),
    () =>
      issuer.trust.addKey(ISSUER, {
        ...ISSUER_KEY,
        ...window,
      }),
    ...(['account', 'issuer'] as const).map(
      (role) => () => issuer.trust.addAccount(ISSUER, consentOf(role), window),
    ),
    ...(['stranger', 'authority'] as const).map(
      (role) => () => issuer.trust.addApprover(ISSUER, addressOf(role), window),
    ),
    batch(1, 'short'),
    batch(2, 'long'),
    version(1),
    batch(3, 'short'),
    () => account.sender.send(actsCall(deployment)),
    version(2),
    batch(4, 'short'),
    ...conversionSteps(deployment, hands),
    () => issuer.trust.narrowKey(ISSUER, ISSUER_KEY.thumbprint, T + 30 * DAY),
    () => issuer.trust.setKeyCompromisedFrom(ISSUER, ISSUER_KEY.thumbprint, T + 20 * DAY),
    () => issuer.trust.narrowAccount(ISSUER, addressOf('issuer'), T + 30 * DAY),
    () => issuer.trust.setAccountCompromisedFrom(ISSUER, addressOf('issuer'), T + 20 * DAY),
    () => issuer.trust.narrowApprover(ISSUER, addressOf('stranger'), T + 30 * DAY),
    () =>
      authority.trust.widenIssuer(ISSUER, {
        types: ['vaccination', 'test', 'pass'],
        effectiveFrom: T + 20 * DAY,
        until: FAR_FUTURE,
      }),
    () => issuer.trust.narrowIssuer(ISSUER, { types: ['test'], until: T + 40 * DAY }),
    () => issuer.trust.nominateIssuerAdmin(ISSUER, addressOf('stranger'), 0),
    () => stranger.trust.acceptIssuerAdmin(ISSUER),
    () => authority.trust.suspendIssuer(ISSUER),
    () => authority.trust.reinstateIssuer(ISSUER, T + 21 * DAY),
    () => governor.trust.suspendAuthority(AUTHORITY),
    () => governor.trust.reinstateAuthority(AUTHORITY, T + 21 * DAY),
    () => governor.trust.setAuthorityAdmin(AUTHORITY, addressOf('stranger')),
    () => governor.trust.setCheckpointSet([rootOf(201), rootOf(202)], 2),
    () =>
      governor.trust.recordPredecessor({
        chainId: 5n,
        genesis: `0x${'12'.repeat(32)}`,
        finalCheckpoint: `0x${'34'.repeat(32)}`,
      }),
    () =>
      governor.trust.recordReplacement({
        name: 'BatchAnchor',
        previous: `0x${'56'.repeat(20)}`,
        next: `0x${'78'.repeat(20)}`,
        fromBlock: 99,
      }),
  ];
  for (const [i, step] of steps.entries()) {
    await engine.setNextTime(timeOf(i));
    await step();
  }
  await engine.finalise();
}

/** A second issuer, a policy and a mapping from their first version to their end, and a conversion. */
function conversionSteps(
  deployment: Deployment,
  hands: Readonly<Record<'governor' | 'authority' | 'account' | 'otherAuthority' | 'otherAccount', Hand>>,
): readonly (() => Promise<unknown>)[] {
  const { governor, authority, account, otherAuthority, otherAccount } = hands;
  const policies = new PolicyRegistryClient({ ...authority, deployment });
  const source = new ConversionRegistryClient({ ...account, deployment, issuer: ISSUER });
  const target = new ConversionRegistryClient({ ...otherAccount, deployment, issuer: OTHER_ISSUER });
  const first = { version: 1, digest: rootOf(400), effectiveFrom: T + 30 * DAY };
  const policy = { authority: AUTHORITY, policy: policyIdOf('entry'), ...first };
  const mapping = { source: AUTHORITY, target: OTHER_AUTHORITY, ...first, deadline: FAR_FUTURE };
  return [
    ...secondIssuerSteps({ governor, otherAuthority }, deployment),
    () => policies.publish(policy),
    () => governor.sender.send(expeditePolicy(deployment, policy)),
    () => policies.withdraw(policy.authority, policy.policy, { version: 1, effectiveFrom: T + 31 * DAY }),
    () =>
      policies.publishMapping(mapping, {
        bySource: approveMapping(keyOf('authority'), deployment, mapping),
        byTarget: approveMapping(keyOf('otherAuthority'), deployment, mapping),
      }),
    () =>
      policies.withdrawMapping(mapping.source, mapping.target, { version: 1, effectiveFrom: T + 31 * DAY }),
    () => governor.sender.send(expediteMapping(deployment, mapping)),
    () => policies.withdrawMapping(mapping.source, mapping.target, { version: 1 }),
    () => source.spend({ partner: OTHER_ISSUER, sequence: 1, values: valuesOf('nullifier') }),
    () => target.acknowledge({ partner: ISSUER, sequence: 1, values: valuesOf('answer', 16) }),
  ];
}

/** The time of the block of step `i`, after those of the deployment. */
function timeOf(i: number): number {
  return T + (i + 1) * STEP_SECONDS;
}

/** A batch of acts with the approvals of two people. */
function actsCall(deployment: Deployment): { to: Hex; data: Hex } {
  const { address } = deployment.contracts.statusAnchor;
  const domain = {
    name: 'StatusAnchor',
    version: '1',
    chainId: deployment.chainId,
    verifyingContract: address,
  };
  const types = {
    ApproveActs: [
      { name: 'issuer', type: 'bytes32' },
      { name: 'root', type: 'bytes32' },
      { name: 'log2Size', type: 'uint8' },
      { name: 'sequence', type: 'uint64' },
      { name: 'deadline', type: 'uint64' },
    ],
  };
  const acts = { issuer: ISSUER, root: rootOf(300), log2Size: 6, sequence: 1, deadline: FAR_FUTURE };
  const digest = TypedDataEncoder.hash(domain, types, acts);
  const approvals = (['stranger', 'authority'] as const).map((role: Role) => ({
    approver: addressOf(role),
    signature: new SigningKey(keyOf(role)).sign(digest).serialized,
  }));
  const values = [acts.root, acts.log2Size, acts.deadline, ...approvals];
  return { to: address, data: statusAnchorAbi.encodeFunctionData('anchorActs', values) as Hex }; // ethers gives hex
}
