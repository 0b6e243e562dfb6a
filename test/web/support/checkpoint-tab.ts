/** The checkpoint page in a tab, as a person uses it, with everything noted that a page must not do. */
import type { BrowserContext, Page } from 'playwright-core';

export interface CheckpointTab {
  readonly page: Page;
  /** Scripts that ran, violations, errors, dialogs, requests to elsewhere. */
  readonly misdeeds: readonly string[];
}

export interface OpenTab {
  readonly url: string;
  /** Unix seconds that the page's clock shows; absent: the machine's clock, and real timings. */
  readonly nowSeconds?: number;
}

/** Opens the page; it is ready when the first screen shows. */
export async function openCheckpoint(
  context: BrowserContext,
  { nowSeconds, url }: OpenTab,
): Promise<CheckpointTab> {
  const page = await context.newPage();
  const misdeeds: string[] = [];
  const { origin } = new URL(url);
  page.on('dialog', (dialog) => {
    misdeeds.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', ({ message }) => misdeeds.push(`error ${message}`));
  page.on('console', (message) => {
    // A list that cannot be fetched is reported by the browser itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      misdeeds.push(`console ${message.text()}`);
    }
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith('blob:')) {
      misdeeds.push(`request ${request.url()}`);
    }
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ blockedURI, violatedDirective }) => {
      // oxlint-disable-next-line no-console -- the way out of the page
      console.error(`violation ${violatedDirective} ${blockedURI}`);
    });
  });
  if (nowSeconds !== undefined) await page.clock.install({ time: nowSeconds * 1000 });
  await page.goto(url);
  await page.locator('h1').waitFor();
  return { page, misdeeds };
}

export interface Chosen {
  readonly mode?: 'venue' | 'border';
}

/** Through the first screen; English. */
export async function setUp(page: Page, { mode = 'venue' }: Chosen = {}): Promise<void> {
  if (mode === 'border') await page.getByRole('radio', { name: 'Border counter' }).check();
  await page.getByRole('button', { name: 'Start checking' }).click();
  await page.getByRole('button', { name: 'Type' }).waitFor();
}

/** Hands over a code as text; English. */
export async function typeCode(page: Page, text: string): Promise<void> {
  await page.getByRole('button', { name: 'Type' }).click();
  await page.getByLabel('Text of the code').fill(text);
  await page.getByRole('button', { name: 'Check', exact: true }).click();
}

/** As a scanner that types does, on a screen that waits for codes. */
export async function scanCode(page: Page, text: string): Promise<void> {
  await page.locator('.scan-title:focus').waitFor();
  await typeAsScanner(page, text);
}

/** On whatever screen there is, and on however busy a machine: no key comes late. */
export async function typeAsScanner(page: Page, text: string): Promise<void> {
  await page.evaluate(
    (keys) => {
      for (const key of keys)
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    },
    [...text, 'Enter'],
  );
}

/** Until the document is asked for, and the cursor waits in the zone: what is typed before that goes where it was. */
export async function documentAsked(page: Page): Promise<void> {
  await page.locator('textarea:focus').waitFor();
}

/** As on a new device. No tab of the page may be open. */
export async function forgetDevice(context: BrowserContext, url: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(new URL('icon.svg', url).href);
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        indexedDB.deleteDatabase('hcl-checkpoint').addEventListener('success', resolve);
      }),
  );
  await page.close();
}

/** What the page keeps in the browser, by key. */
export function keptInBrowser(page: Page): Promise<Readonly<Record<string, unknown>>> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('hcl-checkpoint');
      request.addEventListener('success', () => resolve(request.result));
    });
    const store = database.transaction('values').objectStore('values');
    const kept = await new Promise<Readonly<Record<string, unknown>>>((resolve) => {
      const keys = store.getAllKeys();
      const values = store.getAll();
      values.addEventListener('success', () => {
        const names = keys.result.map(String);
        resolve(Object.fromEntries(names.map((name, i) => [name, values.result[i] as unknown])));
      });
    });
    database.close();
    return kept;
  });
}

/** The word of the outcome that shows next. */
export async function outcomeWord(page: Page): Promise<string> {
  const word = page.locator('.verdict-word');
  await word.waitFor();
  return (await word.textContent()) ?? '';
}
