/** A device comes up to date from what a publisher had to forget: the file of such a state leads to itself for a day. */
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { BundleState } from '../../../core/bundle/bundle-state.ts';
import { deltaPath } from '../../../core/bundle/follow-deltas.ts';
import { HclError } from '../../../core/errors.ts';
import { updateFrom, type Asking, type Updated } from './support/asking-device.ts';
import { PublishedLedger } from './support/published-ledger.ts';

const MINUTE = 60;
const HOUR = 3600;

describe('a device whose state the publisher', () => {
  let published: PublishedLedger;
  let asked: readonly string[];

  beforeEach(async () => (published = await PublishedLedger.open()));
  afterEach(() => published[Symbol.asyncDispose]());

  async function update(held: BundleState, asking?: Asking): Promise<Updated> {
    const updated = await updateFrom(published, held, asking);
    ({ asked } = updated);
    return updated;
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
