/**
 * A real witness killed, and its power cut, while it signs: whatever signature was seen outside before that, its record
 * says so afterwards.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { WitnessRecord } from '../../../auditor/witness/record.ts';
import { Witness } from '../../../auditor/witness/witness.ts';
import { HclError } from '../../../core/errors.ts';
import { seededRandom } from '../../../scripts/bench/harness.ts';
import { PowerCut } from '../../support/power-cut.ts';
import { ORIGIN } from '../../support/publishing.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { bytesOf, hasStrace, readTrace, tracedTo, type SystemCall } from '../../support/syscall-trace.ts';
import { until } from '../../support/until.ts';
import { WaitingProcess } from '../../support/waiting-process.ts';
import { logOf, submission } from './support/submitting.ts';

const PROGRAM = fileURLToPath(new URL('support/witness-process.ts', import.meta.url));
const KILLS = runs(3, 100);
const CUTS = runs(12, 500);
const TRACED = runs(20, 200);
/** A witness is killed after so many signatures at most, and this long after the last of them. */
const MOST_SIGNED = 15;
const LONGEST_MS = 6;
const log = logOf(testSeed, 5000);

interface Seen {
  readonly size: number;
  readonly line: string;
}

/** Submits one checkpoint after the other, each a leaf larger, until the witness is gone or `count` are signed. */
async function submitUntilGone(url: string, from: number, seen: Seen[], count: number): Promise<void> {
  for (let size = from; size < from + count; size++) {
    const body = await submission(log, { oldSize: size - 1, size });
    const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body }).catch(() => undefined);
    const line = answer?.ok === true ? await answer.text().catch(() => undefined) : undefined;
    if (line === undefined) return;
    seen.push({ size, line: line.trim() });
  }
}

describe('a witness that ends in the middle of it', function () {
  this.timeout(60_000 + KILLS * 20_000 + CUTS * 2000);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-witness-crash-'));
    await using record = await WitnessRecord.open(join(folder, 'record'));
    await Witness.found(record, ORIGIN);
  });
  afterEach(async () => rm(folder, { recursive: true, force: true }));

  async function recorded(place: string): Promise<number | string> {
    try {
      await using record = await WitnessRecord.open(place);
      return (await record.last(ORIGIN))?.size ?? 'WITNESS_RECORD_MISSING';
    } catch (error) {
      if (error instanceof HclError) return error.code;
      throw error;
    }
  }

  it(`has written down whatever it signed, in ${KILLS} kills`, async () => {
    const random = seededRandom(testSeed);
    const seen: Seen[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const last = await recorded(join(folder, 'record'));
      const process = new WaitingProcess(PROGRAM, { folder: join(folder, 'record') });
      const url = await process.open();
      const from = Number(last) + 1;
      const enough = seen.length + 1 + Math.floor(random() * MOST_SIGNED);
      const submitting = submitUntilGone(url, from, seen, 1000);
      await until(() => seen.length >= enough);
      await delay(LONGEST_MS * random());
      await process.kill();
      await submitting;
      const largest = seen.at(-1)?.size ?? 0;
      // What was written and not answered is no harm.
      expect(await recorded(join(folder, 'record'))).to.be.within(largest, largest + 1);
    }
  });

  it(`has written down whatever it signed, in ${CUTS} power cuts`, async function () {
    if (!hasStrace()) this.skip();
    const random = seededRandom(testSeed);
    const trace = join(folder, 'trace');
    const seen: Seen[] = [];
    const place = join(folder, 'record');
    const calls = await traced(place, trace, seen);
    expect(seen.length).to.equal(TRACED);
    const answers = seen.map(({ size, line }) => ({ size, tick: tickOf(calls, line) }));
    const ticks = new PowerCut(place).ticksOf(calls);
    for (let i = 0; i < CUTS; i++) {
      const tick = ticks[Math.floor(random() * ticks.length)] ?? 0;
      const left = join(folder, `cut-${i}`);
      const cut = new PowerCut(place);
      cut.play(calls, tick);
      await cut.rebuild(left, random);
      const largest = Math.max(0, ...answers.filter((answer) => answer.tick <= tick).map(({ size }) => size));
      const after = await recorded(left);
      // Before its first sync of this run there may be nothing to open.
      if (largest > 0) expect(after).to.be.within(largest, TRACED);
      await rm(left, { recursive: true, force: true });
    }
    // A disk that lies about its flushes loses it: the cuts would notice.
    const lying = new PowerCut(place, { ignoresSyncs: true });
    lying.play(calls, Number.POSITIVE_INFINITY);
    await lying.rebuild(join(folder, 'lied'));
    expect(await recorded(join(folder, 'lied'))).to.equal('WITNESS_RECORD_MISSING');
  });

  /** The calls of a witness from its first start on an empty folder until so many signatures are seen. */
  async function traced(place: string, trace: string, seen: Seen[]): Promise<readonly SystemCall[]> {
    await rm(place, { recursive: true, force: true });
    const process = new WaitingProcess(PROGRAM, { folder: place, isNew: true }, { wrapper: tracedTo(trace) });
    try {
      await submitUntilGone(await process.open(), 1, seen, TRACED);
      await process.leave();
    } finally {
      await process.kill();
    }
    return readTrace(await readFile(trace, 'latin1'));
  }
});

/** When an answer began to leave. */
function tickOf(calls: readonly SystemCall[], line: string): number {
  const signature = line.split(' ').at(-1) ?? '';
  const sent = calls.find(
    ({ name, args }) =>
      (name === 'write' || name === 'writev') &&
      bytesOf(args).some((bytes) => new TextDecoder().decode(bytes).includes(signature)),
  );
  if (sent === undefined) throw new Error('an answer left');
  return sent.start;
}
