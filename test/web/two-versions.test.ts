/**
 * A newer build of the page comes while an older one is open, comes halfway, or a script of the other one comes under a
 * name of this one: no page ever works with parts of two builds.
 */
import { appendFile, cp, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, afterEach, before, beforeEach, it } from 'mocha';
import type { Page } from 'playwright-core';
import { buildPages, buildVersion } from '../../scripts/build-pages.ts';
import { isLongRun } from '../support/scale.ts';
import { until } from '../support/until.ts';
import { openBrowser, type OpenedBrowser } from './support/browser.ts';
import { openCheckpoint, outcomeWord, setUp, typeCode } from './support/checkpoint-tab.ts';
import { describePages } from './support/describe-pages.ts';
import { makePageWorld, type PageWorld } from './support/page-world.ts';

const MIXED = 'Parts of this page are of two versions';
const ENGINE = '**/engine-worker-*.js';

/** In the page: its store opens once its first worker has loaded, or a second later. */
function holdStoreUntilEngine(): void {
  const { promise: loaded, resolve } = Promise.withResolvers<void>();
  const listen = Worker.prototype.addEventListener;
  Worker.prototype.addEventListener = function (this: Worker, ...args: Parameters<typeof listen>) {
    listen.call(this, 'message', () => resolve());
    listen.apply(this, args);
  };
  setTimeout(resolve, 1000);
  const open = IDBOpenDBRequest.prototype.addEventListener;
  IDBOpenDBRequest.prototype.addEventListener = function (
    this: IDBOpenDBRequest,
    type: string,
    listener: EventListenerOrEventListenerObject,
  ) {
    const later = (event: Event): void =>
      void loaded.then(() => (typeof listener === 'function' ? listener.call(this, event) : undefined));
    open.call(this, type, type === 'success' ? later : listener);
  };
}

/** In the page: counts what is asked of its workers. */
function countQuestions(): void {
  const counted = globalThis as unknown as { questions: number };
  counted.questions = 0;
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (this: Worker, ...args: unknown[]) {
    counted.questions++;
    Reflect.apply(post, this, args);
  };
}

function questionsAsked(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as { questions: number }).questions);
}

