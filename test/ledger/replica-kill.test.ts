/** kill -9 of a replica at random points of reading: what it has read stays, and nothing is read into the state twice. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { toHex } from '../../core/bytes/hex.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { StateRoot } from '../../core/trust/state-root.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { openLevelBlockStore } from '../../ledger/level-block-store.ts';
import { Replica } from '../../ledger/replica.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { runs } from '../support/scale.ts';
import { startFaultProxy, type FaultProxy } from './support/fault-proxy.ts';
import {
  admitIssuer,
  deployTo,
  handOf,
  rootOf,
  startTestNode,
  type TestNode,
} from './support/test-ledger.ts';

const PROGRAM = fileURLToPath(new URL('support/killed-replica.ts', import.meta.url));
const KILLS = runs(5, 200);
/** More than the headers of two requests: the reading has several commit points. */
const BLOCKS = 960;
const BATCHES = 60;

describe('replica: kill -9 while it reads', function () {
  this.timeout(60_000 + KILLS * 10_000);
  let node: TestNode;
  let proxy: FaultProxy;
  let deployment: Deployment;
  let folder: string;

  before(async () => {
    node = await startTestNode();
    deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    await anchorSpread(node, deployment);
    proxy = await startFaultProxy(node.url);
    folder = await mkdtemp(join(tmpdir(), 'hcl-replica-kill-'));
  });

  after(async () => {
    await proxy[Symbol.asyncDispose]();
    await node[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it(`ends in the same state after ${KILLS} kills, with every block once in its store`, async () => {
    const whole = await readAll(undefined);
    const heads = new Set<number>();
    for (let kill = 0; kill < KILLS; kill++) {
      const store = join(folder, String(kill));
      await readUntilKilled(store, kill);
      const { head, numbers } = await inStore(store);
      expect(numbers).to.deep.equal([...new Set(numbers)].toSorted((a, b) => a - b));
      expect(head).to.be.at.least(numbers.at(-1) ?? 0);
      heads.add(head);
      expect(await readAll(store)).to.deep.equal(whole);
    }
    expect(heads.size, 'the kills came at different points').to.be.greaterThan(1);
  });

  /** The state after reading all there is, on a store or without one. */
  async function readAll(path: string | undefined): Promise<object> {
    await using store = path === undefined ? undefined : await openLevelBlockStore(path);
    const parts = { state: new LedgerState(), ...(store === undefined ? {} : { store }) };
    await using replica = await Replica.open({ rpcUrls: [node.url], deployment }, parts);
    await replica.sync();
    const { state } = replica;
    const root = toHex(new StateRoot(nodeCrypto, state).root());
    return { root, version: state.version, head: replica.head };
  }

  /** Runs a replica on an empty folder and kills it at one of its exchanges with the node, before it has read all. */
  async function readUntilKilled(path: string, kill: number): Promise<void> {
    const options = JSON.stringify({ folder: path, rpcUrls: [proxy.url], deployment });
    const child = spawn(process.execPath, [PROGRAM, options], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    let exchanges = 0;
    const fatal = 4 + (kill % 5); // a whole reading takes nine
    proxy.handle = async (exchange) => {
      const number = ++exchanges;
      // Whatever comes after the fatal one is not answered, so that the reading cannot end before the kill.
      if (number > fatal) await exited;
      const answers = await exchange.forward();
      // The answer and the kill race, as they would: what was stored last is up to the machine.
      if (number === fatal) setTimeout(() => child.kill('SIGKILL'), Math.floor(kill / 5) % 5);
      return answers;
    };
    const [, signal] = (await exited) as [number | null, NodeJS.Signals | null]; // as Node documents the event
    expect(signal, `kill ${kill}`).to.equal('SIGKILL');
    expect(lines).to.not.include('done');
  }

  async function inStore(path: string): Promise<{ head: number; numbers: readonly number[] }> {
    await using store = await openLevelBlockStore(path);
    const numbers: number[] = [];
    for await (const { number } of store.blocks()) numbers.push(number);
    return { head: (await store.head())?.number ?? 0, numbers };
  }
});

/** Batches among many empty blocks. */
async function anchorSpread({ node, url }: TestNode, deployment: Deployment): Promise<void> {
  using hand = handOf('account', url, deployment);
  for (let sequence = 1; sequence <= BATCHES; sequence++) {
    await hand.batches.anchor({
      root: rootOf(sequence),
      log2Size: 6,
      class: 'short',
      expectedSequence: sequence,
    });
    for (let i = 0; i < BLOCKS / BATCHES; i++) await node.sealBlock();
  }
}
