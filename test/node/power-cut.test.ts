/**
 * Power cuts, rebuilt from a trace of the system calls of a real node under load: every transaction that was answered
 * before the cut is in the chain that the node opens with, and the chain is whole.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { verifyDataFolder } from '../../node/fsck.ts';
import { EmbeddedNode } from '../../node/node.ts';
import { NodeError } from '../../node/node-errors.ts';
import type { NodeOptions } from '../../node/options.ts';
import { seededRandom } from '../../scripts/bench/harness.ts';
import { PowerCut } from '../support/power-cut.ts';
import { runs, testSeed } from '../support/scale.ts';
import { hasStrace, readTrace, textsOf, tracedTo, type SystemCall } from '../support/syscall-trace.ts';
import { NodeProcess, optionsIn, SENDERS, sendAlong } from './support/node-process.ts';
import { acknowledgementsIn, type Acknowledgement } from './support/transaction-answers.ts';

const CUTS = runs(20, 500);
/** The second start reads what the first left, as a log, and writes it into a table. */
const STARTS = 2;
const RECEIPTS_A_START = runs(100, 400);
/** The least there is: LevelDB begins a new log and writes a table several times under the load. */
const WRITE_BUFFER_BYTES = 65_536;

describe('node: power cuts', function () {
  this.timeout(CUTS * 20_000);
  let folder: string;
  let options: NodeOptions;
  const calls: SystemCall[] = [];
  let answers: readonly Acknowledgement[];

  before(async function () {
    if (!hasStrace()) {
      this.test?.parent?.eachTest((test) => (test.title += ' (needs strace, from Debian)'));
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), 'hcl-cut-'));
    options = { ...(await optionsIn(folder)), writeBufferBytes: WRITE_BUFFER_BYTES };
    for (let start = 0; start < STARTS; start++) {
      const trace = join(folder, `trace-${start}`);
      await loadTraced(trace);
      const firstTick = 1 + Math.max(-1, ...calls.map(({ end }) => end).filter(Number.isFinite));
      for (const call of readTrace(await readFile(trace, 'latin1'), firstTick)) calls.push(call);
    }
    answers = acknowledgementsIn(calls);
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  async function loadTraced(trace: string): Promise<void> {
    const traced = new NodeProcess(options, tracedTo(trace));
    const url = await traced.open();
    let receipts = 0;
    const load = { onReceipt: () => void receipts++, isEnough: () => receipts >= RECEIPTS_A_START };
    await Promise.all(SENDERS.map((sender) => sendAlong(url, sender, load)));
    await traced.leave();
  }

  it('has a trace of a real load to cut', () => {
    expect(answers.length).to.be.at.least(STARTS * RECEIPTS_A_START);
    expect(calls.filter(({ name }) => name === 'fdatasync').length).to.be.greaterThan(STARTS * 10);
    // One log a start would be no switch, and one table for the log of the start before.
    expect(created(/\.log$/), 'logs').to.be.greaterThan(STARTS + 1);
    expect(created(/\.ldb$/), 'tables').to.be.greaterThan(STARTS);
  });

  it(`lose no acknowledged transaction in ${CUTS} cuts`, async () => {
    const random = seededRandom(testSeed);
    for (let cut = 0; cut < CUTS; cut++) {
      // Half of the cuts come right after an answer and spare nothing; the others come at any time and spare by chance.
      const isWorst = cut % 2 === 0;
      const tick = isWorst ? tickAfterAnswer(random()) : tickOfSomeCall(random());
      const { lost, blocks } = await cutAt(tick, isWorst ? undefined : random);
      expect(lost, `cut ${cut} at ${tick} of ${lastTick()}, ${blocks} blocks`).to.deep.equal([]);
    }
  });

  it('would lose some on a disk that does not sync', async () => {
    let lost = 0;
    for (const share of [0.3, 0.6, 0.9]) {
      lost += (await cutAt(tickAfterAnswer(share), undefined, { ignoresSyncs: true })).lost.length;
    }
    expect(lost).to.be.greaterThan(RECEIPTS_A_START / 2);
  });

  /** How many files of such a name the node made. */
  function created(name: RegExp): number {
    const made = calls.filter(
      (call) => call.name === 'openat' && call.result >= 0 && call.args.includes('O_CREAT'),
    );
    return new Set(made.flatMap(({ args }) => textsOf(args)).filter((path) => name.test(path))).size;
  }

  function lastTick(): number {
    return answers.at(-1)?.tick ?? 0;
  }

  /** Right before or after something began or ended in the folder. */
  function tickOfSomeCall(share: number): number {
    const ticks = new PowerCut(options.dataFolder).ticksOf(calls);
    const place = share * ticks.length;
    return (ticks[Math.floor(place)] ?? 0) + Math.round(place % 1);
  }

  function tickAfterAnswer(share: number): number {
    return (answers[Math.floor(share * answers.length)]?.tick ?? 0) + 1;
  }

  /** Rebuilds the folder as of a tick, opens it, and tells which answered transactions are not there. */
  async function cutAt(
    tick: number,
    random: (() => number) | undefined,
    disk: { readonly ignoresSyncs?: boolean } = {},
  ): Promise<{ readonly lost: readonly string[]; readonly blocks: bigint }> {
    const powerCut = new PowerCut(options.dataFolder, disk);
    powerCut.play(calls, tick);
    const rebuilt = await mkdtemp(join(folder, 'rebuilt-'));
    await powerCut.rebuild(rebuilt, random);
    const answered = answers.filter((answer) => answer.tick < tick).map(({ hash }) => hash);
    const lost = await lostIn({ ...options, dataFolder: rebuilt }, answered);
    if (lost.length > 0) return { lost, blocks: 0n };
    const report = await verifyDataFolder(rebuilt);
    expect(report.fault).to.equal(undefined);
    await rm(rebuilt, { recursive: true });
    return { lost, blocks: report.goodBlocks };
  }
});

async function lostIn(options: NodeOptions, answered: readonly string[]): Promise<readonly string[]> {
  try {
    await using node = await EmbeddedNode.open(options, { nowSeconds: () => Date.now() / 1_000 });
    const receipts = await Promise.all(
      answered.map((hash) => node.request('eth_getTransactionReceipt', [hash])),
    );
    const lost = answered.filter((_, index) => receipts[index] === null);
    // The chain goes on, and what it seals next is whole too.
    await node.sealBlock();
    expect(node.isSealing).to.equal(true);
    return lost;
  } catch (error) {
    // A folder that does not open has lost everything.
    if (error instanceof NodeError) return [error.message, ...answered];
    throw error;
  }
}
