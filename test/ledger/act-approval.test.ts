import { expect } from 'chai';
import { describe, it } from 'mocha';
import { getBytes, verifyTypedData } from 'ethers';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { approveActs, approverOf, type ActBatchToApprove } from '../../ledger/act-approval.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { StatusAnchorClient } from '../../ledger/status-anchor.ts';
import {
  addressOf,
  admitIssuer,
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
} from './support/test-ledger.ts';

const PEOPLE = ['governor', 'stranger'] as const;

describe('approvals of acts, on the ledger', () => {
  it('are what another implementation of EIP-712 reads', async () => {
    await using node = await startTestNode();
    const deployment = await deployTo(node.url);
    const batch = batchOf(1);
    const { approver, signature } = approveActs(keyOf('governor'), { deployment, issuer: ISSUER }, batch);
    const domain = {
      name: 'StatusAnchor',
      version: '1',
      chainId: deployment.chainId,
      verifyingContract: deployment.contracts.statusAnchor.address,
    };
    const types = {
      ApproveActs: [
        ['bytes32', 'issuer'],
        ['bytes32', 'root'],
        ['uint8', 'log2Size'],
        ['uint64', 'sequence'],
        ['uint64', 'deadline'],
      ].map(([type = '', name = '']) => ({ type, name })),
    };
    const value = { ...batch, issuer: ISSUER };
    expect(verifyTypedData(domain, types, value, signature).toLowerCase()).to.equal(approver);
    expect(approver).to.equal(addressOf('governor'));
    expect(approverOf({ deployment, issuer: ISSUER }, batch, signature)).to.equal(approver);
  });

  it('anchor a batch once, in its turn, and count for nothing else', async () => {
    await using node = await startTestNode();
    const deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    using admin = handOf('issuer', node.url, deployment);
    for (const role of PEOPLE) {
      await admin.trust.addApprover(ISSUER, addressOf(role), { from: 0, until: FAR_FUTURE });
    }
    using hand = handOf('account', node.url, deployment);
    const statuses = clientOf(hand, deployment);
    const put = (batch: ActBatchToApprove, [first, second]: readonly [Role, Role] = PEOPLE) =>
      statuses.anchorActs(batch, [sign(first, batch, deployment), sign(second, batch, deployment)]);

    expect(await statuses.isApprover(ISSUER, addressOf('governor'))).to.equal(true);
    expect(await statuses.isApprover(ISSUER, addressOf('account'))).to.equal(false);
    expect(await statuses.actSequence(ISSUER)).to.equal(0);
    expect(await put(batchOf(1))).to.equal('anchored');
    expect(await put(batchOf(1))).to.equal('anchored');
    expect(await statuses.actSequence(ISSUER)).to.equal(1);

    const refused: Readonly<Record<string, () => Promise<string>>> = {
      'a number that is taken': () => put({ ...batchOf(2), sequence: 1 }),
      'a number before its turn': () => put({ ...batchOf(2), sequence: 3 }),
      'a deadline that has passed': () => put({ ...batchOf(2), deadline: GENESIS_SECONDS - 1 }),
      'one person twice': () => put(batchOf(2), ['governor', 'governor']),
      'somebody else': () => put(batchOf(2), ['governor', 'authority']),
      'the account that sends': () => put(batchOf(2), ['governor', 'account']),
      'approvals of another batch': () =>
        statuses.anchorActs(batchOf(2), [
          sign('governor', batchOf(3), deployment),
          sign('stranger', batchOf(2), deployment),
        ]),
    };
    for (const [what, attempt] of Object.entries(refused)) {
      expect(await attempt(), what).to.equal('refused');
      expect(await statuses.actSequence(ISSUER), what).to.equal(1);
    }
    expect(await put(batchOf(2), ['stranger', 'governor'])).to.equal('anchored');

    await admin.trust.narrowApprover(ISSUER, addressOf('stranger'), GENESIS_SECONDS);
    expect(await put(batchOf(3))).to.equal('refused');
    await admin.trust.suspendIssuer(ISSUER);
    let revert: unknown;
    await put(batchOf(3)).catch((error: unknown) => (revert = error));
    expect(revert, 'what may be tried again is thrown').to.deep.include({ code: 'LEDGER_REVERTED' });
  });

  it('have one form: other encodings of a signature are nobody’s', async () => {
    await using node = await startTestNode();
    const deployment = await deployTo(node.url);
    const { signature } = sign('governor', batchOf(1), deployment);
    const place = { deployment, issuer: ISSUER };
    const bytes = getBytes(signature);
    const others: readonly Hex[] = [
      '0x',
      `0x${'00'.repeat(65)}`,
      toHex(bytes.subarray(0, 64)),
      toHex(Uint8Array.of(...bytes.subarray(0, 64), (bytes[64] ?? 0) - 27)),
      toHex(Uint8Array.of(...bytes, 0)),
    ];
    for (const other of others) expect(approverOf(place, batchOf(1), other), other).to.equal(undefined);
  });
});

function batchOf(sequence: number): ActBatchToApprove {
  return { root: rootOf(sequence), log2Size: 6, sequence, deadline: FAR_FUTURE };
}

function sign(role: Role, batch: ActBatchToApprove, deployment: Deployment) {
  return approveActs(keyOf(role), { deployment, issuer: ISSUER }, batch);
}

function clientOf({ rpc, sender }: Hand, deployment: Deployment): StatusAnchorClient {
  return new StatusAnchorClient({ rpc, deployment, sender, issuer: ISSUER });
}
