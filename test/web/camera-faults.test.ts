/**
 * V4 for the camera: whatever becomes of it, its fault is told apart, nothing is decided by it, and every other way in
 * works on. Black pictures, two codes, and a camera that stops by itself: camera.test.ts.
 */
import { expect } from 'chai';
import { after, afterEach, before, it } from 'mocha';
import type { Page } from 'playwright-core';
import { openBrowser, type OpenedBrowser } from './support/browser.ts';
import { until } from '../support/until.ts';
import { forgetDevice, openCheckpoint, outcomeWord, setUp, typeCode } from './support/checkpoint-tab.ts';
import { describePages } from './support/describe-pages.ts';
import { makePageWorld, type PageWorld } from './support/page-world.ts';

/** What a browser does in the place of a camera, and what it is given. */
type Fault =
  | { readonly name: string }
  | {
      readonly picture: readonly [width: number, height: number];
      /** It stands still after so many; absent: never. */
      readonly pictures?: number;
    }
  | 'silence';

const WAITED_MS = 10_000;

describePages('a camera at fault', () => {
  let world: PageWorld;
  let browser: OpenedBrowser;

  before(async () => {
    [world, browser] = await Promise.all([makePageWorld(111), openBrowser()]);
  });

  afterEach(async () => {
    for (const page of browser.context.pages().slice(1)) await page.close();
  });

  after(async () => {
    await browser[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  /** The scanning screen of a device with this camera. */
  async function open(fault: Fault): Promise<Page> {
    // Of several the last one counts.
    await browser.context.addInitScript(standIn, fault);
    const { consortium, served } = world;
    const at = { url: served.url, nowSeconds: consortium.nowSeconds };
    const { page } = await openCheckpoint(browser.context, at);
    if ((await page.getByRole('button', { name: 'Start checking' }).count()) > 0) await setUp(page);
    return page;
  }

  /** Nothing was decided, and what is typed is, by policy. */
  async function worksOn(page: Page): Promise<void> {
    expect(await page.locator('.verdict-word').count()).to.equal(0);
    await typeCode(page, world.codes.venue);
    expect(await outcomeWord(page)).to.equal('Pass');
    await page.getByRole('button', { name: 'Next' }).click();
    await typeCode(page, world.codes.unanchored);
    expect(await outcomeWord(page)).to.equal('Refer');
  }

  for (const [name, message] of [
    ['NotAllowedError', 'The camera is not allowed.'],
    ['NotFoundError', 'This device has no camera.'],
    ['NotReadableError', 'The camera does not start.'],
  ] as const) {
    it(`${name}: “${message}”`, async () => {
      const page = await open({ name });
      await page.getByText(message).waitFor();
      await worksOn(page);
    });
  }

  it('one that neither comes nor fails: “The camera does not answer.”', async () => {
    const page = await open('silence');
    await page.getByText('Starting the camera…').waitFor();
    await page.clock.fastForward(WAITED_MS);
    await page.getByText('The camera does not answer.').waitFor();
    await worksOn(page);
  });

  it('one of the wrong size: “This camera shows too little for a code.”', async () => {
    const page = await open({ picture: [160, 120] });
    await page.getByText('This camera shows too little for a code.').waitFor();
    await worksOn(page);
  });

  it('one whose picture stands still without a word: “The camera’s picture stands still.”', async () => {
    const page = await open({ picture: [1280, 720], pictures: 5 });
    await page.getByText('Hold the code in the frame').waitFor();
    await page.getByText('The camera’s picture stands still.').waitFor();
    await worksOn(page);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Hold the code in the frame').waitFor();
  });

  it('one that is lent to somebody else for a while: “The camera shows nothing for now.”', async () => {
    const page = await open({ picture: [1280, 720] });
    const aim = page.getByText('Hold the code in the frame');
    await aim.waitFor();
    await setMuted(page, true);
    await page.getByText('The camera shows nothing for now.').waitFor();
    await setMuted(page, false);
    await aim.waitFor();
    await setMuted(page, true);
    await page.getByRole('button', { name: 'Try again' }).click();
    await aim.waitFor();
    await worksOn(page);
  });

  for (const [post, facing] of [
    ['at a kiosk the one that faces whoever stands there', 'user'],
    ['anywhere else the one at the back', 'environment'],
  ] as const) {
    it(`of several: ${post}`, async () => {
      await forgetDevice(browser.context, world.served.url);
      const wall: Fault = { picture: [1280, 720] };
      await browser.context.addInitScript(standIn, wall);
      const { page } = await openCheckpoint(browser.context, { url: world.served.url });
      if (facing === 'user') await page.getByLabel('Kiosk: people present their own codes').check();
      await page.getByRole('button', { name: 'Start checking' }).click();
      await page.locator('video').waitFor();
      await until(
        async () => (await page.evaluate(() => document.documentElement.dataset['facing'])) === facing,
      );
    });
  }
});

/** As a browser does it: the track says so, and tells that it has changed. */
async function setMuted(page: Page, isMuted: boolean): Promise<void> {
  await page.locator('video').evaluate((video: HTMLVideoElement, muted) => {
    if (!(video.srcObject instanceof MediaStream)) throw new Error('the page looks through no camera');
    for (const track of video.srcObject.getVideoTracks()) {
      Object.defineProperty(track, 'muted', { configurable: true, value: muted });
      track.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
    }
  }, isMuted);
}

/** Runs in the page, before anything of it. */
function standIn(fault: Fault): void {
  const wall = (width: number, height: number, most: number): MediaStream => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const brush = canvas.getContext('2d');
    let pictures = 0;
    const paint = (): void => {
      if (brush === null || pictures >= most) return;
      brush.fillStyle = pictures++ % 2 === 0 ? '#999' : '#888';
      brush.fillRect(0, 0, width, height);
      brush.fillStyle = '#fff';
      brush.fillRect(width / 4, height / 4, width / 4, height / 4);
    };
    paint();
    setInterval(paint, 100);
    return canvas.captureStream();
  };
  navigator.mediaDevices.getUserMedia = async ({ video } = {}) => {
    const facing = typeof video === 'object' ? video.facingMode : undefined;
    if (typeof facing === 'string') document.documentElement.dataset['facing'] = facing;
    if (fault === 'silence') return new Promise(() => undefined);
    if ('name' in fault) throw new DOMException('no camera', fault.name);
    return wall(...fault.picture, fault.pictures ?? Infinity);
  };
}
