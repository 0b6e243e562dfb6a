/** What a publisher keeps of a day’s states: one full bundle, and of each state what devices that hold it have. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { parseKeptBases, rootOf, type KeptBase } from '../../../verifier/bundle/kept-bases.ts';
import { updateFrom } from './support/asking-device.ts';
import { PublishedLedger } from './support/published-ledger.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

describe('what a publisher keeps of a day', () => {
  let published: PublishedLedger;

  beforeEach(async () => {
    published = await PublishedLedger.open();
    await published.publishAtNextHour();
  });
  afterEach(() => published[Symbol.asyncDispose]());

  async function kept(): Promise<readonly KeptBase[]> {
    return parseKeptBases(await readFile(join(published.path, 'bases')));
  }

  it('has of a state what was published of it first, also when a full bundle is due that has more', async () => {
    const { consortium } = published;
    const [, late] = consortium.issuers;
    if (late === undefined) throw new Error('there are three issuers');
    await published.publishAfter(DAY);
    await published.publishAfter(59 * MINUTE);
    // Before the hour a state without the late lists; as the hour begins the same state with them.
    published.announceLists(late);
    const { size } = await published.publish();
    const { state: held } = await updateFrom(published, undefined);
    published.fetchLists();
    consortium.advance(MINUTE);
    expect((await published.publish()).full.size).to.equal(size);
    published.restart();
    await published.publishAfter(MINUTE);
    const { state } = await updateFrom(published, held);
    const version = consortium.statusLists.versionOf(late.id);
    expect(held.statusLists.versionOf(late.id)).to.be.below(version);
    expect(state.statusLists.versionOf(late.id)).to.equal(version);
  });

  it('begins with a full bundle of that day, also after the clock was ahead', async () => {
    const { consortium } = published;
    consortium.publishStatus(consortium.issuer, []);
    consortium.nowSeconds += 400 * DAY;
    const { size: ofFuture } = await published.publish();
    consortium.nowSeconds -= 400 * DAY;
    const { size } = await published.publishAfter(HOUR);
    expect(rootOf(await kept())).to.include({ publishedAtSeconds: consortium.nowSeconds, size });
    await published.publishAfter(HOUR);
    expect((await kept()).map((each) => each.size)).not.to.include(ofFuture);
  });
});
