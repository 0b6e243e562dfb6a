/** The whole of `docs/recovery.md`, "a stolen ledger account", against the contracts on the embedded ledger. */
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toHex } from '../../core/bytes/hex.ts';
import { connectLedger } from '../../issuer/ledger-ports.ts';
import type { Issuer } from '../../issuer/issuer.ts';
import { StatusAnchorClient } from '../../ledger/status-anchor.ts';
import {
  addressOf,
  addAccount,
  admitIssuer,
  deployTo,
  GENESIS_SECONDS,
  handOf,
  ISSUER,
  ISSUER_DID,
  keyOf,
  rootOf,
  startTestNode,
  type Role,
} from '../ledger/support/test-ledger.ts';
import { issueAll, IssuerHouse, vaccination } from './support/issuer-house.ts';
import { expectRejects } from './support/rejects-code.ts';

describe('stolen ledger account, on the ledger', () => {
  it('is marked and replaced, and the issuer goes on', async () => {
    await using node = await startTestNode();
    const deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    await using house = await IssuerHouse.create();
    house.nowMs = GENESIS_SECONDS * 1000;
    const openWith = async (role: Role): Promise<Issuer> =>
      await house.open({
        config: { did: ISSUER_DID },
        ports: connectLedger({
          rpcUrl: node.url,
          deployment,
          did: ISSUER_DID,
          accountKey: toHex(keyOf(role)),
        }),
      });

    const first = await openWith('account');
    const rows = await issueAll(first, [vaccination(1)]);
    await first.settle();
    using thief = handOf('account', node.url, deployment);
    const stolen = await thief.batches.anchor({
      root: rootOf(1),
      log2Size: 6,
      class: 'long',
      expectedSequence: 3,
    });
    const statuses = new StatusAnchorClient({ ...thief, deployment, issuer: ISSUER });
    const digests = { listsRoot: rootOf(2), actsDigest: rootOf(3) };
    await statuses.publish({ version: 2, ...digests, nextUpdate: GENESIS_SECONDS + 86_400 });
    rows.push(...(await issueAll(first, [vaccination(2)])));
    await expectRejects(() => first.settle(), 'ISSUER_STORE_BEHIND');
    await first.close();

    using admin = handOf('issuer', node.url, deployment);
    await admin.trust.setAccountCompromisedFrom(ISSUER, addressOf('account'), stolen.timeSeconds);
    await addAccount(admin, 'stranger', deployment);
    await using second = await openWith('stranger');
    await second.settle();
    for (const { credentials } of rows) {
      for (const { handle } of credentials) expect(await second.code(handle)).to.match(/^HCL1:/);
    }
    const anchored = await thief.batches.anchoredAfter(ISSUER, 0);
    expect(anchored.map(({ account }) => account)).to.deep.equal(
      ['account', 'account', 'account', 'stranger', 'stranger'].map((role) => addressOf(role as Role)),
    );
    const { version, listsRoot } = await second.statusManifest();
    expect(await statuses.current(ISSUER)).to.deep.include({ version, listsRoot });
    expect(version).to.equal(3);
  });
});
