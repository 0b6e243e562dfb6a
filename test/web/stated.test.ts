/** What the rules ask an officer, on the screens of a border without a network: one tap each, beside the document. */
import { expect } from 'chai';
import { after, afterEach, before, it } from 'mocha';
import type { Page } from 'playwright-core';
import { TEXTS } from '../../web/checkpoint/texts/texts.ts';
import { LANGUAGE_NAMES, type Language } from '../../web/shared/texts/languages.ts';
import { testRecord } from '../support/consortium.ts';
import { openBrowser, type OpenedBrowser } from './support/browser.ts';
import {
  documentAsked,
  forgetDevice,
  openCheckpoint,
  outcomeWord,
  scanCode,
  typeCode,
} from './support/checkpoint-tab.ts';
import { describePages } from './support/describe-pages.ts';
import { expectNarrow, loadAxe, NARROW, violations } from './support/everybody.ts';
import { makePageWorld, type PageWorld } from './support/page-world.ts';

/** From the world's start to when the mainland asked for a booking. */
const UNTIL_CN_NORTH_SECONDS = 20 * 86_400;
/** ICAO 9303-4, specimen: nobody who shows a code here. */
const ZONE = 'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10';
const BOOKED = 'You saw a booking for this day and port';

describePages('what the rules ask an officer', () => {
  let world: PageWorld;
  let browser: OpenedBrowser;
  let code: string;

  before(async () => {
    [world, browser] = await Promise.all([makePageWorld(91), openBrowser()]);
    const { consortium } = world;
    consortium.advance(UNTIL_CN_NORTH_SECONDS);
    const collectedAt = '2023-01-09T09:15:00+08:00';
    const test = testRecord({ collectedAt, reportedAt: '2023-01-09T21:00:00+08:00' });
    const [issued] = await consortium.issueCodes([test], { profile: 'travel' });
    if (issued === undefined) throw new Error('one code for one record');
    code = issued.text;
    consortium.publishStatus(consortium.issuer, [], consortium.nowSeconds + 86_400);
    await world.publish();
  });

  after(async () => {
    await browser[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  afterEach(async () => {
    await browser.context.setOffline(false);
    for (const page of browser.context.pages().slice(1)) await page.close();
    await forgetDevice(browser.context, world.served.url);
  });

  /** A border towards the mainland, under its rules. */
  async function open(isKiosk: boolean, language: Language = 'en'): Promise<Page> {
    const texts = TEXTS[language].setUp;
    const { consortium, served } = world;
    const { page } = await openCheckpoint(browser.context, {
      url: served.url,
      nowSeconds: consortium.nowSeconds,
    });
    await page.locator('.language-select select').selectOption(language);
    await page.getByRole('radio', { name: texts.border }).check();
    await page.getByLabel(texts.route).selectOption('HK>CN');
    await page.getByLabel(texts.rules).selectOption('CN');
    if (isKiosk) await page.getByLabel(texts.kiosk).check();
    await page.getByRole('button', { name: texts.begin, exact: true }).click();
    return page;
  }

  it('is one tap beside the document, counts without a network, and is told as the officer’s word', async () => {
    const page = await open(false);
    await browser.context.setOffline(true);
    for (const [answer, word] of [
      ['Not asked', 'Refer'],
      ['Yes', 'Pass'],
      ['No', 'Stop'],
    ] as const) {
      await typeCode(page, code);
      await documentAsked(page);
      const asked = page.getByRole('group', { name: BOOKED });
      expect(await asked.getByRole('radio', { name: 'Not asked' }).isChecked(), 'of nobody before').to.equal(
        true,
      );
      if (answer !== 'Not asked') await asked.getByText(answer, { exact: true }).click();
      await page.getByLabel('Document number').fill('K0000001');
      await page.getByLabel('Name as printed').fill('WONG, SIU MING');
      await page.getByRole('button', { name: 'Compare', exact: true }).click();
      expect(await outcomeWord(page)).to.equal(word);
      const said = page.locator('.card', { hasText: 'Said by the officer' });
      expect((await said.innerText()).replaceAll(/\s+/g, ' ')).to.equal(
        `Said by the officer ${BOOKED} ${answer} Nothing of this was checked by this device.`,
      );
      await page.getByRole('button', { name: 'Next' }).click();
    }
  });

  it('compares a zone that comes when all is said; an answer that is given after it waits for the button', async () => {
    const page = await open(false);
    for (const isSaidFirst of [true, false]) {
      await typeCode(page, code);
      await documentAsked(page);
      const zone = page.getByLabel('Machine-readable zone');
      const asked = page.getByRole('group', { name: BOOKED });
      if (isSaidFirst) {
        await asked.getByText('Yes', { exact: true }).click();
        await zone.fill(ZONE);
      } else {
        await zone.fill(ZONE);
        await asked.getByRole('radio', { name: 'Not asked' }).focus();
        // Past "No".
        for (const key of ['ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key);
        await page.getByRole('button', { name: 'Compare', exact: true }).click();
      }
      expect(await outcomeWord(page)).to.equal('Stop');
      await page.getByText('Document in hand: Another person').waitFor();
      const said = page.locator('.card', { hasText: 'Said by the officer' });
      expect(await said.innerText()).to.match(/\bYes\b/);
      await page.getByRole('button', { name: 'Next' }).click();
    }
  });

  it('is not asked of a traveller at a kiosk, where nobody passes without an officer', async () => {
    const page = await open(true);
    await scanCode(page, code);
    await documentAsked(page);
    expect(await page.getByText(BOOKED).count()).to.equal(0);
    await page.getByLabel('Document number').fill('K0000001');
    await page.getByLabel('Name as printed').fill('WONG, SIU MING');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    expect(await outcomeWord(page)).to.equal('Refer');
  });

  for (const { language, name } of LANGUAGE_NAMES) {
    it(`can be read and answered by everybody, on 320 pixels, in ${name}`, async () => {
      const texts = TEXTS[language];
      const page = await open(false, language);
      await page.setViewportSize(NARROW);
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await loadAxe(page);
      await page.getByRole('button', { name: texts.scan.type, exact: true }).click();
      await page.locator('dialog textarea').fill(code);
      await page.getByRole('button', { name: texts.scan.check, exact: true }).click();
      const asked = page.getByRole('group', { name: texts.stated.facts.booked });
      await asked.getByText(texts.stated.yes, { exact: true }).click();
      expect(await violations(page), 'the questions').to.deep.equal([]);
      await expectNarrow(page, 'the questions');
      await page.getByLabel(texts.document.number).fill('K0000001');
      await page.getByLabel(texts.document.name).fill('WONG, SIU MING');
      await page.getByRole('button', { name: texts.document.compare, exact: true }).click();
      await page.locator('.verdict-pass').waitFor();
      await page.getByText(texts.stated.said).waitFor();
      expect(await violations(page), 'the answers').to.deep.equal([]);
      await expectNarrow(page, 'the answers');
    });
  }
});
