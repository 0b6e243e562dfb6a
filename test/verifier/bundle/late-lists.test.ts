/** A publisher that has an issuer’s lists later than the ledger’s word on them: whoever holds a state of it is led on. */
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { acceptBundle } from '../../../core/bundle/accept-bundle.ts';
import type { BundleState } from '../../../core/bundle/bundle-state.ts';
import { deltaPath } from '../../../core/bundle/follow-deltas.ts';
import { fullBundle } from '../../../core/bundle/make-bundle.ts';
import type { FixtureIssuer } from '../../support/consortium.ts';
import { updateFrom } from './support/asking-device.ts';
import { PublishedLedger } from './support/published-ledger.ts';

const MINUTE = 60;

describe('lists that are late when an hour begins', () => {
  let published: PublishedLedger;
  let late: FixtureIssuer;

  beforeEach(async () => {
    published = await PublishedLedger.open();
    const [, second] = published.consortium.issuers;
    if (second === undefined) throw new Error('there are three issuers');
    late = second;
    await published.publishAfter(MINUTE);
    published.announceLists(late);
    await published.publishAtNextHour();
    published.fetchLists();
  });
  afterEach(() => published[Symbol.asyncDispose]());

  /** What devices hold that are new in each of these minutes. */
  async function newDevices(minutes: number): Promise<readonly BundleState[]> {
    const states: BundleState[] = [];
    for (let minute = 0; minute < minutes; minute++) {
      await published.publishAfter(MINUTE);
      states.push((await updateFrom(published, undefined)).state);
    }
    return states;
  }

  it('lock no new device out of that hour, and are there in the next state', async () => {
    for (const { statusLists } of await newDevices(3)) {
      expect(statusLists.versionOf(late.id)).to.equal(published.consortium.statusLists.versionOf(late.id));
    }
  });

  it('spoil no restart: each state leads on by one file', async () => {
    const states = await newDevices(3);
    published.restart();
    const { size } = await published.publishAfter(11 * MINUTE);
    expect(published.warnings).to.deep.equal([]);
    for (const held of states) {
      const { asked, state } = await updateFrom(published, held);
      expect(asked).to.deep.equal([deltaPath('deltas', held.checkpoint.size)]);
      expect(state.checkpoint.size).to.equal(size);
    }
  });
});

describe('a device that is ahead of the hour’s full bundle, and takes it while lists are late,', () => {
  let published: PublishedLedger;
  let issuer: FixtureIssuer;
  let held: BundleState;

  beforeEach(async () => {
    published = await PublishedLedger.open();
    ({ issuer } = published.consortium);
    await published.publishAtNextHour();
    await published.publishAfter(MINUTE);
    held = (await updateFrom(published, undefined)).state;
  });
  afterEach(() => published[Symbol.asyncDispose]());

  /** What it holds then, of the state that is published next. */
  async function takeFull(state: BundleState): Promise<BundleState> {
    published.announceLists(issuer);
    published.consortium.advance(MINUTE);
    const { full, size } = await published.publish();
    const without = deltaPath('deltas', state.checkpoint.size);
    const updated = await updateFrom(published, state, { without });
    expect(updated.asked).to.include(full.path);
    expect(updated.state.checkpoint.size).to.equal(size);
    return updated.state;
  }

  it('keeps the newer lists that it holds', async () => {
    const { statusLists } = await takeFull(held);
    expect(statusLists.versionOf(issuer.id)).to.equal(held.statusLists.versionOf(issuer.id));
  });

  it('takes no older ones in place of those that it had before it was started anew', async () => {
    const written = fullBundle(await takeFull(held));
    const restarted = await acceptBundle(written, undefined, published.context());
    const { statusLists } = await takeFull(restarted);
    expect(statusLists.versionOf(issuer.id)).to.equal(0);
  });
});
