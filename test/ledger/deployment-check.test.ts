import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { DeploymentCheck } from '../../ledger/deployment-check.ts';
import { deployLedger } from '../../ledger/deploy.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { LedgerRpc } from '../../ledger/rpc.ts';
import { readArtifact } from '../../scripts/artifacts.ts';
import { failure } from './support/failure.ts';
import { startFaultProxy, type Exchange, type FaultProxy, type RpcAnswer } from './support/fault-proxy.ts';
import { addressOf, keyOf, startTestNode, type TestNode } from './support/test-ledger.ts';

/** What a check asks once it has asked everything. */
const SHORT = ['eth_getBlockByNumber', 'eth_getStorageAt'];

describe('deployment check', () => {
  let node: TestNode;
  /** Another chain from the same genesis block on, without contracts. */
  let empty: TestNode;
  let proxy: FaultProxy;
  let deployment: Deployment;
  let rpc: LedgerRpc;
  /** Methods in the order in which they were asked. */
  let asked: string[] = [];

  before(async () => {
    node = await startTestNode();
    empty = await startTestNode();
    deployment = await deployLedger({
      rpcUrl: node.url,
      deployerKey: keyOf('governor'),
      governors: { owners: [addressOf('governor')], threshold: 1, delaySeconds: 0 },
      artifacts: readArtifact,
      wideningDelaySeconds: 0,
    });
    proxy = await startFaultProxy(node.url);
    rpc = new LedgerRpc({ url: proxy.url });
  });

  after(async () => {
    rpc[Symbol.dispose]();
    await proxy[Symbol.asyncDispose]();
    await empty[Symbol.asyncDispose]();
    await node[Symbol.asyncDispose]();
  });

  /** A check that has asked everything once. */
  async function checkedOnce(): Promise<DeploymentCheck> {
    const check = new DeploymentCheck({ rpc, deployment });
    change((answers) => answers);
    await check.check();
    asked = [];
    return check;
  }

  /** Answers from now on as the node does, but for what `bend` makes of it. */
  function change(bend: (answers: RpcAnswer[], exchange: Exchange) => RpcAnswer[]): void {
    proxy.handle = async (exchange) => {
      asked.push(...exchange.requests.map(({ method }) => method));
      return bend(await exchange.forward(), exchange);
    };
  }

  it('asks for the code of every contract once, and then two short questions before each write', async () => {
    asked = [];
    const check = await checkedOnce();
    await check.check();
    await check.check();
    expect(asked).to.deep.equal([...SHORT, ...SHORT]);
  });

  it('looks at the code again where a chain was set up anew from the same genesis block', async () => {
    const check = await checkedOnce();
    const other = new LedgerRpc({ url: empty.url });
    proxy.handle = async ({ requests }) =>
      Promise.all(
        requests.map(async ({ id, method, params }) => {
          return { id, result: await other.request(method, params) };
        }),
      );
    await failure(check.check(), 'LEDGER_CODE_CHANGED');
  });

  it('looks at the code again where another block stands in the place of the one it knows', async () => {
    const check = await checkedOnce();
    const first = await rpc.request('eth_getBlockByNumber', ['0x1', false]);
    asked = [];
    change((answers, { requests }) =>
      answers.map((answer, i) =>
        requests[i]?.method === 'eth_getBlockByNumber' && requests.length === SHORT.length
          ? { ...answer, result: first }
          : answer,
      ),
    );
    await check.check();
    expect(asked.filter((method) => method === 'eth_getCode')).to.have.lengthOf(8);
  });

  it('believes no block that does not hash to its name', async () => {
    const check = await checkedOnce();
    change((answers) => answers.map((answer) => ({ ...answer, result: bent(answer.result) })));
    await failure(check.check(), 'LEDGER_HEADER_INVALID');
  });

  it('sees each time what the Safe runs, which its owners may change', async () => {
    const check = await checkedOnce();
    change((answers, { requests }) =>
      answers.map((answer, i) =>
        requests[i]?.method === 'eth_getStorageAt' ? { ...answer, result: `0x${'1'.repeat(64)}` } : answer,
      ),
    );
    await failure(check.check(), 'LEDGER_CODE_CHANGED');
  });

  it('does not take a block for one that holds contracts which were created after it', async () => {
    const check = new DeploymentCheck({ rpc, deployment });
    const genesis = await rpc.request('eth_getBlockByNumber', ['0x0', false]);
    change((answers, { requests }) =>
      requests[0]?.params[0] === 'latest'
        ? answers.map((answer) => ({ ...answer, result: genesis }))
        : answers,
    );
    await check.check();
    asked = [];
    await check.check();
    expect(asked).to.include('eth_getCode');
  });
});

/** A header with another state root, and the hash that it had. */
function bent(result: unknown): unknown {
  return typeof result === 'object' ? { ...result, stateRoot: `0x${'2'.repeat(64)}` } : result;
}
