/**
 * kill -9 at random points of sealing: whatever a client was told is in a block is still there, unchanged, and the
 * whole history executes again to the same roots.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'mocha';
import { expect } from 'chai';
import type { Wallet } from 'ethers';
import { verifyDataFolder } from '../../node/fsck.ts';
import { EmbeddedNode } from '../../node/node.ts';
import type { NodeOptions } from '../../node/options.ts';
import { runs } from '../support/scale.ts';
import { account, CHAIN_ID, FREE, SEALER_KEY } from './support/test-node.ts';

const PROGRAM = fileURLToPath(new URL('support/killed-node.ts', import.meta.url));
const KILLS = runs(8, 500);
const LONGEST_RUN_MS = 250;
const SENDERS = [0, 1, 2, 3].map(account);

interface Receipt {
  readonly transactionHash: string;
  readonly blockHash: string;
  readonly status: string;
}

describe('node: kill -9 under load', () => {
  it(`loses no acknowledged transaction in ${KILLS} kills`, async function () {
    this.timeout(KILLS * 15_000);
    const folder = await mkdtemp(join(tmpdir(), 'hcl-kill-'));
    try {
      const options = await optionsFor(folder);
      const acknowledged: Receipt[] = [];
      for (let kill = 0; kill < KILLS; kill++) {
        acknowledged.push(...(await loadUntilKilled(options, delayOf(kill))));
        await expectAllThere(options, acknowledged);
      }
      expect(acknowledged.length, 'the load was real').to.be.greaterThan(KILLS);
      const report = await verifyDataFolder(options.dataFolder);
      expect(report.fault).to.equal(undefined);
      expect(report.transactions).to.be.at.least(acknowledged.length);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** Different at every kill and the same in every run; where it falls in the life of a block is up to the machine. */
function delayOf(kill: number): number {
  return ((kill * 73) % LONGEST_RUN_MS) + 20;
}

async function optionsFor(folder: string): Promise<NodeOptions> {
  const allowlistFile = join(folder, 'permissions.toml');
  const accounts = SENDERS.map((sender) => `"${sender.address}"`).join(',');
  await writeFile(allowlistFile, `accounts-allowlist=[${accounts}]\n`);
  return {
    dataFolder: join(folder, 'data'),
    chainId: CHAIN_ID,
    sealerPrivateKey: SEALER_KEY,
    genesis: { timestampSeconds: 1_700_000_000 },
    allowlistFile,
    port: 0,
    limits: { maxClockLeadSeconds: 1_000_000_000 },
  };
}

/** Runs a node under the load of all senders, kills it, and answers the receipts that it gave. */
async function loadUntilKilled(options: NodeOptions, delayMs: number): Promise<Receipt[]> {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const url = await firstLine(child);
  const receipts: Receipt[] = [];
  const load = SENDERS.map((sender) => sendUntilGone(url, sender, receipts));
  setTimeout(() => child.kill('SIGKILL'), delayMs);
  await Promise.all(load);
  const [code, signal] = await exited;
  expect([code, signal]).to.deep.equal([null, 'SIGKILL']);
  return receipts;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the child has no output');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error('the node did not start');
}

/** Sends one transaction after the other; ends when the node is gone. */
async function sendUntilGone(url: string, sender: Wallet, receipts: Receipt[]): Promise<void> {
  try {
    for (
      let nonce = Number(await call(url, 'eth_getTransactionCount', [sender.address, 'latest']));
      ;
      nonce++
    ) {
      const raw = await sender.signTransaction({
        ...FREE,
        to: sender.address,
        gasLimit: 30_000,
        nonce,
        data: '0x01',
      });
      const hash = await call(url, 'eth_sendRawTransaction', [raw]);
      // The shape is that of eth_getTransactionReceipt; null while the transaction waits.
      const receipt = (await call(url, 'eth_getTransactionReceipt', [hash])) as Receipt | null;
      if (receipt !== null) receipts.push(receipt);
    }
  } catch (error) {
    // fetch reports a connection that broke as a TypeError; anything else is a refusal and fails the test.
    if (!(error instanceof TypeError)) throw error;
  }
}

async function call(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const text = await response.text();
  const answer: { result?: unknown; error?: { message: string } } = JSON.parse(text);
  if (answer.error !== undefined) throw new Error(answer.error.message);
  return answer.result;
}

async function expectAllThere(options: NodeOptions, acknowledged: readonly Receipt[]): Promise<void> {
  await using node = await EmbeddedNode.open(options, { nowSeconds: () => Date.now() / 1_000 });
  for (const receipt of acknowledged) {
    expect(await node.request('eth_getTransactionReceipt', [receipt.transactionHash])).to.deep.equal(receipt);
  }
}
