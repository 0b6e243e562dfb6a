import { getBytes } from 'ethers';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createChainRules } from '../../node/chain-rules.ts';
import { genesisHeader } from '../../node/header.ts';
import type { Receipt } from '../../node/receipt.ts';
import { receiptToJson } from '../../node/rpc/json.ts';
import { account, CHAIN_ID, FREE } from './support/test-node.ts';

const WORD = new Uint8Array(32);
const BLOOM = new Uint8Array(256);
const LOG = { address: new Uint8Array(20), topics: [], data: WORD };

describe('node: a receipt as JSON', () => {
  it('is made without a look at the other transactions of its block, and numbered after their logs', async () => {
    const rules = await createChainRules(CHAIN_ID, new Uint8Array(32).fill(1));
    const header = genesisHeader(
      {
        parentHash: WORD,
        number: 7n,
        timestamp: 9n,
        gasLimit: 60_000_000n,
        gasUsed: 90_000n,
        stateRoot: WORD,
        transactionsRoot: WORD,
        receiptsRoot: WORD,
        logsBloom: BLOOM,
      },
      rules,
    );
    const own = await account(1).signTransaction({
      ...FREE,
      to: account(2).address,
      nonce: 0,
      gasLimit: 21_000,
    });
    const unreadable = Uint8Array.of(0x02);
    const transactions = [unreadable, getBytes(own), unreadable];
    const receipts = [30_000n, 50_000n, 90_000n].map((cumulativeGasUsed): Receipt => {
      return { type: 2, succeeded: true, cumulativeGasUsed, logsBloom: BLOOM, logs: [LOG, LOG] };
    });
    const receipt = receiptToJson({ block: { header, transactions }, index: 1 }, receipts, rules);
    expect(receipt).to.include({ transactionIndex: '0x1', blockNumber: '0x7', gasUsed: '0x4e20' });
    const logs = receipt['logs'] as readonly Record<string, unknown>[]; // receiptToJson makes them
    expect(logs.map(({ logIndex }) => logIndex)).to.deep.equal(['0x2', '0x3']);
    expect(new Set(logs.map(({ blockTimestamp }) => blockTimestamp))).to.deep.equal(new Set(['0x9']));
  });
});
