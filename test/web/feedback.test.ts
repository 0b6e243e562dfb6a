/** Each outcome by ear and by hand, as a person at the door has it: rendered sound, counted pulses. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, afterEach, before, it } from 'mocha';
import type { Page } from 'playwright-core';
import type { Outcome } from '../../core/verify/reasons.ts';
import { PATTERNS } from '../../web/checkpoint/feedback/patterns.ts';
import { testRecord } from '../support/consortium.ts';
import { openBrowser, type BrowserOptions, type OpenedBrowser } from './support/browser.ts';
import {
  forgetDevice,
  openCheckpoint,
  outcomeWord,
  setUp,
  typeCode,
  type CheckpointTab,
} from './support/checkpoint-tab.ts';
import { describePages } from './support/describe-pages.ts';
import { isAwake, listenTo, pulsesOf, tonesOf } from './support/heard.ts';
import { makePageWorld, type PageWorld } from './support/page-world.ts';
import { drawScene, SCENES, toVideo } from './support/scenes.ts';

/** How much longer or shorter a tone may be heard than it is meant, for it swells and fades. */
const FADE_MS = 40;

describePages('the sound and vibration of the checkpoint page', () => {
  let world: PageWorld;
  let browser: OpenedBrowser;
  let tested: string;

  before(async () => {
    [world, browser] = await Promise.all([makePageWorld(91), listen()]);
    const [code] = await world.consortium.issueCodes([testRecord()], { profile: 'travel' });
    tested = code?.text ?? '';
    await world.publish();
  });

  after(async () => {
    await browser[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  afterEach(async () => {
    for (const page of browser.context.pages().slice(1)) await page.close();
    await forgetDevice(browser.context, world.served.url);
  });

  async function listen(options: BrowserOptions = {}): Promise<OpenedBrowser> {
    const opened = await openBrowser(options);
    await listenTo(opened.context);
    return opened;
  }

  function open({ context }: OpenedBrowser): Promise<CheckpointTab> {
    return openCheckpoint(context, { url: world.served.url, nowSeconds: world.consortium.nowSeconds });
  }

  async function atVenue(page: Page, code: string): Promise<void> {
    await setUp(page);
    await typeCode(page, code);
  }

  /** From Zhuhai into Macao, before the second test. */
  async function atBorder(page: Page, code: string): Promise<void> {
    await page.getByRole('radio', { name: 'Border counter' }).check();
    await page.getByLabel('Direction').selectOption('CN-ZH>MO');
    await page.getByLabel('Rules').selectOption('MO');
    await setUp(page);
    await typeCode(page, code);
    await page.getByLabel('Document number').fill('K0000001');
    await page.getByLabel('Name as printed').fill('WONG, SIU MING');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
  }

  const CASES: Readonly<Record<Outcome, (page: Page) => Promise<void>>> = {
    pass: (page) => atVenue(page, world.codes.venue),
    condition: (page) => atBorder(page, tested),
    refer: (page) => atVenue(page, world.codes.unanchored),
    stop: (page) => atVenue(page, world.codes.revoked),
  };
  const WORDS = { pass: 'Pass', condition: 'Pass with condition', refer: 'Refer', stop: 'Stop' } as const;
  const COUNTS = { pass: 2, condition: 1, refer: 3, stop: 5 } as const;

  for (const outcome of ['pass', 'condition', 'refer', 'stop'] as const) {
    it(`tells ${outcome} by as many tones as pulses: ${COUNTS[outcome]}`, async () => {
      const { misdeeds, page } = await open(browser);
      await CASES[outcome](page);
      expect(await outcomeWord(page)).to.equal(WORDS[outcome]);
      const heard = await tonesOf(page);
      const { pulses, tones } = PATTERNS[outcome];
      expect(heard).to.have.length(COUNTS[outcome]);
      tones.forEach(({ hertz, milliseconds }, i) => {
        expect(heard[i]?.hertz, `tone ${i + 1}`).to.be.closeTo(hertz, hertz / 20);
        expect(heard[i]?.milliseconds, `tone ${i + 1}`).to.be.closeTo(milliseconds, FADE_MS);
      });
      expect(await pulsesOf(page)).to.deep.equal([pulses]);
      // Every other one is a pause.
      expect((pulses.length + 1) / 2).to.equal(COUNTS[outcome]);
      expect(misdeeds).to.deep.equal([]);
    });
  }

  it('is silent where sound is off, and still felt', async () => {
    const { page } = await open(browser);
    await page.getByLabel('Sound').uncheck();
    await atVenue(page, world.codes.revoked);
    expect(await outcomeWord(page)).to.equal('Stop');
    expect(await tonesOf(page)).to.deep.equal([]);
    expect(await pulsesOf(page)).to.have.length(1);
  });

  it('makes no sound before somebody touched the page, and nothing breaks', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hcl-heard-'));
    const video = join(folder, 'code.y4m');
    const picture = drawScene(SCENES.clean(world.codes.venue));
    await writeFile(video, toVideo([picture, picture], 2));
    await using watching = await listen({ video });
    const first = await open(watching);
    await setUp(first.page);
    expect(await outcomeWord(first.page)).to.equal('Pass');
    expect(await isAwake(first.page)).to.equal(true);
    await first.page.close();
    // The device starts again by itself, as a kiosk does.
    const { misdeeds, page } = await open(watching);
    expect(await outcomeWord(page)).to.equal('Pass');
    expect(await isAwake(page)).to.equal(false);
    await page.getByText('Evidence').click();
    expect(await isAwake(page), 'after a touch').to.equal(true);
    expect(misdeeds).to.deep.equal([]);
    await rm(folder, { recursive: true });
  });
});
