/** The surface that strangers reach: envelope, limits and names. */
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { account, FREE, GENESIS_SECONDS, TestNode, type RpcAnswer } from './support/test-node.ts';

/** What other nodes offer and this one must not: unlocked keys, debugging, mining, control. */
const FORBIDDEN = [
  'eth_sendTransaction',
  'eth_sign',
  'eth_signTransaction',
  'personal_unlockAccount',
  'personal_listAccounts',
  'admin_addPeer',
  'admin_nodeInfo',
  'admin_startHTTP',
  'debug_traceTransaction',
  'debug_setHead',
  'miner_start',
  'clique_propose',
  'txpool_content',
  'evm_snapshot',
  'evm_revert',
  'evm_mine',
  'evm_setNextBlockTimestamp',
  'hardhat_setBalance',
  'hardhat_impersonateAccount',
  'anvil_setCode',
  'eth_mining',
  'eth_getWork',
  'eth_subscribe',
  'eth_newFilter',
  'engine_newPayloadV1',
  'rpc_modules',
  'toString',
  '__proto__',
  'constructor',
  '',
];

describe('node: JSON-RPC surface', () => {
  let test: TestNode;
  before(async () => {
    test = await TestNode.start({ limits: { maxBatchCalls: 20, maxBodyBytes: 65_536 } });
  });
  after(() => test[Symbol.asyncDispose]());

  it('answers what describes the node', async () => {
    expect(await test.result('eth_chainId')).to.equal('0x82026c');
    expect(await test.result('net_version')).to.equal('8520300');
    expect(await test.result('web3_clientVersion')).to.be.a('string');
    expect(await test.result('eth_syncing')).to.equal(false);
    expect(await test.result('eth_accounts')).to.deep.equal([]);
    expect(await test.result('eth_gasPrice')).to.equal('0x0');
    expect(await test.result('eth_maxPriorityFeePerGas')).to.equal('0x0');
    expect(await test.result('eth_feeHistory', ['0x4', 'latest', [25, 75]])).to.deep.equal({
      oldestBlock: '0x0',
      baseFeePerGas: ['0x0', '0x0'],
      gasUsedRatio: [0],
      reward: [['0x0', '0x0']],
    });
  });

  it('answers for its own chain, whichever that is', async () => {
    await using other = await TestNode.start({ chainId: 77 });
    expect(await other.result('eth_chainId')).to.equal('0x4d');
    expect(await other.result('net_version')).to.equal('77');
    const fields = { ...FREE, chainId: 77, to: account(0).address, gasLimit: 30_000, nonce: 0 };
    const hash = await other.result('eth_sendRawTransaction', [await account(0).signTransaction(fields)]);
    expect(await other.result('eth_getTransactionByHash', [hash])).to.include({ chainId: '0x4d' });
    // CHAINID, and return it.
    const asked = await other.result('eth_call', [{ data: '0x465f5260205ff3' }, 'latest']);
    expect(BigInt(String(asked))).to.equal(77n);
  });

  it('carries calls out at their block, and at the one that would be made now for "pending"', async () => {
    await using quiet = await TestNode.start();
    await quiet.node.sealBlock();
    const sealedAt = quiet.clockSeconds;
    quiet.clockSeconds += 500;
    // NUMBER and TIMESTAMP, 32 bytes each.
    const at = async (block?: string): Promise<bigint[]> => {
      const call = { data: '0x435f524260205260405ff3' };
      const words = String(await quiet.result('eth_call', block === undefined ? [call] : [call, block]));
      return [BigInt(words.slice(0, 66)), BigInt(`0x${words.slice(66)}`)];
    };
    for (const tag of [undefined, 'latest', 'safe', 'finalized', '0x1'])
      expect(await at(tag), tag).to.deep.equal([1n, BigInt(sealedAt)]);
    expect(await at('earliest')).to.deep.equal([0n, BigInt(GENESIS_SECONDS)]);
    expect(await at('pending')).to.deep.equal([2n, BigInt(quiet.clockSeconds)]);
    expect(await quiet.result('eth_blockNumber')).to.equal('0x1');
  });

  it('refuses every method outside its table', async () => {
    for (const method of FORBIDDEN) expect((await test.send(method)).error?.code, method).to.equal(-32601);
  });

  it('can be cut down to fewer methods', async () => {
    await using few = await TestNode.start({ limits: { allowedMethods: ['eth_chainId'] } });
    expect((await few.send('eth_chainId')).error).to.equal(undefined);
    expect((await few.send('eth_blockNumber')).error?.code).to.equal(-32601);
  });

  it('answers a batch in its order, with a call’s own error in its place', async () => {
    const calls = ['eth_chainId', 'eth_nothing', 'eth_accounts'].map((method, id) => ({
      jsonrpc: '2.0',
      id,
      method,
    }));
    const answers = (await test.post(JSON.stringify([...calls, 7]))) as unknown as RpcAnswer[];
    expect(answers.map(({ id, error }) => [id, error?.code])).to.deep.equal([
      [0, undefined],
      [1, -32601],
      [2, undefined],
      [null, -32600],
    ]);
  });

  it('stops answering a batch when its answers get too long', async () => {
    await using small = await TestNode.start({ limits: { maxAnswerBytes: 5_000 } });
    const calls = Array.from({ length: 20 }, (_, id) => ({
      jsonrpc: '2.0',
      id,
      method: 'eth_getBlockByNumber',
      params: ['0x0', true],
    }));
    const answers = (await small.post(JSON.stringify([...calls, 7]))) as unknown as RpcAnswer[];
    const length = JSON.stringify(answers[0]).length;
    const answered = Math.floor(5_000 / length) + 1;
    expect(answers.map(({ id, error }) => [id, error?.code])).to.deep.equal([
      ...calls.map(({ id }) => [id, id < answered ? undefined : -32003]),
      [null, -32003],
    ]);
  });

  it('refuses what is not a request, with the code of JSON-RPC 2.0', async () => {
    const bodies: [string, number][] = [
      ['{', -32700],
      ['', -32700],
      ['nonsense', -32700],
      ['[]', -32600],
      ['{}', -32600],
      ['null', -32600],
      ['"eth_chainId"', -32600],
      ['{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}', -32600],
      ['{"jsonrpc":"2.0","method":"eth_chainId"}', -32600],
      ['{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}', -32600],
      ['{"jsonrpc":"2.0","id":1,"method":7}', -32600],
      ['{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{"a":1}}', -32600],
    ];
    for (const [body, code] of bodies) expect((await test.post(body)).error?.code, body).to.equal(code);
  });

  it('refuses too large a batch and too large a body', async () => {
    const call = { jsonrpc: '2.0', id: 1, method: 'eth_chainId' };
    const answer = await test.post(JSON.stringify(Array.from({ length: 21 }, () => call)));
    expect(answer.error?.message).to.equal('batch too large: at most 20');
    const large = await test.post(JSON.stringify({ ...call, params: ['x'.repeat(70_000)] }));
    expect(large.error?.message).to.equal('request too large');
  });

  it('refuses malformed parameters', async () => {
    const address = account(0).address;
    const bad: [string, unknown[]][] = [
      ['eth_getBalance', []],
      ['eth_getBalance', ['0x1']],
      ['eth_getBalance', [address, 'newest']],
      ['eth_getBalance', [address, '0x01']],
      ['eth_getBalance', [address, 1]],
      ['eth_getBalance', [address, { blockNumber: '0x1', blockHash: `0x${'0'.repeat(64)}` }]],
      ['eth_getBalance', [address, 'latest', 'more']],
      ['eth_getStorageAt', [address, `0x${'1'.repeat(65)}`]],
      ['eth_getBlockByNumber', ['latest', 'yes']],
      ['eth_getBlockByHash', ['0x12', false]],
      ['eth_getTransactionByHash', [null]],
      ['eth_sendRawTransaction', ['0x123']],
      ['eth_sendRawTransaction', [[]]],
      ['eth_call', ['0x']],
      ['eth_call', [{ to: '0x1' }]],
      ['eth_call', [{ to: address, data: '0x1' }]],
      ['eth_call', [{ to: address, data: '0x11', input: '0x22' }]],
      ['eth_call', [{ to: address, value: '12' }]],
      ['eth_call', [{ to: address }, 'latest', { [address]: { balance: '0x1' } }]],
      ['eth_call', [{ to: address, accessList: [{ address }] }]],
      ['eth_feeHistory', ['0xffff', 'latest', []]],
      ['eth_feeHistory', ['0x1', 'latest', [50, 20]]],
      ['eth_feeHistory', ['0x1', 'latest', [101]]],
      ['eth_feeHistory', ['0x1', 'latest', ['50']]],
      ['eth_getProof', [address, 'all', 'latest']],
    ];
    for (const [method, params] of bad) {
      expect((await test.send(method, params)).error?.code, `${method} ${JSON.stringify(params)}`).to.equal(
        -32602,
      );
    }
  });

  it('says when a block does not exist', async () => {
    for (const block of ['0xffff', { blockHash: `0x${'ab'.repeat(32)}` }]) {
      const { error } = await test.send('eth_getBalance', [account(0).address, block]);
      expect([error?.code, error?.message]).to.deep.equal([-32000, 'header not found']);
    }
    expect(await test.result('eth_getBlockByNumber', ['0xffff', false])).to.equal(null);
    expect(await test.result('eth_getTransactionReceipt', [`0x${'ab'.repeat(32)}`])).to.equal(null);
  });
});

