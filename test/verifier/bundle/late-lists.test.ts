/** A publisher that has an issuer’s lists later than the ledger’s word on them: whoever holds a state of it is led on. */
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { BundleState } from '../../../core/bundle/bundle-state.ts';
import { deltaPath } from '../../../core/bundle/follow-deltas.ts';
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
