/**
 * D2 on the path of the store: each open, write, sync, rename and removal that a run makes fails once with each of
 * EIO, ENOSPC and EROFS, opens with EMFILE too, and once the process is killed at it. No store is corrupt after it, and no
 * answer was false.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { before, describe, it } from 'mocha';
import { expect } from 'chai';
import { toHex } from '../../core/bytes/hex.ts';
import type { IssuedRow } from '../../issuer/row.ts';
import { printFindings } from '../support/findings.ts';
import { isLongRun } from '../support/scale.ts';
import {
  failing,
  hasFailed,
  hasStrace,
  readTrace,
  targetOf,
  textsOf,
  tracedTo,
  type InjectedFault,
} from '../support/syscall-trace.ts';
import { expectAnchoredOnce, handlesOf } from './support/anchored-once.ts';
import { IssuerHouse } from './support/issuer-house.ts';
import { processOptions } from './support/issuer-process.ts';
import { LedgerServer } from './support/ledger-server.ts';

const PROGRAM = fileURLToPath(new URL('support/faulted-issuer.ts', import.meta.url));
const CALLS = ['openat', 'write', 'fdatasync', 'fsync', 'rename', 'unlink', 'mkdir'];
const FAULTS = ['EIO', 'ENOSPC', 'EROFS', 'EMFILE', 'SIGKILL'] as const;
const SAMPLED = 6;
const RECORDS = 6;
/** Of the program: its store did not open. */
const NOT_OPENED = 6;

describe('issuer: system calls of the store that fail', function () {
  this.timeout(isLongRun ? 7_200_000 : 300_000);
  /** Paths within the house's folder. */
  let faults: readonly InjectedFault[];

  before(async function () {
    if (!hasStrace()) {
      this.test?.parent?.eachTest((test) => (test.title += ' (needs strace, from Debian)'));
      this.skip();
    }
    faults = await faultsOfACleanRun();
  });

  it('leave no store corrupt and no answer false', async () => {
    const step = isLongRun ? 1 : faults.length / SAMPLED;
    const chosen = Array.from(
      { length: Math.min(faults.length, isLongRun ? faults.length : SAMPLED) },
      (_, i) => faults[Math.floor(i * step)],
    );
    const totals = new Map(
      FAULTS.map((fault) => [
        fault,
        { runs: 0, 'went on': 0, 'did not open': 0, killed: 0, 'not reached': 0, answered: 0 },
      ]),
    );
    for (const fault of chosen) {
      if (fault === undefined) continue;
      const { answered, end } = await runWith(fault);
      const total = totals.get(fault.fault);
      if (total === undefined) continue;
      total.runs++;
      total.answered += answered;
      total[end]++;
    }
    printFindings(
      `${chosen.length} of ${faults.length} faults, 0 corrupt stores, 0 false answers`,
      [...totals].map(([fault, total]) => ({ fault, ...total })),
    );
  });
});

async function faultsOfACleanRun(): Promise<readonly InjectedFault[]> {
  await using house = await IssuerHouse.create();
  const trace = join(house.folder, 'trace');
  const { rows, exit } = await run(house, [...tracedTo(trace), '-E', 'UV_THREADPOOL_SIZE=1']);
  expect(exit).to.deep.equal([0, null]);
  expect(rows).to.have.length(RECORDS);
  const counts = new Map<string, number>();
  for (const { name, args } of readTrace(await readFile(trace, 'latin1'))) {
    const path = targetOf(args) || (textsOf(args)[0] ?? '');
    if (!CALLS.includes(name) || !path.startsWith(join(house.folder, 'issuer'))) continue;
    const key = JSON.stringify([name, path.slice(house.folder.length)]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].flatMap(([key, count]) => {
    const [call, path] = JSON.parse(key) as [string, string]; // written just above
    // Only what makes a file can fail for want of one.
    const possible = FAULTS.filter((fault) => fault !== 'EMFILE' || call === 'openat');
    return Array.from({ length: count }, (_, i) =>
      possible.map((fault): InjectedFault => ({ call, path, when: i + 1, fault })),
    ).flat();
  });
}

/** One run with a fault, then a look at what is there. */
async function runWith(fault: InjectedFault): Promise<{
  readonly answered: number;
  readonly end: 'went on' | 'did not open' | 'killed' | 'not reached';
}> {
  await using house = await IssuerHouse.create();
  const trace = join(house.folder, 'trace');
  const { rows, exit } = await run(house, failing({ ...fault, path: house.folder + fault.path }, trace));
  const isReached = hasFailed(await readFile(trace, 'latin1'));
  const [code, signal] = exit;
  const name = `${fault.call} ${fault.path} ${fault.when} ${fault.fault}`;
  expect(
    signal === 'SIGKILL' || code === 0 || code === NOT_OPENED || code === 137,
    `${name}: ended with ${String(code)}`,
  ).to.equal(true);
  if (code === 0) expect(rows, name).to.have.length(RECORDS);
  await using issuer = await house.open();
  await issuer.settle();
  const answered = handlesOf(rows);
  await expectAnchoredOnce(answered, {
    roots: house.ledger.batches.map(({ root }) => toHex(root)),
    leavesOf: async (root) => (await issuer.batch(root)).leaves,
    codeOf: (handle) => issuer.code(handle),
  });
  return { answered: rows.length, end: isReached ? endOf(code) : 'not reached' };
}

function endOf(code: unknown): 'went on' | 'did not open' | 'killed' {
  if (code === 0) return 'went on';
  return code === NOT_OPENED ? 'did not open' : 'killed';
}

async function run(
  house: IssuerHouse,
  wrapper: readonly string[],
): Promise<{ readonly rows: readonly IssuedRow[]; readonly exit: readonly unknown[] }> {
  house.nowMs = Date.now();
  house.ledger.timeSeconds = Math.floor(house.nowMs / 1000);
  await using ledger = await LedgerServer.start(house.ledger);
  const options = await processOptions(house, { url: ledger.url, account: house.ledger.account });
  const [command, ...args] = [...wrapper, process.execPath, PROGRAM, JSON.stringify(options)];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const rows: IssuedRow[] = [];
  for await (const line of createInterface({ input: child.stdout })) rows.push(JSON.parse(line) as IssuedRow); // it writes rows
  return { rows, exit: await exited };
}
