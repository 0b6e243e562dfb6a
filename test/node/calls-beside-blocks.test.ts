/** What a call or an estimate writes on its way is no part of any block, whenever it runs. */
import { createAddressFromPrivateKey, KECCAK256_RLP } from '@ethereumjs/util';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createChainRules } from '../../node/chain-rules.ts';
import { Simulator } from '../../node/simulator.ts';
import { StateNodes } from '../../node/state-nodes.ts';
import { CHAIN_ID } from './support/test-node.ts';

const KEY = new Uint8Array(32).fill(1);
/** SSTORE 1 at 0; the code that is made is empty. */
const STORES = Uint8Array.from([0x60, 1, 0x60, 0, 0x55, 0x60, 0, 0x60, 0, 0xf3]);

describe('node: calls beside blocks', () => {
  it('leave nothing for the next block to write', async () => {
    const rules = await createChainRules(CHAIN_ID, KEY);
    const nodes = new StateNodes(() => undefined, rules.crypto);
    const simulator = await Simulator.create(rules, nodes, () => undefined);
    const message = { from: createAddressFromPrivateKey(KEY), to: undefined, data: STORES };
    const outcome = await simulator.run(
      { ...message, value: 0n, gasPrice: 0n, gas: 1_000_000n, accessList: [] },
      { stateRoot: KECCAK256_RLP, number: 1n, timestamp: 1n },
    );
    expect(outcome.kind).to.equal('returned');
    expect(nodes.heldBack()).to.deep.equal([]);
  });

  it('are not taken for written when a commit ends', async () => {
    const { crypto } = await createChainRules(CHAIN_ID, KEY);
    const nodes = new StateNodes(() => undefined, crypto);
    await nodes.put('aa', Uint8Array.of(1));
    const writes = nodes.heldBack();
    await nodes.put('bb', Uint8Array.of(2));
    nodes.markCommitted(writes);
    expect(nodes.heldBack()).to.deep.equal([{ key: 'bb', value: Uint8Array.of(2) }]);
  });
});
