/** A device comes up to date from what a publisher had to forget: the file of such a state leads to itself for a day. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { BundleState } from '../../../core/bundle/bundle-state.ts';
import { deltaPath, type DeltaLine } from '../../../core/bundle/follow-deltas.ts';
import { fetchUpdate } from '../../../core/bundle/update-bundle.ts';
import { HclError } from '../../../core/errors.ts';
import { PublishedLedger } from './support/published-ledger.ts';

const MINUTE = 60;
const HOUR = 3600;

interface Updated {
  /** Files, in the order in which they were asked for. */
  readonly asked: readonly string[];
  readonly state: BundleState;
}

interface Asking {
  readonly line?: DeltaLine;
  /** A file that is not to be had. */
  readonly without?: string;
}

describe('a device whose state the publisher', () => {
  let published: PublishedLedger;
  let asked: string[];

  beforeEach(async () => {
    published = await PublishedLedger.open();
    asked = [];
  });
  afterEach(() => published[Symbol.asyncDispose]());

  async function update(held: BundleState, { line = 'deltas', without }: Asking = {}): Promise<Updated> {
    asked = [];
    const get = async (path: string): Promise<Uint8Array> => {
      asked.push(path);
      if (path === without) throw new Error('no such file');
      return readFile(join(published.path, path));
    };
    const find = (path: string): Promise<Uint8Array | undefined> => get(path).catch(() => undefined);
    const { state } = await fetchUpdate(held, { ...published.context(), get, find, line });
    return { asked, state };
  }

  /** The third state of an hour, by what leads on from the first: the publisher's last one. */
  async function takeLatest(): Promise<BundleState> {
    const first = await published.takeFull(await published.publishAtNextHour());
    for (let i = 0; i < 2; i++) await published.publishAfter(MINUTE);
    return (await update(first)).state;
  }

  /** Publishes once without deltas, as the disk is full or the process dies. */
  async function publishWithoutDeltas(publish: () => Promise<unknown>): Promise<void> {
    const { folder } = published;
    const putDelta = folder.putDelta.bind(folder);
    folder.putDelta = () => Promise.reject(new Error('no room for deltas'));
    await publish();
    folder.putDelta = putDelta;
  }

  it('forgot in a restart follows the hours, by small files alone', async () => {
    // The full bundle, which no restart forgets, is not of the hour's beginning.
    await published.publishAtNextHour();
    const first = await published.takeFull(await published.publishAfter(65 * MINUTE));
    await published.publishAtNextHour();
    const { state: held } = await update(first, { line: 'hours' });
    await published.publishAfter(10 * MINUTE);
    published.restart();
    await published.publishAfter(10 * MINUTE);
    let firstOfHour = 0;
    for (let hour = 0; hour < 3; hour++) firstOfHour = (await published.publishAtNextHour()).size;
    await published.publishAfter(30 * MINUTE);
    const { state } = await update(held, { line: 'hours' });
    expect(state.checkpoint.size).to.equal(firstOfHour);
    expect(
      asked.every((path) => /^(hours|deltas)\//.test(path)),
      asked.join(),
    ).to.equal(true);
  });

  it('forgot as it was killed between index and deltas asks for the index', async () => {
    const held = await takeLatest();
    await publishWithoutDeltas(() => published.publishAfter(MINUTE));
    published.restart();
    let size = 0;
    for (let i = 0; i < 10; i++) ({ size } = await published.publishAfter(MINUTE));
    const { state } = await update(held);
    expect(state.checkpoint.size).to.equal(size);
    expect(asked.slice(0, 2)).to.deep.equal([deltaPath('deltas', held.checkpoint.size), 'latest']);
  });

  it('had no room to lead on from as an hour began asks for the index', async () => {
    const held = await takeLatest();
    await publishWithoutDeltas(() => published.publishAtNextHour());
    await published.publishAfter(MINUTE);
    for (let hour = 0; hour < 3; hour++) await published.publishAtNextHour();
    const { size } = await published.publishAfter(MINUTE);
    expect((await update(held)).state.checkpoint.size).to.equal(size);
  });

  it('leads on from by two files goes on by the index where it cannot have the second', async () => {
    const held = await takeLatest();
    await published.publishAfter(MINUTE);
    const { size: second } = await published.publishAtNextHour();
    await published.publishAtNextHour();
    const { size } = await published.publishAfter(30 * MINUTE);
    const without = deltaPath('deltas', second);
    const { state } = await update(held, { without });
    expect(asked.slice(0, 3)).to.deep.equal([deltaPath('deltas', held.checkpoint.size), without, 'latest']);
    expect(state.checkpoint.size).to.equal(size);
  });

  it('is silent about learns of its silence by the index alone', async () => {
    const held = await takeLatest();
    published.consortium.advance(HOUR);
    expect((await update(held)).state).to.equal(held);
    expect(asked).to.deep.equal([deltaPath('deltas', held.checkpoint.size), 'latest']);
  });

  it('never leads back: an older full bundle that no delta follows is refused', async () => {
    const held = await takeLatest();
    published.consortium.advance(HOUR);
    const index = await published.folder.index();
    if (index === undefined) throw new Error('there is an index');
    const older = await published.takeFull(index);
    expect(older.checkpoint.size).to.be.below(held.checkpoint.size);
    await published.folder.putIndex({ ...index, checkpoint: older.note, deltas: [] });
    const error: unknown = await update(held).catch((reason: unknown) => reason);
    expect(error instanceof HclError && error.code).to.equal('BUNDLE_OLDER');
  });
});