describePages('two builds of the checkpoint page', () => {
  let world: PageWorld;
  let browser: OpenedBrowser;
  let folder: string;
  let older: string;
  let newer: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-versions-'));
    older = await buildPages();
    newer = join(folder, 'newer');
    await buildVersion('newer', newer);
    await serve(older);
    world = await makePageWorld(101, join(folder, 'served'));
  });

  after(async () => {
    await world[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  beforeEach(() => serve(older));
  afterEach(() => browser[Symbol.asyncDispose]());

  /** From now on the server has these pages, and no others. */
  async function serve(pages: string): Promise<void> {
    const link = join(folder, 'link');
    await symlink(pages, link);
    await rename(link, join(folder, 'served'));
  }

  async function open(): Promise<Page> {
    const { consortium, served } = world;
    const at = { url: served.url, nowSeconds: consortium.nowSeconds };
    const { page } = await openCheckpoint(browser.context, at);
    return page;
  }

  async function passes(page: Page): Promise<void> {
    await typeCode(page, world.codes.venue);
    expect(await outcomeWord(page)).to.equal('Pass');
    await page.getByRole('button', { name: 'Next' }).click();
  }

  async function update(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'List and counters' }).click();
    await page.getByRole('button', { name: 'Update now' }).click();
    await page.getByText('Last block').waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
  }

  async function isBuildLost(page: Page): Promise<boolean> {
    await page.getByRole('button', { name: 'List and counters' }).click();
    const isSaid = (await page.getByText('A newer version of this page could not be kept').count()) > 0;
    await page.getByRole('button', { name: 'Back' }).click();
    return isSaid;
  }

  async function engineOf(pages: string): Promise<string> {
    const name = (await readdir(join(pages, 'assets'))).find((file) => file.startsWith('engine-worker-'));
    if (name === undefined) throw new Error('the build has no engine');
    return join(pages, 'assets', name);
  }

  it('the engine is told of its build also where it has loaded before the page knows its settings', async () => {
    browser = await openBrowser();
    await browser.context.addInitScript(holdStoreUntilEngine);
    const { consortium, served } = world;
    const at = { url: served.url, nowSeconds: consortium.nowSeconds };
    const { misdeeds, page } = await openCheckpoint(browser.context, at);
    await setUp(page);
    await passes(page);
    expect(misdeeds).to.deep.equal([]);
  });

  it('an open page goes on with its own engine when a newer build has come, and the next tab is all of that', async () => {
    browser = await openBrowser();
    // An engine that is needed only when the server has no such file any more.
    await browser.context.route(ENGINE, (route) =>
      route.request().serviceWorker() === null ? route.abort() : route.continue(),
    );
    const page = await open();
    await setUp(page);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await serve(newer);
    await lookForNewer(page);
    expect(await page.evaluate(() => caches.keys()), 'its own, and the newer one').to.have.length(2);
    await browser.context.unrouteAll();
    await update(page);
    await passes(page);
    await expectAllOf(page, older);
    const next = await open();
    await passes(next);
    await expectAllOf(next, newer);
    const answer = await next.evaluate(async () => {
      const cache = await caches.open('of another page');
      await cache.put('./another', new Response('kept by another page'));
      return (await fetch('./another')).status;
    });
    expect(answer, 'of the server: a cache of another page answers nothing here').to.equal(404);
  });

  const HALVES = {
    'its page is still the older one': async (half: string) => {
      await cp(join(older, 'checkpoint', 'index.html'), join(half, 'checkpoint', 'index.html'));
    },
    'its engine is still the older one, under the newer name': async (half: string) => {
      await cp(await engineOf(older), await engineOf(half));
    },
    'a proxy rewrites its page': async (half: string) => {
      await appendFile(join(half, 'checkpoint', 'index.html'), '<!-- seen by a proxy -->');
    },
    'its engine is not there yet': async (half: string) => rm(await engineOf(half)),
  } as const satisfies Readonly<Record<string, (half: string) => Promise<void>>>;

  // Each costs a browser: the normal run has one of them, and one of the two below.
  for (const [what, spoil] of Object.entries(HALVES).slice(isLongRun ? 0 : 2, isLongRun ? 4 : 3)) {
    it(`a newer build is not taken while ${what}: what was kept works on, without a network, and the page says so`, async () => {
      browser = await openBrowser();
      const page = await open();
      await setUp(page);
      await passes(page);
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
      expect(await isBuildLost(page), 'before').to.equal(false);
      const half = await mkdtemp(join(folder, 'half-'));
      await cp(newer, half, { recursive: true });
      await spoil(half);
      await serve(half);
      const before = world.served.requests.length;
      await lookForNewer(page);
      const asked = world.served.requests.slice(before).map(({ url }) => url);
      expect(asked, 'it was looked at').to.include('/checkpoint/service-worker.js');
      expect(await page.evaluate(() => caches.keys()), 'nothing is left of it').to.have.length(1);
      expect(await isBuildLost(page)).to.equal(true);
      await browser.context.setOffline(true);
      await page.close();
      const next = await open();
      await passes(next);
      await expectAllOf(next, older);
      await browser.context.setOffline(false);
      await serve(newer);
      await lookForNewer(next);
      expect(await isBuildLost(next), 'when it comes whole').to.equal(false);
    });
  }

  for (const { other, pages, what } of [
    { what: 'an older engine beside a newer page', pages: () => newer, other: () => older },
    { what: 'a newer engine beside an older page', pages: () => older, other: () => newer },
  ].slice(isLongRun ? 0 : 1)) {
    it(`${what}, by the name of its own: nothing is decided, and the page says why`, async () => {
      await serve(pages());
      browser = await openBrowser({ serviceWorkers: 'block' });
      const body = await readFile(await engineOf(other()));
      await browser.context.route(ENGINE, (route) => route.fulfill({ contentType: 'text/javascript', body }));
      await browser.context.addInitScript(countQuestions);
      const page = await open();
      await setUp(page);
      await page.getByText(MIXED).waitFor();
      for (const code of Object.values(world.codes)) {
        await typeCode(page, code);
        await page.getByText('Checking…').waitFor({ state: 'detached' });
        expect(await page.locator('.verdict-word').count()).to.equal(0);
      }
      expect(await questionsAsked(page), 'it is given up before it is asked anything').to.equal(0);
      await page.getByRole('button', { name: 'List and counters' }).click();
      await page.getByText(MIXED).waitFor();
      await page.getByRole('button', { name: 'Back' }).click();
      await browser.context.unrouteAll();
      await update(page);
      await passes(page);
      expect(await questionsAsked(page)).to.be.above(0);
      expect(await page.getByText(MIXED).count()).to.equal(0);
    });
  }

  const inLongRun = isLongRun ? it : undefined;
  inLongRun?.('an engine that does not say of which build it is is of another one', async () => {
    browser = await openBrowser({ serviceWorkers: 'block' });
    const engine = await readFile(await engineOf(older), 'utf8');
    const path = join(folder, 'nameless.js');
    await writeFile(path, engine.replace(/version:[^}]*\}/, '}'));
    expect(await readFile(path, 'utf8')).not.to.equal(engine);
    await browser.context.route(ENGINE, (route) => route.fulfill({ path }));
    const page = await open();
    await setUp(page);
    await page.getByText(MIXED).waitFor();
  });
});

/** Looks for another service worker, as the browser does from time to time; resolves when that one is at work, or given up. */
function lookForNewer(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update().catch(() => undefined);
    const newest = registration.installing ?? registration.waiting ?? registration.active;
    const isAtItsEnd = (): boolean => newest?.state === 'activated' || newest?.state === 'redundant';
    while (!isAtItsEnd()) {
      await new Promise((resolve) => {
        newest?.addEventListener('statechange', resolve, { once: true });
      });
    }
  });
}

/** Page, engine and reader are files of this build. */
async function expectAllOf(page: Page, pages: string): Promise<void> {
  const built = await readdir(join(pages, 'assets'));
  const main = await page.locator('script[type=module]').evaluate((script: HTMLScriptElement) => script.src);
  const workers = await until(() => page.workers().length > 0 && page.workers());
  const scripts = [main, ...workers.map((worker) => worker.url())];
  for (const script of scripts) expect(built).to.include(script.slice(script.lastIndexOf('/') + 1));
}
