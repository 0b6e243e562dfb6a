/**
 * Makes the pictures of `docs/screenshots/` anew, in headless Chromium: `node test/web/screenshots.ts [FOLDER]`. Look at
 * them before they are committed.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import type { Page } from 'playwright-core';
import { TEXTS } from '../../web/checkpoint/texts/texts.ts';
import type { Language } from '../../web/shared/texts/languages.ts';
import { openBrowser } from './support/browser.ts';
import { openCheckpoint } from './support/checkpoint-tab.ts';
import { makePageWorld } from './support/page-world.ts';
import { drawScene, SCENES, toVideo } from './support/scenes.ts';

interface Shot {
  readonly name: string;
  readonly language: Language;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  /** What the operator says; absent: nothing. */
  readonly operator?: object;
  /** From the first screen to what is shown. */
  readonly walk: (guide: Guide) => Promise<void>;
}

const SEED = 20_221_221;
const LIST_AGE_SECONDS = 4 * 60;
const PHONE = { width: 390, height: 844 } as const;
const SMALL = { width: 320, height: 640 } as const;
const WIDE = { width: 1280, height: 800 } as const;

await using world = await makePageWorld(SEED);
const { codes, consortium, served } = world;

/** Goes through the page in one of its languages. */
class Guide {
  readonly page: Page;
  readonly texts: (typeof TEXTS)[Language];

  constructor(page: Page, language: Language) {
    this.page = page;
    this.texts = TEXTS[language];
  }

  press(name: string): Promise<void> {
    return this.page.getByRole('button', { name, exact: true }).click();
  }

  async setUp(mode: 'venue' | 'border' = 'venue'): Promise<void> {
    if (mode === 'border') await this.page.locator('input[type=radio]').nth(1).check();
    await this.press(this.texts.setUp.begin);
    await this.page.getByText(this.texts.scan.aim).waitFor();
  }

  async show(code: string): Promise<void> {
    await this.press(this.texts.scan.type);
    await this.page.locator('dialog textarea').fill(code);
    await this.press(this.texts.scan.check);
  }

  async compare(name: string): Promise<void> {
    const { document } = this.texts;
    await this.page.getByLabel(document.number).fill('A123456(3)');
    await this.page.getByLabel(document.name).fill(name);
    await this.press(document.compare);
    await this.page.locator('.verdict-word').waitFor();
  }

  /** Up to the answer, at a venue. */
  async check(code: string): Promise<void> {
    await this.show(code);
    await this.page.locator('.verdict-word').waitFor();
  }
}

const SHOTS: readonly Shot[] = [
  {
    name: 'set-up-en',
    language: 'en',
    walk: async ({ page }) => page.locator('input[type=radio]').nth(1).check(),
  },
  { name: 'scan-en', language: 'en', walk: (guide) => guide.setUp() },
  {
    name: 'pass-en',
    language: 'en',
    walk: async (guide) => {
      await guide.setUp();
      await guide.check(codes.venue);
    },
  },
  {
    name: 'stop-zh-hant',
    language: 'zh-Hant',
    walk: async (guide) => {
      await guide.setUp();
      await guide.check(codes.revoked);
    },
  },
  {
    name: 'refer-pt',
    language: 'pt',
    viewport: SMALL,
    walk: async (guide) => {
      await guide.setUp();
      await guide.check(codes.unanchored);
    },
  },
  {
    name: 'document-zh-hans',
    language: 'zh-Hans',
    colorScheme: 'dark',
    walk: async (guide) => {
      await guide.setUp('border');
      await guide.show(codes.travel);
      await guide.page.getByLabel(guide.texts.document.number).waitFor();
    },
  },
  {
    name: 'stated-en',
    language: 'en',
    walk: async (guide) => {
      const { page, texts } = guide;
      await page.getByLabel(texts.setUp.rules).selectOption('HK');
      await guide.setUp('border');
      await guide.show(codes.travel);
      await page.getByText(texts.stated.yes, { exact: true }).first().click();
      await page.getByText(texts.stated.no, { exact: true }).last().click();
    },
  },
  {
    name: 'border-en',
    language: 'en',
    walk: async (guide) => {
      await guide.setUp('border');
      await guide.show(codes.travel);
      await guide.compare('CHAN, TAI');
    },
  },
  {
    name: 'evidence-en',
    language: 'en',
    walk: async (guide) => {
      await guide.setUp('border');
      await guide.show(codes.travel);
      await guide.compare('CHAN, TAI');
      const summary = guide.page.locator('.verdict-summary');
      await summary.click();
      await summary.evaluate((element) => element.scrollIntoView({ block: 'start' }));
    },
  },
  {
    name: 'status-zh-hans-dark',
    language: 'zh-Hans',
    colorScheme: 'dark',
    walk: async (guide) => {
      await guide.setUp();
      for (const code of [codes.venue, codes.venue, codes.venue, codes.unanchored, codes.revoked]) {
        await guide.check(code);
        await guide.press(guide.texts.verdict.next);
      }
      await guide.press(guide.texts.scan.status);
      await guide.page.locator('.facts').last().waitFor();
    },
  },
  {
    name: 'log-en',
    language: 'en',
    operator: {
      // The base point of P-256: nobody's.
      logKey: {
        kty: 'EC',
        crv: 'P-256',
        x: 'axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY',
        y: 'T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU',
      },
    },
    walk: async (guide) => {
      await guide.setUp();
      for (const code of [codes.venue, codes.venue, codes.unanchored]) {
        await guide.check(code);
        await guide.press(guide.texts.verdict.next);
      }
      await guide.press(guide.texts.scan.status);
      await guide.press(guide.texts.log.handOver);
      await guide.page.getByText(guide.texts.log.handedOver(3)).waitFor();
      const button = guide.page.getByRole('button', { name: guide.texts.log.handOver });
      await button.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    },
  },
  {
    name: 'kiosk-en',
    language: 'en',
    viewport: WIDE,
    walk: async (guide) => {
      // It has no button to type with; a scanner that types works everywhere.
      await guide.page.getByLabel(guide.texts.setUp.kiosk).check();
      await guide.setUp();
      await guide.page.keyboard.type(codes.venue);
      await guide.page.keyboard.press('Enter');
      await guide.page.locator('.verdict-word').waitFor();
    },
  },
];

async function take({
  colorScheme = 'light',
  language,
  name,
  operator = {},
  viewport = PHONE,
  walk,
}: Shot): Promise<void> {
  await served.say('operator.json', JSON.stringify(operator));
  await using browser = await openBrowser({ video, viewport, colorScheme });
  const nowSeconds = consortium.nowSeconds + LIST_AGE_SECONDS;
  const { page } = await openCheckpoint(browser.context, { url: served.url, nowSeconds });
  await page.emulateMedia({ reducedMotion: 'reduce', colorScheme });
  await page.locator('.language-select select').selectOption(language);
  await walk(new Guide(page, language));
  await page.screenshot({ path: join(folder, `${name}.jpg`), type: 'jpeg', quality: 85 });
}

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '../../docs/screenshots'));
const workFolder = await mkdtemp(join(tmpdir(), 'hcl-screenshots-'));
const video = join(workFolder, 'wall.y4m');
const wall = drawScene({ ...SCENES.none(), lamps: [] });
await mkdir(folder, { recursive: true });
await writeFile(video, toVideo([wall, wall], 2));
for (const shot of SHOTS) await take(shot);
await rm(workFolder, { recursive: true });
