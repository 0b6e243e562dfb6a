/**
 * kill -9 of a sender at every kind of moment between signing a transaction and hearing of it, and a new one in its
 * place: nothing is lost, nothing is there twice, no nonce is spent for nothing.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { hexlify } from 'ethers';
import { after, before, describe, it } from 'mocha';
import type { Deployment } from '../../ledger/deployment.ts';
import { Random } from '../support/random.ts';
import { runs, testSeed } from '../support/scale.ts';
import {
  honest,
  startFaultProxy,
  type Exchange,
  type FaultProxy,
  type Reply,
} from './support/fault-proxy.ts';
import { readHistory } from './support/history.ts';
import type { KilledSenderOptions } from './support/killed-sender.ts';
import {
  addressOf,
  admitIssuer,
  deployTo,
  handOf,
  ISSUER,
  keyOf,
  startTestNode,
  type Hand,
  type TestNode,
} from './support/test-ledger.ts';

const PROGRAM = fileURLToPath(new URL('support/killed-sender.ts', import.meta.url));
const KILLS = runs(10, 400);
/** Anchoring one root takes seven exchanges with the node. */
const EXCHANGES = 7;

/** What becomes of the transaction that was under way when the process died. */
const MOMENTS = [
  'it had not left',
  'it arrived later',
  'it had arrived and was not answered',
  'any other',
] as const;

describe('sender: kill -9', function () {
  this.timeout(60_000 + KILLS * 20_000);
  let node: TestNode;
  let proxy: FaultProxy;
  let deployment: Deployment;
  let honestly: Hand;

  before(async () => {
    node = await startTestNode();
    deployment = await deployTo(node.url);
    await admitIssuer(node.url, deployment);
    proxy = await startFaultProxy(node.url);
    honestly = handOf('account', node.url, deployment);
  });

  after(async () => {
    honestly[Symbol.dispose]();
    await proxy[Symbol.asyncDispose]();
    await node[Symbol.asyncDispose]();
  });

  it(`loses nothing and repeats nothing in ${KILLS} kills`, async () => {
    const random = new Random(testSeed);
    let told = 0;
    let late: (() => Promise<unknown>) | undefined;
    for (let kill = 0; kill < KILLS; kill++) {
      const moment = MOMENTS[kill % MOMENTS.length]!; // below its length
      const fatal = 1 + random.below(2 * EXCHANGES);
      const died = await anchorUntil(told + 1, Infinity, (child) =>
        killing(child, { moment, fatal, arrived: late }),
      );
      told = Math.max(told, died.told);
      late = died.late;
      expect(await honestly.batches.sequence(ISSUER), moment).to.be.within(told, told + 1);
    }
    const last = told + 3;
    const { told: finished } = await anchorUntil(told + 1, last, () => ({
      handle: async (exchange) => (await arrive(late), honest(exchange)),
    }));
    expect(finished).to.equal(last);

    const roots: string[] = [];
    const history = readHistory(honestly.rpc, deployment, { events: new Set(['BatchAnchored']) });
    for await (const { event } of history) if (event.event === 'BatchAnchored') roots.push(event.root);
    expect(roots).to.have.lengthOf(last);
    expect(new Set(roots).size).to.equal(last);
    const count = await honestly.rpc.request('eth_getTransactionCount', [addressOf('account'), 'pending']);
    expect(Number(count)).to.equal(last);
  });

  /** What the proxy does while a process runs; `late` is a transaction that it has kept back. */
  interface Fault {
    readonly handle: FaultProxy['handle'];
    readonly late?: () => (() => Promise<unknown>) | undefined;
  }

  /** Runs a sender until it ends; the number it was last told of, 0 for none. */
  async function anchorUntil(
    next: number,
    last: number,
    faultOf: (kill: () => void) => Fault,
  ): Promise<{ readonly told: number; readonly late: (() => Promise<unknown>) | undefined }> {
    const options: KilledSenderOptions = {
      url: proxy.url,
      deployment,
      issuer: ISSUER,
      privateKey: hexlify(keyOf('account')),
      next,
      last: Math.min(last, Number.MAX_SAFE_INTEGER),
    };
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'hcl-compile-cache') },
    });
    const fault = faultOf(() => child.kill('SIGKILL'));
    proxy.handle = fault.handle;
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    await once(child, 'close');
    return { told: Number(lines.at(-1) ?? 0), late: fault.late?.() };
  }

  /** Kills the process at a moment of its life, from its `fatal`-th exchange on. */
  function killing(
    kill: () => void,
    plan: {
      readonly moment: (typeof MOMENTS)[number];
      readonly fatal: number;
      /** Of the process before: it arrives while this one begins. */
      readonly arrived: (() => Promise<unknown>) | undefined;
    },
  ): Fault {
    let exchanges = 0;
    let late: (() => Promise<unknown>) | undefined;
    const handle = async (exchange: Exchange): Promise<Reply> => {
      if (exchanges === 1) await arrive(plan.arrived);
      if (++exchanges < plan.fatal) return exchange.forward();
      if (plan.moment === 'any other') return (kill(), 'hang');
      if (!isSend(exchange)) return exchange.forward();
      if (plan.moment === 'it had arrived and was not answered') await exchange.forward();
      if (plan.moment === 'it arrived later') late = () => exchange.forward();
      kill();
      return 'hang';
    };
    return { handle, late: () => late };
  }
});

function arrive(late: (() => Promise<unknown>) | undefined): Promise<unknown> {
  return late?.() ?? Promise.resolve();
}

function isSend({ requests }: Exchange): boolean {
  return requests.some(({ method }) => method === 'eth_sendRawTransaction');
}
