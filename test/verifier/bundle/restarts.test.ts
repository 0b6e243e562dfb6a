/** A publisher that is restarted leads on from what it published before, as if it had never been away. */
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { BundleState } from '../../../core/bundle/bundle-state.ts';
import { deltaPath, type DeltaLine } from '../../../core/bundle/follow-deltas.ts';
import { MIN_STATUS_ENTRIES, type StatusChange } from '../../../core/status/token-status-list.ts';
import type { FixtureIssuer } from '../../support/consortium.ts';
import { printFindings } from '../../support/findings.ts';
import { Random } from '../../support/random.ts';
import { runs, testSeed } from '../../support/scale.ts';
import { updateFrom } from './support/asking-device.ts';
import { PublishedLedger } from './support/published-ledger.ts';

const MINUTE = 60;
const HOUR = 3600;
/** So old a state is not the latest where what leads on from it leads to itself. */
const YOUNG = 11 * MINUTE;
const HOURS = runs(5, 23);

describe('a publisher that is restarted', () => {
  let published: PublishedLedger;
  /** Whose lists the publisher has late. */
  let late: FixtureIssuer;
  let random: Random;

  beforeEach(async () => {
    published = await PublishedLedger.open();
    const [, second] = published.consortium.issuers;
    if (second === undefined) throw new Error('there are three issuers');
    late = second;
    random = new Random(testSeed);
  });
  afterEach(() => published[Symbol.asyncDispose]());

  function revocations(count: number): readonly StatusChange[] {
    return Array.from({ length: count }, () => ({
      index: random.below(MIN_STATUS_ENTRIES),
      value: 'revoked',
    }));
  }

  /** What a device holds that follows what is published first, and then after each of these waits; some lists are late. */
  async function statesAfter(waits: readonly number[]): Promise<readonly BundleState[]> {
    const states = [await published.takeFull(await published.publishAtNextHour(revocations(20_000)))];
    for (const seconds of waits) {
      published.fetchLists();
      if (random.below(2) === 0) published.announceLists(late, revocations(20));
      await published.publishAfter(seconds, revocations(20));
      states.push((await updateFrom(published, states.at(-1))).state);
    }
    return states;
  }

  /** The files that were written until now are hours old, as the sweep sees them: they have the machine's time. */
  async function letFilesAge(): Promise<void> {
    const folder = join(published.path, 'files');
    const at = published.consortium.nowSeconds - 3 * HOUR;
    for (const name of await readdir(folder)) await utimes(join(folder, name), at, at);
  }

  async function kept(): Promise<readonly { readonly path: string; readonly size: number }[]> {
    const { states } = JSON.parse(await readFile(join(published.path, 'bases'), 'utf8'));
    return states;
  }

  it('in the middle of a day leads on from every state of it by one or two small files', async () => {
    const waits = Array.from({ length: HOURS * 6 }, () => MINUTE * (5 + random.below(11)));
    const states = await statesAfter(waits);
    await letFilesAge();
    published.fetchLists();
    await published.publishAfter(20 * MINUTE, revocations(20));
    published.restart();
    await published.publishAfter(3 * MINUTE, revocations(20));
    await published.publishAtNextHour(revocations(20));
    const { full } = await published.publishAfter(25 * MINUTE, revocations(20));
    expect(published.warnings).to.deep.equal([]);
    const { statusLists } = published.consortium;
    for (const [line, minutes] of [
      ['deltas', 1],
      // From the first state of the hour before, none is asked for while it is young.
      ['hours', 70],
    ] as const) {
      const bytes: number[] = [];
      for (const held of states) {
        const updated = await updateFrom(published, held, { line });
        const behindSeconds = published.consortium.nowSeconds - updated.state.timeSeconds;
        expect(behindSeconds).to.be.below(minutes * MINUTE);
        expect(updated.asked.length, updated.asked.join()).to.be.at.most(2);
        expect(updated.asked.every((path) => isOf(line, path))).to.equal(true);
        expect(updated.bytes).to.be.below(full.bytes / 2);
        expect(updated.state.statusLists.versionOf(late.id)).to.equal(statusLists.versionOf(late.id));
        bytes.push(updated.bytes);
      }
      report(line, bytes, full.bytes);
    }
  });

  it('after days leads on from every state of the last one, and has kept little of those before', async () => {
    const states = await statesAfter(Array.from({ length: 27 }, () => 2 * HOUR));
    published.restart();
    const { size } = await published.publishAfter(10 * MINUTE, revocations(20));
    for (const state of states.slice(-12)) {
      const { asked, state: led } = await updateFrom(published, state);
      expect(asked).to.deep.equal([deltaPath('deltas', state.checkpoint.size)]);
      expect(led.checkpoint.size).to.equal(size);
    }
    expect((await kept()).length).to.be.within(12, 15);
    expect((await kept()).filter((each) => !('from' in each))).to.have.length.within(1, 2);
  });

  it('between index and deltas leads on by one file from what it had not led on from', async () => {
    const [held] = (await statesAfter([MINUTE, MINUTE])).slice(-1);
    if (held === undefined) throw new Error('three states were published');
    const { folder } = published;
    folder.putDelta = () => Promise.reject(new Error('killed'));
    await published.publishAfter(MINUTE);
    published.restart();
    const { size } = await published.publishAfter(MINUTE);
    const { asked, state } = await updateFrom(published, held);
    expect(asked).to.deep.equal([deltaPath('deltas', held.checkpoint.size)]);
    expect(state.checkpoint.size).to.equal(size);
  });

  it('goes on without the states whose files are damaged, and says so', async () => {
    const states = await statesAfter([MINUTE, MINUTE, MINUTE]);
    const torn = states.at(-1);
    const file = (await kept()).find(({ size }) => size === torn?.checkpoint.size);
    await writeFile(join(published.path, file?.path ?? ''), 'torn');
    published.restart();
    const { size } = await published.publishAfter(YOUNG);
    expect(published.warnings).to.deep.equal([
      'who holds some of the states from before the restart takes the full bundle',
    ]);
    for (const held of states) {
      const { asked, state } = await updateFrom(published, held);
      expect(state.checkpoint.size).to.equal(size);
      expect(asked.includes('latest')).to.equal(held === torn);
    }
  });

  it('begins anew where it kept nothing yet, or in no form that it knows, and says so', async () => {
    const [held] = await statesAfter([MINUTE]);
    for (const damage of [
      undefined,
      '',
      '{"version":2,"states":[]}',
      '{"version":1,"states":[{"size":-1}]}',
    ]) {
      const file = join(published.path, 'bases');
      await (damage === undefined ? rm(file) : writeFile(file, damage));
      published.warnings.length = 0;
      published.restart();
      const { full, size } = await published.publishAfter(YOUNG);
      expect(published.warnings).to.deep.equal([
        'who holds any of the states from before the restart takes the full bundle',
      ]);
      expect(full.size).to.equal(size);
      expect((await updateFrom(published, held)).state.checkpoint.size).to.equal(size);
    }
    const files = await readdir(join(published.path, 'files'));
    expect(files).to.include((await kept())[0]?.path.slice('files/'.length));
  });
});

/** Whether a device that goes by this line may ask for it. */
function isOf(line: DeltaLine, path: string): boolean {
  return path.startsWith(`${line}/`);
}

function report(line: DeltaLine, bytes: readonly number[], full: number): void {
  const sorted = bytes.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const row = { line, devices: bytes.length, median, most: sorted.at(-1) ?? 0, full };
  printFindings('bytes after a restart', [row]);
}
