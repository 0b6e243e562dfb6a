/**
 * D3 and D8, from a trace of the system calls of a real issuer under load. Power cuts: every record that was
 * acknowledged before the cut is in the store that the issuer opens with, and is anchored once. Order: the sync of a
 * record's data has come back before the first byte of its 2xx leaves.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { expect } from 'chai';
import { toHex } from '../../core/bytes/hex.ts';
import { HclError } from '../../core/errors.ts';
import { Issuer } from '../../issuer/issuer.ts';
import { seededRandom } from '../../scripts/bench/harness.ts';
import { printFindings } from '../support/findings.ts';
import { PowerCut } from '../support/power-cut.ts';
import { runs, testSeed } from '../support/scale.ts';
import { hasStrace, targetOf } from '../support/syscall-trace.ts';
import { expectAnchoredOnce, handlesOf } from './support/anchored-once.ts';
import { IssuerHouse } from './support/issuer-house.ts';
import { ledgerAt, storedAt, traceIssuer, type TracedRun } from './support/traced-issuer.ts';

const CUTS = runs(16, 200);
/** The second start reads what the first left, as a log, and writes it into a table. */
const STARTS = 2;
const ISSUES_A_START = runs(50, 500);

describe('issuer: power cuts, and the order of sync and answer', function () {
  this.timeout(120_000 + CUTS * 20_000);
  let house: IssuerHouse;
  let run: TracedRun;
  let dataFolder: string;

  before(async function () {
    if (!hasStrace()) {
      this.test?.parent?.eachTest((test) => (test.title += ' (needs strace, from Debian)'));
      this.skip();
    }
    house = await IssuerHouse.create();
    ({ dataFolder } = house.config());
    run = await traceIssuer(house, { starts: STARTS, issuesAStart: ISSUES_A_START });
    house.nowMs = Date.now();
  });
  after(async () => {
    if (house !== undefined) await house[Symbol.asyncDispose]();
  });

  it('have a trace of the whole way to cut', () => {
    expect(run.answers.length).to.be.at.least(STARTS * ISSUES_A_START);
    expect(house.ledger.batches.length).to.be.greaterThan(STARTS * 2);
    expect(house.ledger.statuses.length).to.be.greaterThan(0);
  });

  it(`D8: in ${STARTS * ISSUES_A_START} of so many issues the sync has come back before the answer begins`, () => {
    const syncs = run.calls.filter(({ name, result }) => name === 'fdatasync' && result === 0);
    let tooEarly = 0;
    for (const answer of run.answers) {
      const stored = storedAt(answer, run.calls, house);
      const synced = syncs.some(
        ({ start, end, args }) =>
          stored !== undefined &&
          targetOf(args) === stored.target &&
          start > stored.tick &&
          end < answer.tick,
      );
      if (!synced) tooEarly++;
    }
    expect(tooEarly).to.equal(0);
    printFindings('sync before answer', [
      { issues: run.answers.length, syncs: syncs.length, 'answered before the sync': tooEarly },
    ]);
  });

  it(`D3: lose no acknowledged record in ${CUTS} cuts`, async () => {
    const random = seededRandom(testSeed);
    const totals = { acknowledged: 0, cuts: 0, 'torn or partly kept': 0, lost: 0 };
    for (let cut = 0; cut < CUTS; cut++) {
      // Half of the cuts come right after an answer and spare nothing; the others come at any time and spare by chance.
      const isWorst = cut % 2 === 0;
      const tick = isWorst ? tickAfterAnswer(random()) : tickOfSomeCall(random());
      const { lost, before } = await cutAt(tick, isWorst ? undefined : random);
      expect(lost, `cut ${cut} at ${tick}`).to.deep.equal([]);
      totals.cuts++;
      totals.acknowledged += before;
      totals.lost += lost.length;
      if (!isWorst) totals['torn or partly kept']++;
    }
    printFindings('power cuts', [totals]);
  });

  it('D3: would lose some on a disk that does not sync', async () => {
    const { lost } = await cutAt(tickAfterAnswer(0.9), undefined, { ignoresSyncs: true });
    expect(lost.length).to.be.greaterThan(ISSUES_A_START);
  });

  /** Right before or after something began or ended in the folder. */
  function tickOfSomeCall(share: number): number {
    const ticks = new PowerCut(dataFolder).ticksOf(run.calls);
    const place = share * ticks.length;
    return (ticks[Math.floor(place)] ?? 0) + Math.round(place % 1);
  }

  function tickAfterAnswer(share: number): number {
    return (run.answers[Math.floor(share * run.answers.length)]?.tick ?? 0) + 1;
  }

  /** Rebuilds the folder as of a tick, opens it on the ledger as of then, and tells what is missing. */
  async function cutAt(
    tick: number,
    random: (() => number) | undefined,
    disk: { readonly ignoresSyncs?: boolean } = {},
  ): Promise<{ readonly lost: readonly string[]; readonly before: number }> {
    const powerCut = new PowerCut(dataFolder, disk);
    powerCut.play(run.calls, tick);
    const rebuilt = await mkdtemp(join(house.folder, 'rebuilt-'));
    await powerCut.rebuild(rebuilt, random);
    const answered = run.answers.filter((answer) => answer.tick < tick).map(({ row }) => row);
    const ledger = ledgerAt(house.ledger, run, tick);
    try {
      const ports = house.ports({ ledger: ledger.ledger, status: ledger.status });
      await using issuer = await Issuer.open(house.config({ dataFolder: rebuilt }), house.secrets, ports);
      const lost: string[] = [];
      for (const { recordId } of answered) {
        await issuer.record(recordId).catch(() => lost.push(recordId));
      }
      if (lost.length > 0) return { lost, before: answered.length };
      await issuer.settle();
      await expectAnchoredOnce(handlesOf(answered), {
        roots: ledger.batches.map(({ root }) => toHex(root)),
        leavesOf: async (root) => (await issuer.batch(root)).leaves,
        codeOf: (handle) => issuer.code(handle),
      });
      return { lost, before: answered.length };
    } catch (error) {
      // A store that does not open, or that the ledger contradicts, has lost everything.
      if (!(error instanceof HclError)) throw error;
      return { lost: [error.code, ...answered.map(({ recordId }) => recordId)], before: answered.length };
    } finally {
      await rm(rebuilt, { recursive: true });
    }
  }
});
