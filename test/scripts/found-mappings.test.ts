import { hexlify } from 'ethers';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toHex } from '../../core/bytes/hex.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { Replica } from '../../ledger/replica.ts';
import { foundMappings } from '../../scripts/demo/found-mappings.ts';
import { OTHER_AUTHORITY, secondIssuerSteps } from '../ledger/support/second-issuer.ts';
import {
  admitIssuer,
  AUTHORITY,
  deployTo,
  GENESIS_SECONDS,
  handOf,
  keyOf,
  rootOf,
  startTestNode,
} from '../ledger/support/test-ledger.ts';

describe('founding the mappings of the demonstration', () => {
  it('publishes each with the signatures of both authorities, and none twice', async () => {
    await using node = await startTestNode();
    const deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    using governor = handOf('governor', node.url, deployment);
    using otherAuthority = handOf('otherAuthority', node.url, deployment);
    for (const step of secondIssuerSteps({ governor, otherAuthority }, deployment)) await step();
    const authorities = [
      { name: 'HK-DH', keys: { authorityAdmin: hexlify(keyOf('authority')) } },
      { name: 'MO-SSM', keys: { authorityAdmin: hexlify(keyOf('otherAuthority')) } },
    ];
    const there = { source: 'HK-DH', target: 'MO-SSM', digest: rootOf(1) };
    const back = { source: 'MO-SSM', target: 'HK-DH', digest: rootOf(2) };
    const now = (): number => GENESIS_SECONDS;
    await foundMappings(node.url, deployment, { authorities, mappings: [there] }, now);
    await foundMappings(node.url, deployment, { authorities, mappings: [there, back] }, now);

    const state = new LedgerState();
    await using replica = await Replica.open({ rpcUrls: [node.url], deployment }, { state });
    await replica.sync();
    const soon = GENESIS_SECONDS + 60;
    expect(state.policies.history).to.have.lengthOf(2);
    expect(state.policies.mappingAt(AUTHORITY, OTHER_AUTHORITY, soon)).to.include({
      version: 1,
      digest: toHex(there.digest),
    });
    expect(state.policies.mappingAt(OTHER_AUTHORITY, AUTHORITY, soon)?.digest).to.equal(toHex(back.digest));
  });
});
