/** Pages of short-lived roots: whatever devices drop stands on one, and none is ever lost. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { acceptPage, pagePath, pagesFor } from '../../../core/bundle/accept-page.ts';
import type { BundleIndex } from '../../../core/bundle/bundle-index.ts';
import { SECONDS_PER_DAY } from '../../../core/trust/section-reader.ts';
import { testRecord } from '../../support/consortium.ts';
import { expectRejects } from '../../support/throws-code.ts';
import { PublishedLedger, SHORT_DAYS } from './support/published-ledger.ts';

/** More than devices hold, and than are written under one checkpoint. */
const DAYS = 80;

interface AnchoredRoot {
  readonly root: Uint8Array;
  readonly timeSeconds: number;
}

describe('pages of days that are over', function () {
  this.timeout(60_000);

  /** A short-lived root on each of so many days, and a change today, which says that they are over. */
  function anchorDays({ consortium }: PublishedLedger, days: number): readonly AnchoredRoot[] {
    const roots = Array.from({ length: days }, () => {
      const root = consortium.random.bytes(32);
      const timeSeconds = consortium.anchor(root, {
        issuer: consortium.issuer,
        log2Size: 12,
        record: testRecord(),
      });
      consortium.advance(SECONDS_PER_DAY);
      return { root, timeSeconds };
    });
    consortium.publishStatus(consortium.issuer, []);
    return roots;
  }

  /** A device that holds what the index offers finds each root on its page. */
  async function expectPages(
    published: PublishedLedger,
    index: BundleIndex,
    roots: readonly AnchoredRoot[],
  ): Promise<void> {
    const held = await published.takeFull(index);
    for (const { root, timeSeconds } of roots) {
      const [page] = pagesFor(published.consortium.issuer.id, timeSeconds);
      if (page === undefined) throw new Error('a root has a day');
      const bytes = await readFile(join(published.path, pagePath(page)));
      const more = await acceptPage(bytes, page, held, published.context());
      expect(
        more.state.roots.find(root).some(({ isCut }) => isCut === true),
        page.day,
      ).to.equal(true);
    }
  }

  it('are all written by a first publication, of however many days', async () => {
    await using published = await PublishedLedger.open();
    const roots = anchorDays(published, 200);
    await expectPages(published, await published.publish(), roots);
  });

  it('are all written after a publication that nobody signed', async () => {
    await using published = await PublishedLedger.open();
    const roots = anchorDays(published, DAYS);
    published.areWitnessesAway = true;
    await expectRejects(published.publish(), 'PUBLISH_SIGNATURES_TOO_FEW');
    published.areWitnessesAway = false;
    await expectPages(published, await published.publish(), roots);
  });

  it('are all written after one that the disk did not take, which keeps no bundle from devices', async () => {
    await using published = await PublishedLedger.open();
    const roots = anchorDays(published, DAYS);
    const { folder } = published;
    const putPage = folder.putPage.bind(folder);
    let left = DAYS / 2;
    folder.putPage = (...page) =>
      left-- > 0 ? putPage(...page) : Promise.reject(new Error('the disk is full'));
    const { size } = await published.publish();
    expect((await folder.index())?.size).to.equal(size);
    folder.putPage = putPage;
    await expectPages(published, await published.publish(), roots);
  });

  it('are written a few with each publication while witnesses are slow', async () => {
    await using published = await PublishedLedger.open();
    const roots = anchorDays(published, DAYS);
    const { folder, consortium } = published;
    const all = roots.flatMap(({ timeSeconds }) => pagesFor(consortium.issuer.id, timeSeconds).slice(0, 1));
    published.secondsToSign = 10;
    await published.publish();
    const { length: left } = await folder.missingOf(all);
    expect(left).to.be.within(1, DAYS - 1);
    published.secondsToSign = 0;
    await expectPages(published, await published.publish(), roots);
  });

  it('are made again when the folder of pages was removed and the publisher is restarted', async () => {
    await using published = await PublishedLedger.open();
    const roots = anchorDays(published, DAYS);
    await published.publish();
    await rm(join(published.path, 'pages'), { recursive: true });
    published.restart();
    await expectPages(published, await published.publish(), roots);
  });

  it('are written of one more day when it is over, and not before', async () => {
    await using published = await PublishedLedger.open();
    const { consortium, folder } = published;
    const roots = anchorDays(published, SHORT_DAYS + 2);
    const today = consortium.nowSeconds;
    consortium.anchor(consortium.random.bytes(32), {
      issuer: consortium.issuer,
      log2Size: 12,
      record: testRecord(),
    });
    await expectPages(published, await published.publish(), roots);
    const pages = pagesFor(consortium.issuer.id, today).slice(0, 1);
    expect(await folder.missingOf(pages)).to.deep.equal(pages);
    consortium.advance(SECONDS_PER_DAY);
    await published.publish();
    expect(await folder.missingOf(pages), 'nothing says so yet').to.deep.equal(pages);
    consortium.publishStatus(consortium.issuer, []);
    await published.publish();
    expect(await folder.missingOf(pages)).to.deep.equal([]);
  });
});
