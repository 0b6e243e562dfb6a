/** When the page asks for what is new, and how little: a file at a time, and none in between. */
import { expect } from 'chai';
import { after, afterEach, before, it } from 'mocha';
import type { BundleSource } from '../../core/bundle/bundle-state.ts';
import type { DeltaLine } from '../../core/bundle/follow-deltas.ts';
import { until } from '../support/until.ts';
import { openBrowser, type OpenedBrowser } from './support/browser.ts';
import { keptInBrowser, openCheckpoint, setUp, type CheckpointTab } from './support/checkpoint-tab.ts';
import { describePages } from './support/describe-pages.ts';
import { makePageWorld, type PageWorld } from './support/page-world.ts';

const MINUTE = 60;
const HOUR = 3600;

describePages('the checkpoint page asks for what is new', () => {
  let world: PageWorld;
  let browser: OpenedBrowser;
  let held: BundleSource;

  before(async () => {
    [world, browser] = await Promise.all([makePageWorld(61), openBrowser()]);
    held = await world.publish();
  });

  after(async () => {
    await browser[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  afterEach(async () => {
    for (const page of browser.context.pages().slice(1)) await page.close();
    await world.served.say('operator.json', '{}');
  });

  /** A tab that has asked once. */
  async function open(): Promise<CheckpointTab> {
    const { nowSeconds } = world.consortium;
    const tab = await openCheckpoint(browser.context, { url: world.served.url, nowSeconds });
    if ((await tab.page.getByRole('button', { name: 'Start checking' }).count()) > 0) await setUp(tab.page);
    await tab.page.getByText('List is').waitFor();
    await tab.page.getByRole('button', { name: 'List and counters' }).click();
    await tab.page.getByRole('button', { name: 'Update now' }).waitFor();
    return tab;
  }

  /** Publishes what leads on from what the tabs hold, as of so many seconds later. */
  async function lead(line: DeltaLine, seconds: number): Promise<string> {
    world.consortium.advance(seconds);
    const nextUpdate = world.consortium.nowSeconds + 200 * HOUR;
    world.consortium.publishStatus(world.consortium.issuer, [], nextUpdate);
    const next = await world.publish();
    const { size } = held.checkpoint;
    await world.served.publishDelta(line, size, world.publishing.delta(next, held));
    held = next;
    return `/bundle/${line}/${size}.hclb`;
  }

  /** Addresses of what was asked of the publisher from request `from` on, when `text` shows. */
  async function asked({ page }: CheckpointTab, from: number, block: number): Promise<readonly string[]> {
    await page.getByText(new RegExp(`^${block} · `)).waitFor();
    return world.served.requests
      .slice(from)
      .map(({ url }) => url)
      .filter((url) => url.startsWith('/bundle/'));
  }

  it('every 480 minutes by itself, by one file, and not before', async () => {
    const tab = await open();
    const from = world.served.requests.length;
    await tab.page.clock.fastForward(479 * MINUTE * 1000);
    const path = await lead('hours', 480 * MINUTE);
    await tab.page.clock.fastForward(2 * MINUTE * 1000);
    expect(await asked(tab, from, held.leaf.block.number)).to.deep.equal([path]);
    expect(tab.misdeeds).to.deep.equal([]);
  });

  it('every minute where the operator says so', async () => {
    await world.served.say('operator.json', '{"updateMinutes":1}');
    const tab = await open();
    const from = world.served.requests.length;
    const path = await lead('deltas', MINUTE);
    await tab.page.clock.fastForward(MINUTE * 1000);
    expect(await asked(tab, from, held.leaf.block.number)).to.deep.equal([path]);
  });

  it('as often as the operator says since its last list, on a page that nobody loads anew', async () => {
    const tab = await open();
    await world.served.say('operator.json', '{"updateMinutes":1}');
    await tab.page.getByRole('button', { name: 'Update now' }).click();
    await until(async () => {
      const { operator } = await keptInBrowser(tab.page);
      return JSON.stringify(operator) === '{"updateMinutes":1}';
    });
    const from = world.served.requests.length;
    const path = await lead('deltas', MINUTE);
    await tab.page.clock.fastForward(MINUTE * 1000);
    expect(await asked(tab, from, held.leaf.block.number)).to.deep.equal([path]);
  });

  it('when the network is back after longer than that, and not when it was away for a moment', async () => {
    const tab = await open();
    const isBack = (): Promise<boolean> => tab.page.evaluate(() => dispatchEvent(new Event('online')));
    const from = world.served.requests.length;
    await isBack();
    const path = await lead('deltas', 9 * HOUR);
    // Timers stood still, as where a device slept.
    await tab.page.clock.setSystemTime(world.consortium.nowSeconds * 1000);
    await isBack();
    expect(await asked(tab, from, held.leaf.block.number)).to.deep.equal([path]);
  });

  it('when somebody looks again after longer than that', async () => {
    const tab = await open();
    const from = world.served.requests.length;
    const path = await lead('deltas', 9 * HOUR);
    await tab.page.clock.setSystemTime(world.consortium.nowSeconds * 1000);
    await tab.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    expect(await asked(tab, from, held.leaf.block.number)).to.deep.equal([path]);
  });

  it('at once when somebody says so', async () => {
    const tab = await open();
    const from = world.served.requests.length;
    const path = await lead('deltas', MINUTE);
    await tab.page.clock.setSystemTime(world.consortium.nowSeconds * 1000);
    await tab.page.getByRole('button', { name: 'Update now' }).click();
    expect(await asked(tab, from, held.leaf.block.number)).to.deep.equal([path]);
  });
});
