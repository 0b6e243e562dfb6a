/** Headers, seals and roots, recomputed from what JSON-RPC gives by code that is not the node's. */
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { cliqueSigner, createBlockHeaderFromRPC, type JSONRPCBlock } from '@ethereumjs/block';
import { Common, ConsensusAlgorithm, ConsensusType, Hardfork, Mainnet } from '@ethereumjs/common';
import { createMPT } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { Bloom, encodeReceipt } from '@ethereumjs/vm';
import { bytesToHex, hexToBytes } from '@ethereumjs/util';
import { encodeBytes32String, type Contract } from 'ethers';
import {
  account,
  CHAIN_ID,
  deployNotebook,
  FREE,
  GENESIS_SECONDS,
  SEALER_ADDRESS,
  TestNode,
} from './support/test-node.ts';

type Hex = `0x${string}`;

interface JsonBlock {
  readonly hash: Hex;
  readonly number: Hex;
  readonly timestamp: Hex;
  readonly parentHash: Hex;
  readonly extraData: Hex;
  readonly logsBloom: Hex;
  readonly receiptsRoot: Hex;
  readonly transactionsRoot: Hex;
  readonly transactions: readonly Hex[];
}

interface JsonReceipt {
  readonly type: Hex;
  readonly status: Hex;
  readonly cumulativeGasUsed: Hex;
  readonly gasUsed: Hex;
  readonly logsBloom: Hex;
  readonly transactionHash: Hex;
  readonly logs: readonly {
    readonly address: Hex;
    readonly topics: readonly Hex[];
    readonly data: Hex;
    readonly logIndex: Hex;
  }[];
}

/** EthereumJS' own Clique, as the oracle for ours. */
const clique = new Common({
  chain: {
    ...Mainnet,
    chainId: CHAIN_ID,
    hardforks: Mainnet.hardforks.map(({ name }) => ({ name, block: 0 })).slice(0, 13),
    consensus: {
      type: ConsensusType.ProofOfAuthority,
      algorithm: ConsensusAlgorithm.Clique,
      clique: { period: 0, epoch: 30_000 },
    },
  },
  hardfork: Hardfork.London,
});

