import { hexlify } from 'ethers';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toHex } from '../../core/bytes/hex.ts';
import { defaultPolicies } from '../../core/policy/default-policies.ts';
import { policyDigest } from '../../core/policy/digest.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { policyIdOf } from '../../ledger/policy-id.ts';
import { Replica } from '../../ledger/replica.ts';
import { DEMO_MEMBERS } from '../../scripts/demo/members.ts';
import { foundPolicies, policiesToday, type DemoPolicy } from '../../scripts/demo/found-policies.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import {
  admitIssuer,
  AUTHORITY,
  deployTo,
  GENESIS_SECONDS,
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

  it('publishes each, and none twice', async () => {
    await using node = await startTestNode();
    const deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    const authorities = [{ name: 'HK-DH', keys: { authorityAdmin: hexlify(keyOf('authority')) } }];
    const of = (name: string): DemoPolicy => ({ authority: 'HK-DH', ...namesOf(name) });
    const now = (): number => GENESIS_SECONDS;
    await foundPolicies(node.url, deployment, { authorities, policies: [of('hk.vp@5')] }, now);
    const more = { authorities, policies: [of('hk.vp@4'), of('hk.colour@1'), of('hk.declaration@1')] };
    await foundPolicies(node.url, deployment, more, now);

    const state = new LedgerState();
    await using replica = await Replica.open({ rpcUrls: [node.url], deployment }, { state });
    await replica.sync();
    const inForce = ['hk.vp', 'hk.colour', 'hk.declaration'].map(
      (id) => state.policies.policyAt(AUTHORITY, policyIdOf(id), GENESIS_SECONDS + 60)?.digest,
    );
    expect(inForce).to.deep.equal([
      of('hk.vp@5').digest,
      of('hk.colour@1').digest,
      of('hk.declaration@1').digest,
    ]);
    expect(state.policies.history).to.have.lengthOf(3);
  });
});
