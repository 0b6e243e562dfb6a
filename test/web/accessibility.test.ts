/** WCAG 2.1 AA by axe, and no sideways scrolling at 320 pixels: each screen in each language, light and dark. */
import { expect } from 'chai';
import { after, afterEach, before, it } from 'mocha';
import type { Page } from 'playwright-core';
import { LANGUAGE_NAMES, type Language } from '../../web/shared/texts/languages.ts';
import { TEXTS } from '../../web/checkpoint/texts/texts.ts';
import { isLongRun } from '../support/scale.ts';
import { until } from '../support/until.ts';
import { openBrowser, type OpenedBrowser } from './support/browser.ts';
import { forgetDevice, openCheckpoint, typeAsScanner, type CheckpointTab } from './support/checkpoint-tab.ts';
import { describePages } from './support/describe-pages.ts';
import { expectNarrow, loadAxe, NARROW, violations } from './support/everybody.ts';
import { makePageWorld, type PageWorld } from './support/page-world.ts';

/** A public key: the base point of P-256 (SEC 2 §2.4.2). */
const POINT = {
  x: 'axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY',
  y: 'T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU',
} as const;
/** A kiosk is back by then, whatever it showed. */
const RETURN_MS = 30_000;

describePages('everybody can use the checkpoint page', () => {
  let world: PageWorld;
  let browser: OpenedBrowser;

  before(async () => {
    [world, browser] = await Promise.all([makePageWorld(61), openBrowser({ viewport: NARROW })]);
    const logKey = { kty: 'EC', crv: 'P-256', x: POINT.x, y: POINT.y };
    await world.served.say('operator.json', JSON.stringify({ logKey }));
  });

  after(async () => {
    await browser[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  afterEach(async () => {
    for (const page of browser.context.pages().slice(1)) await page.close();
    await forgetDevice(browser.context, world.served.url);
  });

  async function open(): Promise<CheckpointTab> {
    const { consortium, served } = world;
    const tab = await openCheckpoint(browser.context, { url: served.url, nowSeconds: consortium.nowSeconds });
    await loadAxe(tab.page);
    return tab;
  }

  for (const { language, name } of LANGUAGE_NAMES) {
    it(`in ${name}`, async () => {
      const { page, misdeeds } = await open();
      for await (const screen of screens(page, language, world)) {
        for (const colorScheme of schemesFor(language, screen)) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          expect(await violations(page), `${screen}, ${colorScheme}`).to.deep.equal([]);
        }
        await expectNarrow(page, screen);
        expect(await page.evaluate(() => document.documentElement.lang)).to.equal(language);
      }
      expect(misdeeds).to.deep.equal([]);
    });

    it(`in ${name}, at a kiosk`, async () => {
      const { page, misdeeds } = await open();
      for await (const { isStill, screen, show } of kioskScreens(page, language, world)) {
        for (const colorScheme of schemesFor(language, screen)) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          // A kiosk goes back by itself, on a busy machine before it was looked at.
          const found = await until(async () => {
            await show();
            const seen = await violations(page);
            return (await isStill()) && { seen };
          });
          expect(found.seen, `${screen}, ${colorScheme}`).to.deep.equal([]);
        }
        await show();
        await expectNarrow(page, screen);
      }
      expect(misdeeds).to.deep.equal([]);
    });
  }
});

/** Colours and structure are the same in every language: the normal run looks at all of both in English. */
function schemesFor(language: Language, screen: string): readonly ('light' | 'dark')[] {
  if (language === 'en' || isLongRun) return ['light', 'dark'];
  return screen === 'pass with its evidence' ? ['light'] : [];
}

/** Walks through every screen of a new device whose operator keeps a log; yields the name of the one that shows. */
async function* screens(page: Page, language: Language, { codes }: PageWorld): AsyncGenerator<string> {
  const texts = TEXTS[language];
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  await page.locator('.language-select select').selectOption(language);
  await page.locator('input[type=radio]').nth(1).check();
  yield 'set-up for a border';
  await page.locator('select.input').last().selectOption('MO');
  await page.getByText(texts.setUp.notInForce).waitFor();
  yield 'set-up without a rule in force';
  await page.locator('select.input').last().selectOption('none');
  await press(texts.setUp.begin);
  await page.locator('.viewer-message .button').waitFor();
  yield 'scan without a camera';
  const hand = async (code: string): Promise<void> => {
    await press(texts.scan.type);
    await page.locator('dialog textarea').fill(code);
    await press(texts.scan.check);
  };
  await press(texts.scan.type);
  yield 'a code by hand';
  await press(texts.close);
  await press(texts.scan.group);
  yield 'scan in a group';
  await hand(codes.travel);
  await press(texts.document.compare);
  await page.getByText(texts.document.empty).waitFor();
  yield 'document with a problem';
  await page.getByLabel(texts.document.number).fill('A123456(3)');
  await page.getByLabel(texts.document.name).fill('CHAN, TAI MAN');
  await press(texts.document.compare);
  await page.locator('.verdict-pass summary').click();
  yield 'pass with its evidence';
  await press(texts.verdict.nextPerson);
  await hand(codes.unanchored);
  await press(texts.document.skip);
  await page.locator('.verdict-refer').waitFor();
  yield 'refer';
  await press(texts.verdict.nextPerson);
  await hand(codes.revoked);
  await page.locator('.verdict-stop').waitFor();
  yield 'stop';
  await press(texts.group.finish);
  await page.locator('.members').waitFor();
  yield 'summary of a group';
  await press(texts.group.close);
  await page.locator('.scan-bar button').first().click();
  await page.locator('.facts').first().waitFor();
  yield 'list and counters';
  await press(texts.log.handOver);
  await page.getByText(texts.log.handedOver(3)).waitFor();
  yield 'the log, handed over';
}

interface KioskScreen {
  readonly screen: string;
  /** Shows it, again where it has gone. */
  readonly show: () => Promise<void>;
  readonly isStill: () => Promise<boolean>;
}

/** At a kiosk of a border, where codes come from a scanner that types. */
async function* kioskScreens(
  page: Page,
  language: Language,
  { codes }: PageWorld,
): AsyncGenerator<KioskScreen> {
  const texts = TEXTS[language];
  await page.locator('.language-select select').selectOption(language);
  await page.locator('input[type=radio]').nth(1).check();
  await page.getByLabel(texts.setUp.kiosk).check();
  await page.getByRole('button', { name: texts.setUp.begin, exact: true }).click();
  const screen = (name: string, mark: string, show: () => Promise<void>): KioskScreen => ({
    screen: name,
    show: async () => {
      if ((await page.locator(mark).count()) > 0) return;
      await show();
      await page.locator(mark).waitFor();
    },
    isStill: async () => (await page.locator(mark).count()) > 0,
  });
  const scan = async (code: string): Promise<void> => {
    await page.clock.fastForward(RETURN_MS);
    await page.locator('.scan-title').waitFor();
    await typeAsScanner(page, code);
  };
  yield screen('a kiosk that waits', '.scan-kiosk', () => Promise.resolve());
  yield screen('a kiosk that stops somebody', '.verdict-stop', () => scan(codes.revoked));
  await page.clock.fastForward(RETURN_MS);
  await page.locator('.scan-title').waitFor();
  yield screen('a kiosk that asks for the document', 'textarea', () => scan(codes.travel));
}
