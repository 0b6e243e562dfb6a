/** From each state that a device may hold something leads on: to the latest, or to the first state of an hour. */
import { mkdir, readFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { BundleIndex } from '../../../core/bundle/bundle-index.ts';
import type { BundleState } from '../../../core/bundle/bundle-state.ts';
import { DELTA_LINES, deltaPath, followDeltas, type DeltaLine } from '../../../core/bundle/follow-deltas.ts';
import { runs } from '../../support/scale.ts';
import { PublishedLedger } from './support/published-ledger.ts';

const HOURS = runs(2, 23);
const MINUTE = 60;
const HOUR = 3600;
/** A fast publisher's pace, and how long it is watched. */
const SECONDS = 5;
const PER_MINUTE = MINUTE / SECONDS;
const MINUTES = 4;

interface Followed {
  /** Files, in the order in which they were asked for. */
  readonly asked: readonly string[];
  readonly isLatest: boolean;
  readonly state: BundleState;
}

describe('what is published', () => {
  let published: PublishedLedger;

  beforeEach(async () => (published = await PublishedLedger.open()));
  afterEach(() => published[Symbol.asyncDispose]());

  const after = (seconds: number): Promise<BundleIndex> => published.publishAfter(seconds);
  const atNextHour = (): Promise<BundleIndex> => published.publishAtNextHour();

  function read(path: string): Promise<Uint8Array> {
    return readFile(join(published.path, path));
  }

  async function follow(held: BundleState, line: DeltaLine): Promise<Followed> {
    const asked: string[] = [];
    const find = async (path: string): Promise<Uint8Array | undefined> => {
      asked.push(path);
      return read(path).catch(() => undefined);
    };
    const { deltas, isLatest } = await followDeltas(held, { ...published.context(), find, line });
    return { asked, isLatest, state: deltas.at(-1)?.next ?? held };
  }

  async function latest(held: BundleState): Promise<BundleState> {
    return (await follow(held, 'deltas')).state;
  }

  it('leads from every state of a day to the latest, and to the first of the last hour', async () => {
    const held = [await published.takeFull(await atNextHour())];
    let firstOfHour = 0;
    for (let hour = 0; hour < HOURS; hour++) {
      for (let minutes = 0; minutes < 40; minutes += 13) {
        await after(13 * MINUTE);
        const [last] = held.slice(-1);
        if (last !== undefined) held.push(await latest(last));
      }
      firstOfHour = (await atNextHour()).size;
    }
    const { size } = await after(50 * MINUTE);
    expect(held.length).to.be.above(4 * HOURS);
    for (const [i, state] of held.entries()) {
      const toLatest = await follow(state, 'deltas');
      expect(toLatest.state.checkpoint.size, `state ${i}`).to.equal(size);
      expect(toLatest.asked.length, 'files').to.be.at.most(2);
      const toHour = await follow(state, 'hours');
      expect(toHour.state.checkpoint.size, `state ${i}`).to.equal(firstOfHour);
      expect(toHour.asked.length, 'files').to.be.at.most(2);
    }
  });

  it('is no more work where every few seconds something is published, and leads on still', async () => {
    const first = await published.takeFull(await atNextHour());
    const held = [first];
    for (let i = 1; i < PER_MINUTE * MINUTES; i++) {
      await after(SECONDS);
      if (i % 5 === 0) held.push(await latest(first));
    }
    const { folder } = published;
    const putDelta = folder.putDelta.bind(folder);
    const made: number[] = [];
    folder.putDelta = (line, size, bytes) => {
      made.push(size);
      return putDelta(line, size, bytes);
    };
    await after(SECONDS);
    // This minute’s, the first of each minute before, and what is published.
    expect(made.length).to.be.at.most(PER_MINUTE + MINUTES + 1);
    for (const state of held) {
      const behindSeconds = published.consortium.nowSeconds - (await latest(state)).timeSeconds;
      expect(behindSeconds).to.be.below(90);
    }
    const { size: ofNextHour } = await atNextHour();
    const { size: last } = await after(20 * MINUTE);
    for (const state of held) {
      const followed = await follow(state, 'deltas');
      expect(followed.state.checkpoint.size).to.equal(last);
      expect(followed.asked.length, 'files').to.be.at.most(3);
      expect((await follow(state, 'hours')).state.checkpoint.size).to.equal(ofNextHour);
    }
  });

  it('costs who asks seldom, and holds an hour’s first state, one file', async () => {
    const held = await published.takeFull(await atNextHour());
    for (let hour = 0; hour < 3; hour++) {
      await after(20 * MINUTE);
      await atNextHour();
    }
    const { asked, state } = await follow(held, 'hours');
    expect(asked).to.deep.equal([deltaPath('hours', held.checkpoint.size)]);
    expect(state.timeSeconds).to.equal(published.consortium.nowSeconds);
  });

  for (const { line, minutes, isLatest } of [
    { line: 'deltas', minutes: 9, isLatest: true },
    { line: 'deltas', minutes: 11, isLatest: false },
    { line: 'hours', minutes: 69, isLatest: true },
    { line: 'hours', minutes: 71, isLatest: false },
  ] as const) {
    it(`has nothing newer for who holds the latest, and ${line} tell ${isLatest ? 'so' : 'nothing'} after ${minutes} minutes`, async () => {
      const held = await published.takeFull(await atNextHour());
      published.consortium.advance(minutes * MINUTE);
      const followed = await follow(held, line);
      expect(followed.isLatest).to.equal(isLatest);
      expect(followed.state).to.equal(held);
      const [first] = followed.asked;
      expect(first).to.equal(deltaPath(line, held.checkpoint.size));
      if (isLatest) expect(followed.asked).to.have.length(1);
    });
  }

  it('leads an hour’s saver who is ahead of the hour to the latest', async () => {
    const first = await published.takeFull(await atNextHour());
    await after(MINUTE);
    const ahead = await latest(first);
    const { size } = await after(20 * MINUTE);
    const { asked, state } = await follow(ahead, 'hours');
    expect(state.checkpoint.size).to.equal(size);
    expect(asked).to.deep.equal(
      DELTA_LINES.toReversed().map((line) => deltaPath(line, ahead.checkpoint.size)),
    );
  });

  it('leads on after a restart from states that the publisher has forgotten', async () => {
    const first = await published.takeFull(await atNextHour());
    const held = [first];
    for (let i = 0; i < 3; i++) {
      await after(5 * MINUTE);
      held.push(await latest(first));
    }
    published.restart();
    await after(5 * MINUTE);
    const { size } = await after(20 * MINUTE);
    for (const state of held) expect((await latest(state)).checkpoint.size).to.equal(size);
  });

  it('leads nobody to a state that was not published', async () => {
    const held = await published.takeFull(await atNextHour());
    const { folder } = published;
    folder.putIndex = () => Promise.reject(new Error('the disk is full'));
    expect((await Promise.allSettled([after(MINUTE)]))[0].status).to.equal('rejected');
    expect(await latest(held)).to.equal(held);
  });

  it('is written anew where the disk did not take it', async () => {
    const held = await published.takeFull(await atNextHour());
    const folder = join(published.path, 'deltas');
    await rm(folder, { recursive: true });
    const { putDelta } = published.folder;
    published.folder.putDelta = () => Promise.reject(new Error('the disk is full'));
    await after(MINUTE);
    published.folder.putDelta = putDelta;
    await mkdir(folder, { recursive: true });
    const { size } = await published.publish();
    expect((await latest(held)).checkpoint.size).to.equal(size);
  });

  it('is kept for a day after it was written last, and then removed', async () => {
    const { size } = await atNextHour();
    const files = DELTA_LINES.map((line) => deltaPath(line, size));
    const areThere = async (): Promise<boolean> =>
      (await Promise.all(files.map((file) => read(file).catch(() => undefined)))).every(Boolean);
    for (const [hours, are] of [
      [24, true],
      // The last one that is made from it.
      [2, true],
      [26, false],
    ] as const) {
      // Files have the machine's time, which is another one.
      const { nowSeconds } = published.consortium;
      for (const file of files) await utimes(join(published.path, file), nowSeconds, nowSeconds);
      await after(hours * HOUR);
      expect(await areThere(), `after ${hours} hours`).to.equal(are);
    }
  });
});
