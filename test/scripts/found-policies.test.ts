import { hexlify } from 'ethers';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toHex } from '../../core/bytes/hex.ts';
import { defaultPolicies } from '../../core/policy/default-policies.ts';
import { policyDigest } from '../../core/policy/digest.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { policyIdOf } from '../../ledger/policy-id.ts';
import { PolicyRegistryClient } from '../../ledger/policy-registry.ts';
import { Replica } from '../../ledger/replica.ts';
import { DEMO_MEMBERS } from '../../scripts/demo/members.ts';
import { foundPolicies, policiesToday, type DemoPolicy } from '../../scripts/demo/found-policies.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import {
  admitIssuer,
  AUTHORITY,
  deployTo,
  GENESIS_SECONDS,
  handOf,
  keyOf,
  startTestNode,
} from '../ledger/support/test-ledger.ts';

describe('founding the policies of the demonstration', () => {
  const namesOf = (name: string): Pick<DemoPolicy, 'id' | 'digest'> => {
    const policy = defaultPolicies().find(name);
    if (policy === undefined) throw new Error(`${name} comes with the program`);
    return { id: policyIdOf(policy.id), digest: toHex(policyDigest(nodeCrypto, policy)) };
  };

  it('takes those that are in force by their own dates, each for the authority of its jurisdiction', () => {
    expect(policiesToday(DEMO_MEMBERS, Date.UTC(2026, 0, 1) / 1000)).to.have.deep.members([
      { authority: 'HK-DH', ...namesOf('hk.declaration@1') },
      { authority: 'CN-GD', ...namesOf('cn.north@2') },
      { authority: 'MO-SSM', ...namesOf('mo.arrival@2') },
    ]);
  });

  it('publishes each, none twice, none that was withdrawn, and other rules as the next version', async () => {
    await using node = await startTestNode();
    const deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    const authorities = [{ name: 'HK-DH', keys: { authorityAdmin: hexlify(keyOf('authority')) } }];
    const of = (name: string): DemoPolicy => ({ authority: 'HK-DH', ...namesOf(name) });
    const now = (): number => GENESIS_SECONDS;
    const found = (...names: readonly string[]): Promise<void> =>
      foundPolicies(node.url, deployment, { authorities, policies: names.map(of) }, now);
    await found('hk.vp@4', 'hk.return2hk@1');
    {
      using authority = handOf('authority', node.url, deployment);
      const client = new PolicyRegistryClient({ ...authority, deployment });
      await client.withdraw(AUTHORITY, of('hk.return2hk@1').id, { version: 1 });
    }
    await found('hk.vp@4', 'hk.return2hk@1', 'hk.colour@1');
    await found('hk.vp@5', 'hk.return2hk@1', 'hk.colour@1');

    const state = new LedgerState();
    await using replica = await Replica.open({ rpcUrls: [node.url], deployment }, { state });
    await replica.sync();
    const published = ['hk.vp', 'hk.return2hk', 'hk.colour'].map((id) =>
      state.policies.policyVersions(AUTHORITY, policyIdOf(id)).map(({ digest }) => digest),
    );
    expect(published).to.deep.equal([
      [of('hk.vp@4').digest, of('hk.vp@5').digest],
      [of('hk.return2hk@1').digest, undefined],
      [of('hk.colour@1').digest],
    ]);
  });
});
