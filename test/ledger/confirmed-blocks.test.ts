/** How blocks are asked for: in batches that stay small whatever somebody has filled the blocks with. */
import { expect } from 'chai';
import { hexlify, Transaction, Wallet } from 'ethers';
import { describe, it } from 'mocha';
import { batchAnchorAbi } from '../../ledger/abi.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { Replica } from '../../ledger/replica.ts';
import { startFaultProxy } from './support/fault-proxy.ts';
import {
  addressOf,
  admitIssuer,
  CHAIN_ID,
  deployTo,
  keyOf,
  rootOf,
  startTestNode,
  type Role,
  type TestNode,
} from './support/test-ledger.ts';

describe('confirmed blocks', () => {
  it('are asked for by their gas, so that nobody can make an answer too large', async () => {
    await using node = await startTestNode();
    const deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    const first = Number(await node.node.request('eth_blockNumber')) + 1;
    const burnt = [1, 1, 4_000_000, 4_000_000, 12_000_000, 1];
    for (const [i, gas] of burnt.entries()) await anchorBeside(node, deployment, { sequence: i + 1, gas });

    const asked: number[][] = [];
    await using proxy = await startFaultProxy(node.url, (exchange) => {
      const blocks = exchange.requests.filter(({ method }) => method === 'eth_getBlockReceipts');
      const numbers = blocks.map(({ params }) => Number(params[0]) - first);
      if (numbers.some((number) => number >= 0)) asked.push(numbers.filter((number) => number >= 0));
      return exchange.forward();
    });
    await using replica = await Replica.open(
      { rpcUrls: [proxy.url], deployment },
      { state: new LedgerState() },
    );
    await replica.sync();
    expect(replica.state.roots.size).to.equal(burnt.length);
    expect(asked).to.deep.equal([[0, 1, 2], [3], [4], [5]]);
  });
});

/** Anchors a root in a block in which somebody else burns gas. */
async function anchorBeside(
  node: TestNode,
  { contracts }: Deployment,
  { sequence, gas }: { readonly sequence: number; readonly gas: number },
): Promise<void> {
  const data = batchAnchorAbi.encodeFunctionData('anchor', [hexlify(rootOf(sequence)), 6, 0, sequence]);
  const transactions = await Promise.all([
    // The instruction that is none takes all the gas there is.
    signed(node, 'stranger', gas === 1 ? { to: addressOf('stranger'), gas: 21_000 } : { data: '0xfe', gas }),
    signed(node, 'account', { to: contracts.batchAnchor.address, data, gas: 1_000_000 }),
  ]);
  const calls = transactions.map((raw, id) => ({
    jsonrpc: '2.0',
    id,
    method: 'eth_sendRawTransaction',
    params: [raw],
  }));
  const before = Number(await node.node.request('eth_blockNumber'));
  await node.node.answer(JSON.stringify(calls));
  expect(Number(await node.node.request('eth_blockNumber'))).to.equal(before + 1);
}

async function signed(
  node: TestNode,
  role: Role,
  { to, data = '0x', gas }: { readonly to?: string; readonly data?: string; readonly gas: number },
): Promise<string> {
  const nonce = Number(await node.node.request('eth_getTransactionCount', [addressOf(role), 'latest']));
  const fields = {
    type: 2,
    chainId: CHAIN_ID,
    nonce,
    gasLimit: gas,
    maxFeePerGas: 0,
    maxPriorityFeePerGas: 0,
  };
  const transaction = Transaction.from({ ...fields, data, ...(to === undefined ? {} : { to }) });
  return new Wallet(hexlify(keyOf(role))).signTransaction(transaction);
}