describe('node: sealed history', () => {
  let test: TestNode;
  let notebook: Contract;
  let blocks: JsonBlock[];

  before(async () => {
    test = await TestNode.start();
    notebook = await deployNotebook(test);
    await fillBlocks();
    const head = Number(await test.result('eth_blockNumber'));
    blocks = [];
    for (let number = 0; number <= head; number++) {
      blocks.push(
        (await test.result('eth_getBlockByNumber', [`0x${number.toString(16)}`, false])) as JsonBlock,
      );
    }
  });
  after(() => test[Symbol.asyncDispose]());

  /** Blocks with one, several and no transactions, of all types, with and without logs. */
  async function fillBlocks(): Promise<void> {
    const to = await notebook.getAddress();
    for (let round = 0; round < 4; round++) {
      const calls = await Promise.all(
        [1, 2, 3].map(async (sender) => {
          const method = sender === 3 ? 'tear' : 'noteAll';
          const args =
            sender === 3 ? [9_999] : [sender * 1_000 + round * 10, sender, encodeBytes32String('text')];
          const data = notebook.interface.encodeFunctionData(method, args);
          const fees = sender === 1 ? { chainId: CHAIN_ID, type: round % 2, gasPrice: 0 } : FREE;
          const raw = await account(sender).signTransaction({
            ...fees,
            to,
            data,
            nonce: round,
            gasLimit: 200_000,
          });
          return { jsonrpc: '2.0', id: sender, method: 'eth_sendRawTransaction', params: [raw] };
        }),
      );
      await test.post(JSON.stringify(calls));
      await test.node.sealBlock();
    }
  }

  function receiptsOf(block: JsonBlock): Promise<JsonReceipt[]> {
    return test.result('eth_getBlockReceipts', [block.number]) as Promise<JsonReceipt[]>;
  }

  it('has blocks with several transactions, and empty ones', () => {
    expect(blocks.map(({ transactions }) => transactions.length)).to.include.members([0, 3]);
  });

  it('gives headers whose hash any Ethereum library recomputes', () => {
    for (const block of blocks) {
      const header = createBlockHeaderFromRPC(block as unknown as JSONRPCBlock, { common: clique });
      expect(bytesToHex(header.hash())).to.equal(block.hash);
    }
  });

  it('gives every block but genesis a seal of the sealer', () => {
    for (const block of blocks.slice(1)) {
      const header = createBlockHeaderFromRPC(block as unknown as JSONRPCBlock, { common: clique });
      expect(cliqueSigner(header).toString()).to.equal(SEALER_ADDRESS);
    }
  });

  it('names the sealer and the chain in the genesis header', () => {
    const { extraData } = blocks[0]!; // The chain has at least its genesis.
    expect(BigInt(extraData.slice(0, 66))).to.equal(BigInt(CHAIN_ID));
    expect(extraData.slice(66, 106)).to.equal(SEALER_ADDRESS.slice(2));
  });

  it('links every block to the one before it, no earlier in time', () => {
    for (const [index, block] of blocks.slice(1).entries()) {
      const parent = blocks[index]!; // `index` counts from the block before.
      expect(block.parentHash).to.equal(parent.hash);
      expect(Number(block.timestamp)).to.be.at.least(Number(parent.timestamp));
    }
    expect(Number(blocks[0]?.timestamp)).to.equal(GENESIS_SECONDS);
  });

  it('has receipts whose root and bloom are those of the header', async () => {
    for (const block of blocks) {
      const receipts = await receiptsOf(block);
      const trie = await createMPT({});
      const bloom = new Bloom();
      for (const [index, receipt] of receipts.entries()) {
        const bitvector = hexToBytes(receipt.logsBloom);
        bloom.or(new Bloom(bitvector));
        const encoded = encodeReceipt(
          {
            status: Number(receipt.status) === 1 ? 1 : 0,
            cumulativeBlockGasUsed: BigInt(receipt.cumulativeGasUsed),
            bitvector,
            logs: receipt.logs.map((log) => [
              hexToBytes(log.address),
              log.topics.map((topic) => hexToBytes(topic)),
              hexToBytes(log.data),
            ]),
          },
          // The blocks above have legacy, access list and fee market transactions.
          Number(receipt.type) as 0 | 1 | 2,
        );
        await trie.put(RLP.encode(index), encoded);
      }
      expect(bytesToHex(trie.root())).to.equal(block.receiptsRoot);
      expect(bytesToHex(bloom.bitvector)).to.equal(block.logsBloom);
    }
  });

  it('sets in each receipt the bloom bits of its logs', async () => {
    for (const receipt of (await Promise.all(blocks.map(receiptsOf))).flat()) {
      const bloom = new Bloom();
      for (const log of receipt.logs)
        for (const item of [log.address, ...log.topics]) bloom.add(hexToBytes(item));
      expect(bytesToHex(bloom.bitvector)).to.equal(receipt.logsBloom);
    }
  });

  it('counts gas and logs through a block', async () => {
    for (const block of blocks) {
      let gas = 0n;
      let logIndex = 0;
      for (const [index, receipt] of (await receiptsOf(block)).entries()) {
        gas += BigInt(receipt.gasUsed);
        expect(BigInt(receipt.cumulativeGasUsed)).to.equal(gas);
        expect(receipt.transactionHash).to.equal(block.transactions[index]);
        for (const log of receipt.logs) expect(Number(log.logIndex)).to.equal(logIndex++);
      }
    }
  });

  it('answers single receipts and transactions as it answers whole blocks', async () => {
    for (const block of blocks) {
      for (const [index, receipt] of (await receiptsOf(block)).entries()) {
        expect(await test.result('eth_getTransactionReceipt', [receipt.transactionHash])).to.deep.equal(
          receipt,
        );
        const byHash = await test.result('eth_getTransactionByHash', [receipt.transactionHash]);
        const position = `0x${index.toString(16)}`;
        expect(
          await test.result('eth_getTransactionByBlockHashAndIndex', [block.hash, position]),
        ).to.deep.equal(byHash);
        expect(
          await test.result('eth_getTransactionByBlockNumberAndIndex', [block.number, position]),
        ).to.deep.equal(byHash);
      }
    }
  });
});
