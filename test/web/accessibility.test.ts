/** WCAG 2.1 AA by axe, and no sideways scrolling at 320 pixels: each screen in each language, light and dark. */
import axe from 'axe-core';
import { expect } from 'chai';
import { after, before, it } from 'mocha';
import type { Page } from 'playwright-core';
import { LANGUAGE_NAMES, type Language } from '../../web/shared/texts/languages.ts';
import { TEXTS } from '../../web/checkpoint/texts/texts.ts';
import { isLongRun } from '../support/scale.ts';
import { openBrowser, type OpenedBrowser } from './support/browser.ts';
import { openCheckpoint } from './support/checkpoint-tab.ts';
import { describePages } from './support/describe-pages.ts';
import { makePageWorld, type PageWorld } from './support/page-world.ts';

const NARROW = { width: 320, height: 640 };

describePages('everybody can use the checkpoint page', () => {
  let world: PageWorld;
  let browser: OpenedBrowser;

  before(async () => {
    [world, browser] = await Promise.all([makePageWorld(61), openBrowser({ viewport: NARROW })]);
  });

  after(async () => {
    await browser[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  for (const { language, name } of LANGUAGE_NAMES) {
    it(`in ${name}`, async () => {
      const { consortium, served } = world;
      const { page, misdeeds } = await openCheckpoint(browser.context, {
        url: served.url,
        nowSeconds: consortium.nowSeconds,
      });
      await page.evaluate(axe.source);
      for await (const screen of screens(page, language, world)) {
        for (const colorScheme of schemesFor(language, screen)) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          expect(await violations(page), `${screen}, ${colorScheme}`).to.deep.equal([]);
        }
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth),
          `${screen} is too wide`,
        ).to.be.at.most(NARROW.width);
        expect(await page.evaluate(() => document.documentElement.lang)).to.equal(language);
      }
      expect(misdeeds).to.deep.equal([]);
      await page.close();
    });
  }
});

/** Colours and structure are the same in every language: the normal run looks at all of both in English. */
function schemesFor(language: Language, screen: string): readonly ('light' | 'dark')[] {
  if (language === 'en' || isLongRun) return ['light', 'dark'];
  return screen === 'pass with its evidence' ? ['light'] : [];
}

/** Walks through every screen; yields the name of the one that shows. */
async function* screens(page: Page, language: Language, { codes }: PageWorld): AsyncGenerator<string> {
  const texts = TEXTS[language];
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  // A device that was set up before opens ready to scan.
  if ((await page.locator('.scan-title').count()) > 0) await page.locator('.scan-bar button').last().click();
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
}

async function violations(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as { readonly axe: typeof axe };
    const { violations: found } = await checker.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
    });
    return found.flatMap(({ help, nodes }) =>
      nodes.map(
        ({ html, failureSummary }) => `${help}: ${html.slice(0, 120)} ${failureSummary?.slice(0, 160)}`,
      ),
    );
  });
}
