/** From a picture in front of the camera to an answer: Chromium takes a drawn video for its camera. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, it } from 'mocha';
import type { JSHandle, Page } from 'playwright-core';
import { vaccinationRecord } from '../support/consortium.ts';
import { until } from '../support/until.ts';
import { openBrowser } from './support/browser.ts';
import { openCheckpoint, outcomeWord, setUp, typeCode } from './support/checkpoint-tab.ts';
import { describePages } from './support/describe-pages.ts';
import { makePageWorld, type PageWorld } from './support/page-world.ts';
import { drawScene, SCENES, toVideo, type GreyPicture, type Scene } from './support/scenes.ts';

/** What the camera gives the page now. */
function stream(page: Page): Promise<JSHandle<MediaStream>> {
  return page.locator('video').evaluateHandle((video: HTMLVideoElement) => {
    if (video.srcObject instanceof MediaStream) return video.srcObject;
    throw new Error('the page looks through no camera');
  });
}

function stateOf(watched: MediaStream): string | undefined {
  return watched.getVideoTracks()[0]?.readyState;
}

/** As when another tab comes in front, or goes away; a headless browser shows every tab. */
async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
}

/** Of each scene, at two pictures a second. */
const PICTURES = 3;

describePages('the camera of the checkpoint page', () => {
  let world: PageWorld;
  let folder: string;

  before(async () => {
    world = await makePageWorld(31);
    folder = await mkdtemp(join(tmpdir(), 'hcl-camera-'));
  });

  after(async () => {
    await world[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function film(scenes: readonly Scene[]): Promise<string> {
    const pictures = scenes.flatMap((scene): readonly GreyPicture[] => {
      const picture = drawScene(scene);
      return Array.from({ length: PICTURES }, () => picture);
    });
    const path = join(folder, `${scenes.length}.y4m`);
    await writeFile(path, toVideo(pictures, 2));
    return path;
  }

  /** Whose code is shown next; the next person then. */
  async function nextPerson(page: Page): Promise<string> {
    const name = await page.locator('.verdict-pass .verdict-person').innerText();
    await page.getByRole('button', { name: 'Next' }).click();
    return name;
  }

  it('reads a clean, a tilted, a dim and a small code, each once', async () => {
    const names = ['CHAN, AA', 'LEE, BB', 'WONG, CC', 'NG, DD'];
    const codes = await world.consortium.issueCodes(
      names.map((nameEn) => vaccinationRecord({ subject: { ...vaccinationRecord().subject, nameEn } })),
    );
    await world.publish();
    const [clean = '', tilted = '', dim = '', small = ''] = codes.map(({ text }) => text);
    const video = await film([
      SCENES.clean(clean),
      SCENES.tilted(tilted),
      SCENES.dim(dim),
      SCENES.small(small),
    ]);
    await using browser = await openBrowser({ video });
    const { page, misdeeds } = await openCheckpoint(browser.context, tab());
    await setUp(page);
    const seen = new Set<string>();
    while (seen.size < names.length) seen.add((await nextPerson(page)).split(',')[0] ?? '');
    expect([...seen]).to.have.members(['CHAN', 'LEE', 'WONG', 'NG']);
    expect(misdeeds).to.deep.equal([]);
  });

  it('reads a code and decides on it with no network at all', async () => {
    await using alone = await makePageWorld(32);
    const at = { url: alone.served.url, nowSeconds: alone.consortium.nowSeconds };
    const scenes = [SCENES.none(), SCENES.clean(alone.codes.travel)];
    await using browser = await openBrowser({ video: await film(scenes) });
    const first = await openCheckpoint(browser.context, at);
    await setUp(first.page);
    expect(await outcomeWord(first.page)).to.equal('Pass');
    await first.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await first.page.close();
    await alone.served[Symbol.asyncDispose]();
    await browser.context.setOffline(true);
    const { page, misdeeds } = await openCheckpoint(browser.context, at);
    expect(await outcomeWord(page)).to.equal('Pass');
    await page.getByText('Evidence').click();
    expect(await page.locator('body').innerText()).to.include('CHAN, T** M**');
    expect(misdeeds).to.deep.equal([]);
  });

  it('says what is wrong with a picture in which nothing can be read', async () => {
    const { travel, venue } = world.codes;
    const video = await film([
      SCENES.cut(venue),
      SCENES.glare(venue),
      SCENES.covered(),
      SCENES.two(venue, travel),
      SCENES.blurred(venue),
      SCENES.dark(),
    ]);
    await using browser = await openBrowser({ video });
    const { page } = await openCheckpoint(browser.context, tab());
    await setUp(page);
    const hints = [
      'Part of the code is outside the picture.',
      'Light reflects on the code.',
      'The camera sees nothing.',
      'Two codes in view.',
      'A code, but not sharp.',
      'Too dark.',
    ];
    await Promise.all(hints.map((hint) => page.getByText(hint).waitFor()));
    expect(await page.locator('.verdict-word').count(), 'nothing was decided').to.equal(0);
    await typeCode(page, venue);
    expect(await outcomeWord(page), 'what it knows is as good as before').to.equal('Pass');
  });

  it('says that no code is in view once somebody should have come', async () => {
    await using browser = await openBrowser({ video: await film([SCENES.none()]) });
    const { page } = await openCheckpoint(browser.context, tab());
    await setUp(page);
    await page.getByText('Hold the code in the frame').waitFor();
    await page.clock.fastForward(60_000);
    await page.getByText('No code in view.').waitFor();
  });

  it('says that the camera stopped by itself, and takes it again', async () => {
    await using browser = await openBrowser({ video: await film([SCENES.none()]) });
    const { page } = await openCheckpoint(browser.context, tab());
    await setUp(page);
    await page.getByText('Hold the code in the frame').waitFor();
    // What the browser does when a camera is pulled out.
    const watched = await stream(page);
    await watched.evaluate((gone) => {
      for (const track of gone.getVideoTracks()) {
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
    });
    await page.getByText('The camera stopped.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Hold the code in the frame').waitFor();
    expect(await (await stream(page)).evaluate(stateOf)).to.equal('live');
  });

  it('lets the camera go while the page is hidden, on each screen, and takes it when it shows again', async () => {
    await using browser = await openBrowser({ video: await film([SCENES.none()]) });
    const { page } = await openCheckpoint(browser.context, tab());
    await setUp(page);
    const aim = page.getByText('Hold the code in the frame');
    await aim.waitFor();
    const watched = await stream(page);
    await setHidden(page, true);
    expect(await watched.evaluate(stateOf)).to.equal('ended');
    await setHidden(page, false);
    // The words for the hand stand there from before.
    await until(async () => (await (await stream(page)).evaluate(stateOf)) === 'live');
    const again = await stream(page);
    expect(await again.evaluate(stateOf), 'another look').to.equal('live');
    await typeCode(page, world.codes.venue);
    await outcomeWord(page);
    expect(await again.evaluate(stateOf), 'kept for the next person').to.equal('live');
    await setHidden(page, true);
    expect(await again.evaluate(stateOf)).to.equal('ended');
  });

  function tab(): { readonly url: string; readonly nowSeconds: number } {
    return { url: world.served.url, nowSeconds: world.consortium.nowSeconds };
  }
});
