/** `eth_getLogs` against a filter that is as plain as it can be. */
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { encodeBytes32String, zeroPadValue, toBeHex } from 'ethers';
import { runs, testSeed } from '../support/scale.ts';
import { account, deployNotebook, FREE, TestNode, type RpcAnswer } from './support/test-node.ts';

interface JsonLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly logIndex: string;
}

interface Filter {
  readonly address?: string | readonly string[];
  readonly topics?: readonly (string | null | readonly string[])[];
  readonly fromBlock?: string;
  readonly toBlock?: string;
  readonly blockHash?: string;
}

const MAX_BLOCKS = 40;

describe('node: logs', () => {
  let test: TestNode;
  let all: JsonLog[];
  let head: number;

  before(async () => {
    test = await TestNode.start({ limits: { maxLogBlocks: MAX_BLOCKS, maxLogs: 60 } });
    const books = [await deployNotebook(test), await deployNotebook(test)];
    const nonces = [2, 0, 0];
    for (let block = 0; block < 24; block++) {
      const calls = [0, 1, 2].slice(0, block % 4).map(async (sender) => {
        const book = books[(block + sender) % 2]!; // There are two books.
        const page = (block * 7 + sender) % 5;
        const data = book.interface.encodeFunctionData('noteAll', [page, sender, encodeBytes32String('x')]);
        const nonce = nonces[sender]!++; // There are three senders.
        const fields = { ...FREE, to: await book.getAddress(), data, nonce, gasLimit: 200_000 };
        const raw = await account(sender).signTransaction(fields);
        return { jsonrpc: '2.0', id: sender, method: 'eth_sendRawTransaction', params: [raw] };
      });
      if (calls.length === 0) await test.node.sealBlock();
      else await test.post(JSON.stringify(await Promise.all(calls)));
    }
    head = Number(await test.result('eth_blockNumber'));
    all = [];
    for (let number = 0; number <= head; number++)
      all.push(...(await query({ fromBlock: hex(number), toBlock: hex(number) })));
  });
  after(() => test[Symbol.asyncDispose]());

  function query(filter: Filter): Promise<JsonLog[]> {
    return test.result('eth_getLogs', [filter]) as Promise<JsonLog[]>;
  }

  function hex(value: number): string {
    return `0x${value.toString(16)}`;
  }

  it('has something to find', () => {
    expect(all.length).to.be.greaterThan(20);
    expect(new Set(all.map((log) => log.address)).size).to.equal(2);
  });

  it('finds exactly what the filter describes, in order', async () => {
    const values = {
      address: fc.constantFrom(...new Set(all.map((log) => log.address)), account(9).address.toLowerCase()),
      topic: fc.constantFrom(...new Set(all.flatMap((log) => log.topics)), zeroPadValue(toBeHex(12_345), 32)),
    };
    const position = fc.oneof(fc.constant(null), values.topic, fc.array(values.topic, { maxLength: 3 }));
    const filters = fc.record(
      {
        address: fc.oneof(values.address, fc.array(values.address, { maxLength: 3 })),
        topics: fc.array(position, { maxLength: 4 }),
        fromBlock: fc.nat({ max: head }).map(hex),
        toBlock: fc.oneof(fc.nat({ max: head + 5 }).map(hex), fc.constantFrom('latest', 'finalized', 'safe')),
      },
      { requiredKeys: ['fromBlock', 'toBlock'] },
    );
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const last = filter.toBlock.startsWith('0x') ? Number(filter.toBlock) : head;
        fc.pre(Number(filter.fromBlock) <= last);
        const expected = all.filter((log) => isDescribed(log, filter, last));
        fc.pre(expected.length <= 60);
        expect(await query(filter)).to.deep.equal(expected);
      }),
      { numRuns: runs(150, 5_000), seed: testSeed },
    );
  });

  it('finds the logs of one block by its hash', async () => {
    for (const blockHash of new Set(all.map((log) => log.blockHash))) {
      expect(await query({ blockHash })).to.deep.equal(all.filter((log) => log.blockHash === blockHash));
    }
  });

  it('refuses unclear filters', async () => {
    const block = `0x${'11'.repeat(32)}`;
    const bad = [
      { blockHash: block, fromBlock: '0x1' },
      { fromBlock: '0x5', toBlock: '0x4' },
      { fromBlock: 5 },
      { address: '0x12' },
      { topics: ['0x12'] },
      { topics: [null, null, null, null, null] },
      { limit: 5 },
      [],
    ];
    for (const filter of bad) {
      expect((await test.send('eth_getLogs', [filter])).error?.code, JSON.stringify(filter)).to.equal(-32602);
    }
    expect((await test.send('eth_getLogs', [{ blockHash: block }])).error?.message).to.equal('unknown block');
  });

  it('finds nothing in blocks that are still to come, however far', async () => {
    const far = ['0x64', '0xffffffffffffffff', '0x10000000000000000', `0x1${'0'.repeat(63)}`];
    for (const fromBlock of far) {
      expect(await query({ fromBlock, toBlock: `0x${'f'.repeat(64)}` }), fromBlock).to.deep.equal([]);
    }
  });

  it('refuses more data than an answer may hold', async () => {
    await using small = await TestNode.start({ limits: { maxAnswerBytes: 8_000 } });
    const book = await deployNotebook(small);
    const text = encodeBytes32String('x');
    const ask = (): Promise<RpcAnswer> => small.send('eth_getLogs', [{ fromBlock: '0x0' }]);
    await (await book.getFunction('noteAll')(0, 2, text)).wait();
    expect((await ask()).result).to.have.lengthOf(2);
    await (await book.getFunction('noteAll')(0, 130, text)).wait();
    const { error } = await ask();
    expect([error?.code, error?.message]).to.deep.equal([-32005, 'query returned more than 8000 bytes']);
  });

  it('refuses more blocks and more logs than its limits', async () => {
    for (let count = 0; count <= MAX_BLOCKS; count++) await test.node.sealBlock();
    const far = await test.send('eth_getLogs', [{ fromBlock: '0x0', toBlock: 'latest' }]);
    expect([far.error?.code, far.error?.message]).to.deep.equal([-32005, 'exceeds maximum block range: 40']);
    const book = await deployNotebook(test, account(3));
    const text = encodeBytes32String('x');
    const receipt = await (await book.getFunction('noteAll')(0, 61, text)).wait();
    const many = await test.send('eth_getLogs', [{ fromBlock: hex(receipt.blockNumber), toBlock: 'latest' }]);
    expect([many.error?.code, many.error?.message]).to.deep.equal([
      -32005,
      'query returned more than 60 results',
    ]);
  });
});

function isDescribed(log: JsonLog, { address, topics = [], fromBlock }: Filter, last: number): boolean {
  const number = Number(log.blockNumber);
  if (number < Number(fromBlock) || number > last) return false;
  const addresses = typeof address === 'string' ? [address] : (address ?? []);
  if (addresses.length > 0 && !addresses.includes(log.address)) return false;
  if (topics.length > log.topics.length) return false;
  return topics.every((wanted, index) => {
    if (wanted === null || wanted.length === 0) return true;
    const alternatives = typeof wanted === 'string' ? [wanted] : wanted;
    return alternatives.includes(log.topics[index] ?? '');
  });
}
