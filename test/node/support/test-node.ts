/** A node in a temporary folder with its own clock, for one suite. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ContractFactory,
  encodeBytes32String,
  JsonRpcProvider,
  Wallet,
  type BaseContract,
  type Contract,
} from 'ethers';
import type { NodeOptions } from '../../../node/options.ts';
import { startNode, type StartedNode } from '../../../node/server.ts';
import notebook from '../fixtures/notebook.json' with { type: 'json' };

export const CHAIN_ID = 8_520_300;
export const GENESIS_SECONDS = 1_800_000_000;
export const SEALER_KEY: string = `0x${'5e'.repeat(32)}`;
export const SEALER_ADDRESS: string = new Wallet(SEALER_KEY).address.toLowerCase();
/** A fee market transaction's fields on a chain where gas costs nothing. */
export const FREE: { chainId: number; type: 2; maxFeePerGas: 0; maxPriorityFeePerGas: 0 } = {
  chainId: CHAIN_ID,
  type: 2,
  maxFeePerGas: 0,
  maxPriorityFeePerGas: 0,
};

/** The same account in every run. */
export function account(index: number): Wallet {
  return new Wallet(`0x${(index + 1).toString(16).padStart(64, 'a')}`);
}

export class TestNode implements AsyncDisposable {
  readonly folder: string;
  readonly options: NodeOptions;
  /** Unix time that the node sees; tests move it. */
  clockSeconds: number = GENESIS_SECONDS + 1_000;
  /** What the node reported as its own defects. */
  readonly errors: unknown[] = [];
  #started: StartedNode | undefined;
  readonly #providers: JsonRpcProvider[] = [];

  private constructor(folder: string, options: NodeOptions) {
    this.folder = folder;
    this.options = options;
  }

  /** Starts a node that permits accounts 0 to 4. */
  static async start(overrides: Partial<NodeOptions> = {}): Promise<TestNode> {
    const folder = await mkdtemp(join(tmpdir(), 'hcl-node-'));
    const allowlistFile = join(folder, 'permissions.toml');
    const test = new TestNode(folder, {
      dataFolder: join(folder, 'data'),
      chainId: CHAIN_ID,
      sealerPrivateKey: SEALER_KEY,
      genesis: { timestampSeconds: GENESIS_SECONDS },
      allowlistFile,
      port: 0,
      ...overrides,
      limits: { maxClockLeadSeconds: 1_000_000, ...overrides.limits },
    });
    await test.permit([0, 1, 2, 3, 4].map((index) => account(index).address));
    await test.open();
    return test;
  }

  get url(): string {
    return this.#running.url;
  }

  get node(): StartedNode['node'] {
    return this.#running.node;
  }

  /** Writes the allowlist file. */
  permit(addresses: readonly string[]): Promise<void> {
    const list = addresses.map((address) => `"${address}"`).join(', ');
    return writeFile(this.options.allowlistFile, `accounts-allowlist=[${list}]\n`);
  }

  /** Opens the folder again after {@link close}. */
  async open(): Promise<void> {
    this.#started = await startNode(this.options, {
      nowSeconds: () => this.clockSeconds,
      onError: (error) => this.errors.push(error),
    });
  }

  async close(): Promise<void> {
    for (const provider of this.#providers.splice(0)) provider.destroy();
    await this.#started?.close();
    this.#started = undefined;
  }

  /** ethers' provider as applications use it, without its delays. */
  provider(): JsonRpcProvider {
    const provider = new JsonRpcProvider(this.url, CHAIN_ID, {
      staticNetwork: true,
      batchStallTime: 0,
      cacheTimeout: -1,
      pollingInterval: 20,
    });
    this.#providers.push(provider);
    return provider;
  }

  /** One JSON-RPC call over HTTP, the answer as it comes. */
  async send(method: string, params: readonly unknown[] = []): Promise<RpcAnswer> {
    return this.post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
  }

  /** The result of a call; a refusal fails the test. */
  async result(method: string, params: readonly unknown[] = []): Promise<unknown> {
    const { result, error } = await this.send(method, params);
    if (error !== undefined) throw new Error(`${method}: ${error.code} ${error.message}`);
    return result;
  }

  async post(body: string, headers: Record<string, string> = {}): Promise<RpcAnswer> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    // What the node says is what the tests are about.
    return (await response.json()) as RpcAnswer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  get #running(): StartedNode {
    if (this.#started === undefined) throw new Error('the node is closed');
    return this.#started;
  }
}

export interface RpcAnswer {
  readonly jsonrpc: string;
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: string };
}

/** Deploys the notebook fixture. */
export async function deployNotebook(test: TestNode, author: Wallet = account(0)): Promise<Contract> {
  const factory = new ContractFactory(notebook.abi, notebook.bytecode, author.connect(test.provider()));
  const contract: BaseContract = await factory.deploy();
  await contract.waitForDeployment();
  // ethers types what a factory makes without the methods of its ABI.
  return contract as Contract;
}

/** A closed node whose folder holds a few blocks. */
export async function closedNode(): Promise<TestNode> {
  const test = await TestNode.start();
  const notebook = await deployNotebook(test);
  for (let page = 1; page <= 4; page++) {
    await (await notebook.getFunction('note')(page, encodeBytes32String(`page ${page}`))).wait();
  }
  await test.node.sealBlock();
  await test.close();
  return test;
}
