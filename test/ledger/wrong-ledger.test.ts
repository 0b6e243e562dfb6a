/** Whatever an account may write, it writes to the ledger of its deployment file and to no other. */
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { approveActs, type ActApproval, type ActBatchToApprove } from '../../ledger/act-approval.ts';
import { BatchAnchorClient } from '../../ledger/batch-anchor.ts';
import { ConversionRegistryClient } from '../../ledger/conversion-registry.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import type { LedgerErrorCode } from '../../ledger/errors.ts';
import { policyIdOf } from '../../ledger/policy-id.ts';
import { PolicyRegistryClient } from '../../ledger/policy-registry.ts';
import { StatusAnchorClient } from '../../ledger/status-anchor.ts';
import { failure } from './support/failure.ts';
import { OTHER_ISSUER, secondIssuerSteps, valuesOf } from './support/second-issuer.ts';
import {
  addressOf,
  admitIssuer,
  AUTHORITY,
  deployTo,
  FAR_FUTURE,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  keyOf,
  rootOf,
  startTestNode,
  type Hand,
  type Role,
  type TestNode,
} from './support/test-ledger.ts';

const ROLES = ['governor', 'authority', 'issuer', 'account', 'otherAuthority', 'otherAccount'] as const;
const ACTS: ActBatchToApprove = { root: rootOf(1), log2Size: 6, sequence: 1, deadline: FAR_FUTURE };

describe('a write to the ledger', () => {
  let node: TestNode;
  let deployment: Deployment;
  let hands: Readonly<Record<(typeof ROLES)[number], Hand>>;

  before(async () => {
    node = await startTestNode();
    deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    const hand = (role: Role): Hand => handOf(role, node.url, deployment);
    hands = {
      governor: hand('governor'),
      authority: hand('authority'),
      issuer: hand('issuer'),
      account: hand('account'),
      otherAuthority: hand('otherAuthority'),
      otherAccount: hand('otherAccount'),
    };
    for (const step of secondIssuerSteps(hands, deployment)) await step();
    for (const role of ['governor', 'stranger'] as const) {
      await hands.issuer.trust.addApprover(ISSUER, addressOf(role), { from: 0, until: FAR_FUTURE });
    }
    await conversionsOf(deployment).spend({
      partner: OTHER_ISSUER,
      sequence: 1,
      values: valuesOf('spent before'),
    });
  });

  after(async () => {
    for (const hand of Object.values(hands)) hand[Symbol.dispose]();
    await node[Symbol.asyncDispose]();
  });

  /** Deployment files that are not the node's, and what is said of them. */
  const others = (): readonly (readonly [LedgerErrorCode, Deployment])[] => {
    const { contracts } = deployment;
    const changed = { ...contracts.batchAnchor, codeHash: `0x${'2'.repeat(64)}` } as const;
    return [
      ['LEDGER_WRONG_CHAIN', { ...deployment, chainId: deployment.chainId + 1 }],
      ['LEDGER_WRONG_GENESIS', { ...deployment, genesisHash: `0x${'1'.repeat(64)}` }],
      ['LEDGER_CODE_CHANGED', { ...deployment, contracts: { ...contracts, batchAnchor: changed } }],
    ];
  };
  const approvals = (): readonly [ActApproval, ActApproval] => [
    approveActs(keyOf('governor'), { deployment, issuer: ISSUER }, ACTS),
    approveActs(keyOf('stranger'), { deployment, issuer: ISSUER }, ACTS),
  ];
  const statusesOf = (of: Deployment): StatusAnchorClient =>
    new StatusAnchorClient({ ...hands.account, deployment: of, issuer: ISSUER });
  const conversionsOf = (of: Deployment): ConversionRegistryClient =>
    new ConversionRegistryClient({ ...hands.account, deployment: of, issuer: ISSUER });

  interface Write {
    readonly by: (typeof ROLES)[number];
    /** Keys and approvals are good for the node's ledger: nothing but the check is in the way. */
    readonly write: (of: Deployment) => Promise<unknown>;
  }
  const writes: Readonly<Record<string, Write>> = {
    'of a batch': {
      by: 'account',
      write: (of) =>
        new BatchAnchorClient({ ...hands.account, deployment: of, issuer: ISSUER }).anchor({
          root: rootOf(1),
          log2Size: 6,
          class: 'short',
          expectedSequence: 1,
        }),
    },
    'of a status version': {
      by: 'account',
      write: (of) =>
        statusesOf(of).publish({
          version: 1,
          listsRoot: rootOf(1),
          actsDigest: rootOf(2),
          nextUpdate: GENESIS_SECONDS + 86_400,
        }),
    },
    'of a batch of acts': { by: 'account', write: (of) => statusesOf(of).anchorActs(ACTS, approvals()) },
    'of nullifiers': {
      by: 'account',
      write: (of) =>
        conversionsOf(of).spend({ partner: OTHER_ISSUER, sequence: 2, values: valuesOf('spent') }),
    },
    'of acknowledgements': {
      by: 'otherAccount',
      write: (of) =>
        new ConversionRegistryClient({
          ...hands.otherAccount,
          deployment: of,
          issuer: OTHER_ISSUER,
        }).acknowledge({ partner: ISSUER, sequence: 1, values: valuesOf('answered') }),
    },
    'of a policy': {
      by: 'authority',
      write: (of) =>
        new PolicyRegistryClient({ ...hands.authority, deployment: of }).publish({
          authority: AUTHORITY,
          policy: policyIdOf('entry'),
          version: 1,
          digest: rootOf(1),
          effectiveFrom: FAR_FUTURE,
        }),
    },
  };
  for (const [what, { by, write }] of Object.entries(writes)) {
    it(`${what} goes to the chain and the contracts of the deployment alone`, async () => {
      const { rpc, sender } = hands[by];
      const sent = async (): Promise<number> =>
        Number(await rpc.request('eth_getTransactionCount', [sender.address, 'latest']));
      const before = await sent();
      for (const [code, other] of others()) {
        await failure(write(other), code);
        expect(await sent(), code).to.equal(before);
      }
      await write(deployment);
      expect(await sent()).to.equal(before + 1);
    });
  }
});
