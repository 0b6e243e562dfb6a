/** A worker of the page whose script does not come: nothing hangs, nothing passes, and the page says what is wrong. */
import { Buffer } from 'node:buffer';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, it } from 'mocha';
import type { Page, Route } from 'playwright-core';
import { toPng } from '../../core/qr/image.ts';
import { isLongRun } from '../support/scale.ts';
import { until } from '../support/until.ts';
import { openBrowser, type OpenedBrowser } from './support/browser.ts';
import { openCheckpoint, outcomeWord, setUp, typeCode } from './support/checkpoint-tab.ts';
import { describePages } from './support/describe-pages.ts';
import { makePageWorld, type PageWorld } from './support/page-world.ts';
import { drawScene, SCENES, toVideo } from './support/scenes.ts';

const LOAD_MS = 60_000;
const VERDICT_MS = 30_000;
const SCRIPT = 'text/javascript';
const ENDLESS_BYTES = 20_000_000;
const FAILED = 'The check failed on this device.';

describePages('the checkpoint page, a part of which does not load,', () => {
  let world: PageWorld;
  let folder: string;
  let video: string;

  before(async () => {
    world = await makePageWorld(81);
    folder = await mkdtemp(join(tmpdir(), 'hcl-lost-'));
    video = join(folder, 'wall.y4m');
    const wall = drawScene(SCENES.none());
    await writeFile(video, toVideo([wall, wall], 2));
  });

  after(async () => {
    await world[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** A new device, on which requests for the script of a worker are answered by `handle`. */
  async function openSpoilt(
    worker: 'engine' | 'reader',
    handle: (route: Route) => Promise<void>,
  ): Promise<OpenedBrowser> {
    const browser = await openBrowser({ video, serviceWorkers: 'block' });
    await browser.context.route(`**/${worker}-worker-*.js`, handle);
    return browser;
  }

  async function open({ context }: OpenedBrowser): Promise<Page> {
    const { consortium, served } = world;
    const { page } = await openCheckpoint(context, { url: served.url, nowSeconds: consortium.nowSeconds });
    await setUp(page);
    return page;
  }

  it('decides nothing without its engine and says so, and works when the engine comes', async () => {
    await using browser = await openSpoilt('engine', (route) => route.abort());
    const page = await open(browser);
    await typeCode(page, world.codes.venue);
    await page.getByText(FAILED).waitFor();
    expect(await page.locator('.verdict-word').count()).to.equal(0);
    await browser.context.unrouteAll();
    await page.getByRole('button', { name: 'List and counters' }).click();
    await page.getByRole('button', { name: 'Update now' }).click();
    await page.getByText('Last block').waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await typeCode(page, world.codes.venue);
    expect(await outcomeWord(page)).to.equal('Pass');
  });

  /** Opens the page and shows it a code; what it waits for, it has waited for long enough. */
  async function failsToCheck({ context }: OpenedBrowser): Promise<void> {
    const page = await context.newPage();
    await page.clock.install({ time: world.consortium.nowSeconds * 1000 });
    await page.goto(world.served.url);
    const isThereAfterWaiting = async (what: string): Promise<boolean> => {
      await page.clock.fastForward(LOAD_MS);
      return (await page.getByText(what).count()) > 0;
    };
    await until(() => isThereAfterWaiting('Set up this checkpoint'));
    await setUp(page);
    await typeCode(page, world.codes.venue);
    await until(() => isThereAfterWaiting(FAILED));
    expect(await page.locator('.verdict-word').count()).to.equal(0);
  }

  it('waits a minute for an engine that neither comes nor fails', async () => {
    await using browser = await openSpoilt('engine', () => new Promise(() => undefined));
    await failsToCheck(browser);
  });

  it('waits half a minute for an engine that stops answering, and no longer', async () => {
    await using browser = await openBrowser({ video, serviceWorkers: 'block' });
    await browser.context.addInitScript(() => {
      const post = Worker.prototype.postMessage;
      Worker.prototype.postMessage = function (...message: [unknown]) {
        if (!document.title.startsWith('gone')) post.apply(this, message);
      };
    });
    const page = await open(browser);
    await page.evaluate(() => {
      document.title = 'gone';
    });
    await typeCode(page, world.codes.venue);
    await until(async () => {
      await page.clock.fastForward(VERDICT_MS);
      return (await page.getByText(FAILED).count()) > 0;
    });
    expect(await page.locator('.verdict-word').count()).to.equal(0);
  });

  const SCRIPTS = {
    '500': (route) => route.fulfill({ status: 500, body: 'out of order' }),
    empty: (route) => route.fulfill({ contentType: SCRIPT, body: '' }),
    garbage: (route) => route.fulfill({ contentType: SCRIPT, body: '\u0000{[' }),
    'of another kind': (route) => route.fulfill({ contentType: 'text/html', body: '<h1>Sign in</h1>' }),
    'without end': (route) => route.fulfill({ contentType: SCRIPT, body: `//${' '.repeat(ENDLESS_BYTES)}` }),
    'one that breaks': (route) => route.fulfill({ contentType: SCRIPT, body: 'throw new Error("broken")' }),
  } as const satisfies Readonly<Record<string, (route: Route) => Promise<void>>>;

  // Each costs a browser: the normal run has the two above.
  for (const [what, handle] of isLongRun ? Object.entries(SCRIPTS) : []) {
    it(`passes nobody with an engine whose script is ${what} (V4)`, async () => {
      await using browser = await openSpoilt('engine', handle);
      await failsToCheck(browser);
    });
  }

  it('says that it cannot read pictures, and reads them when it is asked again and can', async () => {
    await using browser = await openSpoilt('reader', (route) => route.abort());
    const page = await open(browser);
    await page.getByText('it cannot read pictures').waitFor();
    const picture = { name: 'code.png', mimeType: 'image/png' };
    const buffer = Buffer.from(toPng(world.codes.venue));
    await page.locator('input[type=file]').setInputFiles({ ...picture, buffer });
    await page.getByText(FAILED).waitFor();
    await browser.context.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Hold the code in the frame').waitFor();
    await page.locator('input[type=file]').setInputFiles({ ...picture, buffer });
    expect(await outcomeWord(page)).to.equal('Pass');
  });
});