describe('node: HTTP', () => {
  let test: TestNode;
  before(async () => {
    test = await TestNode.start({
      limits: { allowedHosts: ['ledger.example'], allowedOrigins: ['https://desk.example'] },
    });
  });
  after(() => test[Symbol.asyncDispose]());

  /** `fetch` does not let the Host header be chosen. */
  function ask(headers: Record<string, string>, method = 'POST', path = '/'): Promise<number> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId' });
    return new Promise((resolve, reject) => {
      const call = request(new URL(path, test.url), {
        method,
        headers: { 'content-type': 'application/json', ...headers },
      });
      call.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      call.on('error', reject);
      call.end(method === 'POST' ? body : undefined);
    });
  }

  it('answers loopback names and the hosts it is told', async () => {
    for (const host of [
      'localhost',
      'LOCALHOST:8545',
      '127.0.0.1:1',
      '[::1]:8545',
      'ledger.example',
      'ledger.example:443',
    ]) {
      expect(await ask({ host }), host).to.equal(200);
    }
  });

  it('refuses another host, which stops DNS rebinding', async () => {
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '10.0.0.1',
      '[::2]:80',
      'x',
    ]) {
      expect(await ask({ host }), host).to.equal(403);
    }
  });

  it('refuses web pages but those it is told', async () => {
    expect(await ask({ origin: 'https://desk.example' })).to.equal(200);
    for (const origin of ['http://localhost', 'https://evil.example', 'null']) {
      expect(await ask({ origin }), origin).to.equal(403);
    }
  });

  it('takes JSON only, and only on its one address', async () => {
    expect(await ask({ 'content-type': 'text/plain' })).to.equal(415);
    expect(await ask({ 'content-type': 'application/x-www-form-urlencoded' })).to.equal(415);
    expect(await ask({}, 'GET')).to.equal(404);
    expect(await ask({}, 'OPTIONS')).to.equal(404);
    expect(await ask({}, 'POST', '/rpc')).to.equal(404);
  });

  it('takes so many connections at once', async () => {
    await using few = await TestNode.start({ limits: { maxConnections: 2 } });
    const { port } = new URL(few.url);
    const sockets = [1, 2, 3].map(() => connect(Number(port), '127.0.0.1'));
    await once(sockets[2]!, 'close'); // the third is refused
    expect(sockets.map(({ closed }) => closed)).to.deep.equal([false, false, true]);
    for (const socket of sockets) socket.destroy();
  });

  it('tells whether it lives and seals', async () => {
    expect(await ask({}, 'GET', '/health/live')).to.equal(200);
    expect(await ask({}, 'GET', '/health/ready')).to.equal(200);
    expect(await ask({ host: 'evil.example' }, 'GET', '/health/ready')).to.equal(403);
  });
});
