/**
 * D4: a process that may open no more files (EMFILE). The limit is the kernel's own, taken away from a running issuer
 * and given back: nothing answered is lost, it is unready from the first failed write on, and goes on by itself.
 */
import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Readable, Writable } from 'node:stream';
import { before, describe, it } from 'mocha';
import { expect } from 'chai';
import { toHex } from '../../core/bytes/hex.ts';
import type { IssuedRow } from '../../issuer/row.ts';
import { printFindings } from '../support/findings.ts';
import { until } from '../support/until.ts';
import { expectAnchoredOnce, handlesOf } from './support/anchored-once.ts';
import { IssuerHouse, passportVaccination } from './support/issuer-house.ts';
import { processOptions } from './support/issuer-process.ts';
import { LedgerServer } from './support/ledger-server.ts';

const PROGRAM = fileURLToPath(new URL('support/starved-issuer.ts', import.meta.url));
const RECORDS_A_REQUEST = 10;
const ATTEMPTS_WHILE_STARVED = 10;
/** Pauses between them grow: these take more than a second. */
const REFUSALS = 5;

interface Answered {
  readonly status: number;
  readonly code?: string;
  readonly count?: number;
  readonly rows?: readonly IssuedRow[];
}

describe('a process that may open no more files', function () {
  this.timeout(120_000);

  before(function () {
    if (spawnSync('prlimit', ['--version']).status !== 0) {
      this.test?.parent?.eachTest((test) => (test.title += ' (needs prlimit, from util-linux)'));
      this.skip();
    }
  });

  it('is unready and refuses, and when it may again all goes on and nothing answered is lost', async () => {
    await using house = await IssuerHouse.create();
    house.nowMs = Date.now();
    house.ledger.timeSeconds = Math.floor(house.nowMs / 1000);
    await using ledger = await LedgerServer.start(house.ledger);
    const options = await processOptions(house, { url: ledger.url, account: house.ledger.account });
    await using starved = await StarvedIssuer.start(options);
    const acknowledged: IssuedRow[] = [];
    let next = 0;
    const issue = async (): Promise<Answered> => {
      const records = Array.from({ length: RECORDS_A_REQUEST }, () => passportVaccination(next++));
      const answered = await starved.ask(`records ${JSON.stringify(records)}`);
      acknowledged.push(...(answered.rows ?? []));
      return answered;
    };
    expect((await issue()).status).to.equal(200);
    expect(await starved.ask('settle')).to.deep.equal({ status: 200 });
    expect(await starved.ask('ready')).to.deep.equal({ status: 200 });

    starved.mayOpen(1);
    const before = acknowledged.length;
    let refused = await issue();
    // What fits into the files that are open is taken, and is on the disk.
    while (refused.status === 200) refused = await issue();
    const starvedRows = acknowledged.length - before;
    expect(refused).to.deep.include({ status: 503, code: 'STORE_FAILED' });
    for (let n = 0; n < ATTEMPTS_WHILE_STARVED; n++) {
      expect(await issue()).to.deep.include({ status: 503, code: 'STORE_FAILED' });
      expect(await starved.ask('ready')).to.deep.equal({ status: 503 });
      expect(await starved.ask('metrics')).to.deep.equal({ status: 200 });
    }
    // It keeps trying, and whatever it asks of the system by itself every second it gets over being refused.
    await until(async () => ((await starved.ask('refusals')).count ?? 0) >= REFUSALS);

    starved.mayOpen(1024);
    expect(await starved.ask('open')).to.deep.equal({ status: 200 });
    expect(await starved.ask('ready')).to.deep.equal({ status: 200 });
    expect((await issue()).status).to.equal(200);
    expect(await starved.ask('settle')).to.deep.equal({ status: 200 });
    await starved.leave();
    await expectAllThere(house, acknowledged);
    printFindings('no more files', [
      {
        'acknowledged, each anchored once': acknowledged.length,
        'of these with no file to be had': starvedRows,
      },
    ]);
  });
});

async function expectAllThere(house: IssuerHouse, acknowledged: readonly IssuedRow[]): Promise<void> {
  await using issuer = await house.open();
  await issuer.settle();
  await expectAnchoredOnce(handlesOf(acknowledged), {
    roots: house.ledger.batches.map(({ root }) => toHex(root)),
    leavesOf: async (root) => (await issuer.batch(root)).leaves,
    codeOf: (handle) => issuer.code(handle),
  });
}

class StarvedIssuer implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  readonly #exited: Promise<unknown[]>;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.#exited = once(child, 'exit');
  }

  static async start(options: object): Promise<StarvedIssuer> {
    const starved = new StarvedIssuer(
      spawn(process.execPath, [PROGRAM, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    expect((await starved.#lines.next()).value).to.equal('open');
    return starved;
  }

  async ask(line: string): Promise<Answered> {
    this.#child.stdin.write(`${line}\n`);
    // The program's own answers.
    return JSON.parse(String((await this.#lines.next()).value)) as Answered;
  }

  /** Files that are open stay so; the next one is refused from this number on. */
  mayOpen(files: number): void {
    const limit = ['--pid', String(this.#child.pid), `--nofile=${files}:`];
    expect(spawnSync('prlimit', limit).status).to.equal(0);
  }

  async leave(): Promise<void> {
    this.#child.stdin.end();
    expect(await this.#exited).to.deep.equal([0, null]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
