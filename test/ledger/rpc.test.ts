import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { ledgerErrorsAbi } from '../../ledger/abi.ts';
import { LedgerRpc } from '../../ledger/rpc.ts';
import { badReply, parseData, parseQuantity } from '../../ledger/rpc-values.ts';
import type { LedgerErrorCode } from '../../ledger/errors.ts';
import { failure } from './support/failure.ts';
import { startFaultProxy, type FaultProxy } from './support/fault-proxy.ts';

describe('JSON-RPC client', () => {
  let proxy: FaultProxy;

  before(async () => {
    proxy = await startFaultProxy('http://127.0.0.1:1'); // nobody behind: every answer is made up here
  });

  after(() => proxy[Symbol.asyncDispose]());

  async function ask(reply: (id: number) => unknown): Promise<unknown> {
    proxy.handle = ({ requests }) => Promise.resolve({ text: JSON.stringify(reply(requests[0]?.id ?? 0)) });
    using rpc = new LedgerRpc({ url: proxy.url, timeoutMs: 500 });
    return await rpc.request('eth_chainId', []);
  }

  it('gives the result', async () => {
    expect(await ask((id) => ({ jsonrpc: '2.0', id, result: '0x1' }))).to.equal('0x1');
    expect(await ask((id) => ({ jsonrpc: '2.0', id, result: null }))).to.equal(null);
  });

  const faults: readonly (readonly [string, LedgerErrorCode, (id: number) => unknown])[] = [
    [
      'an answer to another call',
      'LEDGER_BAD_REPLY',
      (id) => ({ jsonrpc: '2.0', id: id + 1, result: '0x1' }),
    ],
    ['neither result nor error', 'LEDGER_BAD_REPLY', (id) => ({ jsonrpc: '2.0', id })],
    ['an array for one call', 'LEDGER_BAD_REPLY', (id) => [{ jsonrpc: '2.0', id, result: '0x1' }]],
    ['a number', 'LEDGER_BAD_REPLY', () => 7],
    [
      'an error',
      'LEDGER_RPC_REFUSED',
      (id) => ({ jsonrpc: '2.0', id, error: { code: -32_601, message: 'no' } }),
    ],
    [
      'an error without an id',
      'LEDGER_RPC_REFUSED',
      () => ({ jsonrpc: '2.0', id: null, error: { code: -32_700 } }),
    ],
    [
      'a revert without data',
      'LEDGER_REVERTED',
      (id) => ({ id, error: { code: 3, message: 'execution reverted' } }),
    ],
  ];
  for (const [what, code, reply] of faults) {
    it(`refuses ${what}`, () => failure(ask(reply), code));
  }

  it('names the custom error of a revert, as execution-apis and as Hardhat carry it', async () => {
    const data = ledgerErrorsAbi.encodeErrorResult('BatchAnchorWrongSequence', [1, 2]);
    for (const carried of [data, { data }]) {
      const error = { code: 3, message: 'execution reverted', data: carried };
      const { revert } = await failure(
        ask((id) => ({ id, error })),
        'LEDGER_REVERTED',
      );
      expect(revert).to.deep.equal({ name: 'BatchAnchorWrongSequence', args: ['1', '2'] });
    }
  });

  it('gives the selector of a custom error that it does not know', async () => {
    const error = { code: 3, message: 'execution reverted', data: '0x12345678' };
    const { revert } = await failure(
      ask((id) => ({ id, error })),
      'LEDGER_REVERTED',
    );
    expect(revert).to.deep.equal({ name: 'Unknown', args: ['0x12345678'] });
  });

  it('puts the answers of a batch in the order of its calls', async () => {
    proxy.handle = ({ requests }) =>
      Promise.resolve(
        requests.map(({ id, method }) => ({ jsonrpc: '2.0', id, result: method })).toReversed(),
      );
    using rpc = new LedgerRpc({ url: proxy.url });
    const calls = ['a', 'b', 'c'].map((method) => ({ method, params: [] }));
    expect(await rpc.batch(calls)).to.deep.equal(['a', 'b', 'c']);
    expect(await rpc.batch([])).to.deep.equal([]);
  });

  it('refuses a batch with an answer missing or given twice', async () => {
    using rpc = new LedgerRpc({ url: proxy.url });
    const calls = ['a', 'b'].map((method) => ({ method, params: [] }));
    proxy.handle = ({ requests }) => Promise.resolve(requests.slice(1).map(({ id }) => ({ id, result: 1 })));
    await failure(rpc.batch(calls), 'LEDGER_BAD_REPLY');
    proxy.handle = ({ requests }) =>
      Promise.resolve(requests.map(() => ({ id: requests[0]?.id ?? 0, result: 1 })));
    await failure(rpc.batch(calls), 'LEDGER_BAD_REPLY');
  });

  it('reads a reply up to its limit and no further, though it never ends', async () => {
    proxy.handle = ({ requests }) =>
      Promise.resolve([{ id: requests[0]?.id ?? 0, result: 'x'.repeat(1000) }]);
    using exact = new LedgerRpc({ url: proxy.url, maxReplyBytes: 1100 });
    expect(await exact.request('eth_chainId', [])).to.have.lengthOf(1000);

    await using endless = await startEndlessServer();
    using rpc = new LedgerRpc({ url: endless.url, maxReplyBytes: 1_000_000, timeoutMs: 60_000 });
    expect((await failure(rpc.request('eth_chainId', []), 'LEDGER_BAD_REPLY')).retryable).to.equal(true);
    await endless.isLeft;
  });

  it('follows no redirect', async () => {
    let followed = 0;
    proxy.handle = () => (followed++, Promise.resolve({ text: '{}' }));
    await using elsewhere = await startServer((response) => {
      response.writeHead(307, { location: proxy.url }).end();
    });
    using rpc = new LedgerRpc({ url: elsewhere.url });
    await failure(rpc.request('eth_chainId', []), 'LEDGER_UNREACHABLE');
    expect(followed).to.equal(0);
  });

  it('says that nobody answers', async () => {
    using rpc = new LedgerRpc({ url: 'http://127.0.0.1:1' });
    expect((await failure(rpc.request('eth_chainId', []), 'LEDGER_UNREACHABLE')).retryable).to.equal(true);
  });

  it('stops waiting when it is disposed', async () => {
    proxy.handle = () => Promise.resolve('hang');
    const rpc = new LedgerRpc({ url: proxy.url, timeoutMs: 60_000 });
    const waiting = rpc.request('eth_chainId', []);
    rpc[Symbol.dispose]();
    expect((await failure(waiting, 'LEDGER_CLOSED')).retryable).to.equal(false);
  });
});

