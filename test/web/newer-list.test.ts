/** Codes that are newer than the list of a page that asks for it three times a day: the main case at a border. */
import { expect } from 'chai';
import { after, afterEach, before, it } from 'mocha';
import type { BundleSource } from '../../core/bundle/bundle-state.ts';
import { vaccinationRecord } from '../support/consortium.ts';
import { until } from '../support/until.ts';
import { openBrowser, type OpenedBrowser } from './support/browser.ts';
import {
  forgetDevice,
  openCheckpoint,
  outcomeWord,
  scanCode,
  setUp,
  typeCode,
} from './support/checkpoint-tab.ts';
import type { CheckpointTab } from './support/checkpoint-tab.ts';
import { describePages } from './support/describe-pages.ts';
import { makePageWorld, type PageWorld } from './support/page-world.ts';

const HOUR = 3600;
const PATIENCE_MS = 5000;
/** How often the age of the list is written anew. */
const AGE_SHOWN_MS = 5000;

describePages('the checkpoint page, shown a code of this hour,', () => {
  let world: PageWorld;
  let browser: OpenedBrowser;
  let held: BundleSource;

  before(async () => {
    [world, browser] = await Promise.all([makePageWorld(67), openBrowser()]);
    held = await world.publish();
  });

  after(async () => {
    await browser[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  afterEach(async () => {
    world.served.beSilent(false);
    for (const page of browser.context.pages().slice(1)) await page.close();
    await forgetDevice(browser.context, world.served.url);
  });

  /** A tab that holds the list of now. */
  async function open(): Promise<CheckpointTab> {
    held = await world.publish();
    const { nowSeconds } = world.consortium;
    return openCheckpoint(browser.context, { url: world.served.url, nowSeconds });
  }

  /** Of an hour after the tab got its list; published, unless `isPublished` says otherwise. */
  async function issueLater({ page }: CheckpointTab, isPublished = true): Promise<string> {
    const { consortium, publishing, served } = world;
    consortium.advance(HOUR);
    const [code] = await consortium.issueCodes([vaccinationRecord()]);
    if (code === undefined) throw new Error('one code for one record');
    await page.clock.setSystemTime(consortium.nowSeconds * 1000);
    if (isPublished) {
      const next = await world.publish();
      await served.publishDelta('deltas', held.checkpoint.size, publishing.delta(next, held));
    }
    return code.text;
  }

  function deltaUrl(): string {
    return `/bundle/deltas/${held.checkpoint.size}.hclb`;
  }

  it('lets it pass, by one question that says nothing of the code', async () => {
    const tab = await open();
    await setUp(tab.page);
    await tab.page.getByText('List is').waitFor();
    const text = await issueLater(tab);
    const from = world.served.requests.length;
    await typeCode(tab.page, text);
    expect(await outcomeWord(tab.page)).to.equal('Pass');
    await tab.page.clock.fastForward(AGE_SHOWN_MS);
    await tab.page.getByText(/^List is \d+ seconds? old$/).waitFor();
    const asked = world.served.requests.slice(from);
    expect(asked.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([`GET ${deltaUrl()}`]);
    for (const { headers } of asked) expect(headers).not.to.include('cookie');
    expect(tab.misdeeds).to.deep.equal([]);
  });

  it('refers it while the network is silent, says why, and answers anew when somebody updates', async () => {
    const tab = await open();
    await setUp(tab.page);
    await tab.page.getByText('List is').waitFor();
    const text = await issueLater(tab);
    world.served.beSilent(true);
    const from = world.served.requests.length;
    await typeCode(tab.page, text);
    await until(() => world.served.requests.slice(from).some(({ url }) => url === deltaUrl()));
    await tab.page.clock.fastForward(PATIENCE_MS);
    expect(await outcomeWord(tab.page)).to.equal('Refer');
    await tab.page.getByText('The code may have been issued after this device’s list.').waitFor();
    await tab.page.getByText('No connection: update when there is one.').waitFor();
    world.served.beSilent(false);
    await tab.page.getByRole('button', { name: 'Update now' }).click();
    await tab.page.locator('.verdict-pass .verdict-word:focus').waitFor();
    expect(await tab.page.getByRole('button', { name: 'Update now' }).count()).to.equal(0);
    expect(tab.misdeeds).to.deep.equal([]);
  });

  it('at a kiosk says that there is no newer list yet, and has no button for it', async () => {
    const tab = await open();
    await tab.page.getByLabel('Kiosk').check();
    await tab.page.getByRole('button', { name: 'Start checking' }).click();
    await tab.page.getByText('List is').waitFor();
    const text = await issueLater(tab, false);
    await scanCode(tab.page, text);
    expect(await outcomeWord(tab.page)).to.equal('Refer');
    await tab.page.getByText('There is no newer list yet: update again in a minute.').waitFor();
    expect(await tab.page.getByRole('button', { name: 'Update now' }).count()).to.equal(0);
  });
});
