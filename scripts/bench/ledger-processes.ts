/** Ledgers to measure, each a process that listens on a port of its own: ours, Hardhat's network and anvil. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { computeAddress } from 'ethers';
import type { MeasuredNode } from './node-process.ts';

/** The first account of the development mnemonic that Hardhat and anvil publish; worth nothing anywhere. */
export const SENDER_KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const ROOT = resolve(import.meta.dirname, '..', '..');
const DEVELOPMENT_CHAIN = 31_337;
const OUR_CHAIN = 8_520_300;
const SEALER_KEY = `0x${'5e'.repeat(32)}`;

export interface Ledger extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly chainId: number;
  /** Wei a unit of gas. */
  readonly gasPrice: number;
}

/** Our node on a temporary folder, or on one that is there already. */
export async function ourNode(
  name: string,
  crypto: MeasuredNode['crypto'],
  folder?: string,
): Promise<Ledger> {
  const own = folder ?? (await mkdtemp(join(tmpdir(), 'hcl-bench-node-')));
  const allowlistFile = join(own, 'permissions.toml');
  await writeFile(allowlistFile, `accounts-allowlist=["${computeAddress(SENDER_KEY)}"]\n`);
  const measured: MeasuredNode = {
    crypto,
    options: {
      dataFolder: join(own, 'data'),
      chainId: OUR_CHAIN,
      sealerPrivateKey: SEALER_KEY,
      genesis: { timestampSeconds: 1_700_000_000 },
      allowlistFile,
      port: 0,
    },
  };
  const program = join(import.meta.dirname, 'node-process.ts');
  const started = await startProcess([process.execPath, program, JSON.stringify(measured)], /^(http:\S+)/);
  return {
    name,
    url: started.printed,
    chainId: OUR_CHAIN,
    gasPrice: 0,
    async [Symbol.asyncDispose]() {
      await started.end();
      if (folder === undefined) await rm(own, { recursive: true, force: true });
    },
  };
}

/** Hardhat's network behind its own JSON-RPC server. */
export async function hardhatNode(): Promise<Ledger> {
  const port = await freePort();
  const program = join(ROOT, 'node_modules/hardhat/dist/src/cli.js');
  const command = [process.execPath, program, 'node', '--hostname', '127.0.0.1', '--port', `${port}`];
  return development('hardhat', port, await startProcess(command, /Started HTTP/));
}

/** `undefined` where npm has no anvil for this machine. */
export async function anvilNode(): Promise<Ledger | undefined> {
  const command = anvilCommand();
  if (command === undefined) return undefined;
  const port = await freePort();
  return development('anvil', port, await startProcess([command, '--port', `${port}`], /Listening on/));
}

function anvilCommand(): string | undefined {
  const machine = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${machine}/package.json`);
    const command = join(dirname(manifest), 'bin', 'anvil');
    return existsSync(command) ? command : undefined;
  } catch {
    return undefined;
  }
}

function development(name: string, port: number, { end }: Started): Ledger {
  const gasPrice = 20_000_000_000;
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    chainId: DEVELOPMENT_CHAIN,
    gasPrice,
    [Symbol.asyncDispose]: end,
  };
}

interface Started {
  /** What the pattern's first group matched. */
  readonly printed: string;
  end(): Promise<void>;
}

/** Starts a program and waits for a line that says it is ready. */
async function startProcess([command = '', ...args]: readonly string[], ready: RegExp): Promise<Started> {
  const child = spawn(command, args, { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const end = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const match = ready.exec(line);
    if (match === null) continue;
    child.stdout.resume();
    return { printed: match[1] ?? '', end };
  }
  throw new Error(`${command} did not start`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}
