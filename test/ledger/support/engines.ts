/**
 * Three engines behind one JSON-RPC surface, each with a clock that the test moves: the embedded node, Hardhat's
 * simulated network (EDR, in this process) and anvil (Foundry's, the binary of its npm package).
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { arch, platform } from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createHardhatRuntimeEnvironment } from 'hardhat/hre';
import { LedgerRpc } from '../../../ledger/rpc.ts';
import { CHAIN_ID, GENESIS_SECONDS, startTestNode } from './test-ledger.ts';

export interface Engine extends AsyncDisposable {
  readonly url: string;
  /** The time of the block that the next transaction makes. */
  setNextTime(seconds: number): Promise<void>;
  /** Makes empty blocks, so that all before them are final. */
  finalise(): Promise<void>;
}

export async function startEmbedded(): Promise<Engine> {
  let now = GENESIS_SECONDS;
  const node = await startTestNode({ nowSeconds: () => now });
  return {
    url: node.url,
    setNextTime: (seconds) => Promise.resolve(void (now = seconds)),
    finalise: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}

export async function startHardhat(): Promise<Engine> {
  const hre = await createHardhatRuntimeEnvironment({
    networks: {
      engine: {
        type: 'edr-simulated',
        chainType: 'l1',
        hardfork: 'shanghai',
        chainId: CHAIN_ID,
        gasPrice: 0n,
        initialBaseFeePerGas: 0n,
        initialDate: new Date(GENESIS_SECONDS * 1000),
      },
    },
  });
  const connection = await hre.network.connect('engine');
  const { provider } = connection;
  const request = (method: string, params: unknown[]): Promise<unknown> =>
    provider.request({ method, params });
  const server = createServer((incoming, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Call | Call[];
      const answers = [];
      for (const call of [body].flat()) answers.push(await answer(call, request));
      response.end(JSON.stringify(Array.isArray(body) ? answers : answers[0]));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setNextTime: async (seconds) => void (await request('evm_setNextBlockTimestamp', [seconds])),
    finalise: () => Promise.resolve(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await connection.close();
    },
  };
}

/** Why anvil cannot run here, or `undefined`: its binary comes in a package of its own for each platform. */
export function anvilMissing(): string | undefined {
  return existsSync(anvilBinary()) ? undefined : `there is no @foundry-rs/anvil for ${platform}-${arch} here`;
}

export async function startAnvil(): Promise<Engine> {
  const options = {
    host: '127.0.0.1',
    port: 0,
    hardfork: 'shanghai',
    'chain-id': CHAIN_ID,
    timestamp: GENESIS_SECONDS,
    'gas-price': 0,
    'block-base-fee-per-gas': 0,
    'slots-in-an-epoch': 1,
    accounts: 1,
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(anvilBinary(), args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const address = /Listening on (\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(`http://${address}`);
    });
  });
  const rpc = new LedgerRpc({ url });
  return {
    url,
    setNextTime: async (seconds) => void (await rpc.request('evm_setNextBlockTimestamp', [seconds])),
    finalise: async () => void (await rpc.request('anvil_mine', ['0x4'])),
    async [Symbol.asyncDispose]() {
      rpc[Symbol.dispose]();
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function anvilBinary(): string {
  const name = `anvil-${platform}-${arch === 'x64' ? 'amd64' : arch}`;
  return fileURLToPath(new URL(`../../../node_modules/@foundry-rs/${name}/bin/anvil`, import.meta.url));
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: unknown[];
}

/** EDR has no `eth_getBlockReceipts`; it is put together from what it has. */
async function answer(
  { id, method, params }: Call,
  request: (method: string, params: unknown[]) => Promise<unknown>,
): Promise<object> {
  const jsonrpc = '2.0';
  try {
    if (method !== 'eth_getBlockReceipts') return { jsonrpc, id, result: await request(method, params) };
    // The shape is that of a block of the execution API.
    const block = (await request('eth_getBlockByNumber', [params[0], false])) as { transactions: string[] };
    const receipts = block.transactions.map((hash) => request('eth_getTransactionReceipt', [hash]));
    return { jsonrpc, id, result: await Promise.all(receipts) };
  } catch (error) {
    const {
      code = -32_603,
      message = '',
      data,
    } = error as { code?: number; message?: string; data?: unknown };
    return { jsonrpc, id, error: { code, message, data } };
  }
}