interface TestServer extends AsyncDisposable {
  readonly url: string;
}

async function startServer(answer: (response: ServerResponse) => void): Promise<TestServer> {
  const server = createServer((_, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on TCP
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with spaces for as long as anybody reads. */
async function startEndlessServer(): Promise<TestServer & { readonly isLeft: Promise<void> }> {
  const left = Promise.withResolvers<void>();
  const server = await startServer((response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(' '.repeat(65_536)));
    };
    response.on('drain', more).on('close', left.resolve);
    more();
  });
  return { ...server, isLeft: left.promise };
}

describe('values of a reply', () => {
  for (const value of ['0x', '0x01', '1', '0xg', '', null, 1, '0x20000000000000', `0x1${'0'.repeat(64)}`]) {
    it(`refuses ${JSON.stringify(value)} as a safe number`, () => {
      expect(() => parseQuantity(value, 'it'))
        .to.throw()
        .with.property('code', badReply('', '').code);
    });
  }

  for (const value of ['', '0', '0x0', '0xzz', 'ab', null, []]) {
    it(`refuses ${JSON.stringify(value)} as data`, () => {
      expect(() => parseData(value, 'it'))
        .to.throw()
        .with.property('code', badReply('', '').code);
    });
  }

  it('takes whole numbers and data in either case', () => {
    expect(parseQuantity('0x1fffffffffffff', 'it')).to.equal(Number.MAX_SAFE_INTEGER);
    expect(parseQuantity('0x0', 'it')).to.equal(0);
    expect(parseData('0xAbCd', 'it', 2)).to.equal('0xabcd');
  });
});
