import { Buffer } from 'node:buffer';
import { expect } from 'chai';
import { after, afterEach, before, it } from 'mocha';
import type { Page } from 'playwright-core';
import type { BundleSource } from '../../core/bundle/bundle-state.ts';
import { fullBundle } from '../../core/bundle/make-bundle.ts';
import { toPng } from '../../core/qr/image.ts';
import { ORIGIN, SIGNERS } from '../support/publishing.ts';
import { openBrowser, type OpenedBrowser } from './support/browser.ts';
import {
  documentAsked,
  forgetDevice,
  keptInBrowser,
  openCheckpoint,
  outcomeWord,
  scanCode,
  setUp,
  typeAsScanner,
  typeCode,
  type CheckpointTab,
} from './support/checkpoint-tab.ts';
import { describePages } from './support/describe-pages.ts';
import { makePageWorld, type PageWorld } from './support/page-world.ts';

const HOUR = 3600;
/** The passport of whom the travel code is about. */
const ZONE = 'P<HKGCHAN<<TAI<MAN<<<<<<<<<<<<<<<<<<<<<<<<<<\nA1234563<4HKG8001014M3001019<<<<<<<<<<<<<<<4';

/** One character in the middle is another one. */
function damaged(code: string): string {
  const middle = code.length >> 1;
  return `${code.slice(0, middle)}${code[middle] === 'A' ? 'B' : 'A'}${code.slice(middle + 1)}`;
}

/** A picture of several codes, drawn by the browser. */
async function sideBySide(page: Page, codes: readonly string[]): Promise<Buffer> {
  const pictures = codes.map((code) => [...toPng(code)]);
  const bytes = await page.evaluate(async (files) => {
    const images = await Promise.all(
      files.map((file) => createImageBitmap(new Blob([Uint8Array.from(file)]))),
    );
    const width = images.reduce((sum, image) => sum + image.width, 0);
    const height = images.reduce((most, image) => Math.max(most, image.height), 0);
    const canvas = new OffscreenCanvas(width, height);
    let x = 0;
    for (const image of images) {
      canvas.getContext('2d')?.drawImage(image, x, 0);
      x += image.width;
    }
    return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
  }, pictures);
  return Buffer.from(bytes);
}

/** From now on keys come when the test says so, in milliseconds, however long this machine takes for each. */
async function keyTimes(page: Page): Promise<(milliseconds: number) => Promise<void>> {
  await page.evaluate(() => {
    const clock = globalThis as unknown as { keyTime: number };
    Object.defineProperty(Event.prototype, 'timeStamp', { get: () => clock.keyTime });
  });
  return (milliseconds) =>
    page.evaluate((time) => {
      (globalThis as unknown as { keyTime: number }).keyTime = time;
    }, milliseconds);
}

describePages('the checkpoint page', () => {
  let world: PageWorld;
  let browser: OpenedBrowser;

  before(async () => {
    [world, browser] = await Promise.all([makePageWorld(21), openBrowser()]);
  });

  after(async () => {
    await browser[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  /** A tab, some hours after the last block; what is kept in the browser is kept from tab to tab. */
  function open(hours = 0): Promise<CheckpointTab> {
    const nowSeconds = world.consortium.nowSeconds + hours * HOUR;
    return openCheckpoint(browser.context, { url: world.served.url, nowSeconds });
  }

  afterEach(async () => {
    for (const page of browser.context.pages().slice(1)) await page.close();
  });

  function forget(): Promise<void> {
    return forgetDevice(browser.context, world.served.url);
  }

  async function openKiosk(mode: 'venue' | 'border'): Promise<Page> {
    await forget();
    const { page } = await open();
    if (mode === 'border') await page.getByRole('radio', { name: 'Border counter' }).check();
    await page.getByLabel('Kiosk: people present their own codes').check();
    await page.getByRole('button', { name: 'Start checking' }).click();
    return page;
  }

  it('shows a venue the outcome and a masked name, and nothing else of the person', async () => {
    const { page, misdeeds } = await open();
    await setUp(page);
    await typeCode(page, world.codes.travel);
    expect(await outcomeWord(page)).to.equal('Pass');
    await page.getByText('Evidence').click();
    const text = await page.locator('body').innerText();
    expect(text).to.include('CHAN, T** M**');
    for (const secret of ['TAI MAN', '大文', 'A123456', '1980', 'CoronaVac', '2022-02-10', 'B202106027']) {
      expect(text, secret).not.to.include(secret);
    }
    expect(misdeeds).to.deep.equal([]);
  });

  it('tells revoked, unknown, damaged and foreign codes apart', async () => {
    const { page } = await open();
    const cases = [
      [world.codes.revoked, 'Stop', 'revoked'],
      [world.codes.unanchored, 'Refer', 'not'],
      [damaged(world.codes.venue), 'Stop', ''],
      ['HC1:NCF', 'Stop', ''],
      ['NL2:ABC', 'Refer', 'another system'],
    ] as const;
    for (const [code, word, reason] of cases) {
      await typeCode(page, code);
      expect(await outcomeWord(page), code.slice(0, 12)).to.equal(word);
      expect(await page.locator('.verdict-reasons').innerText()).to.include(reason);
      await page.getByRole('button', { name: 'Next' }).click();
    }
  });

  it('works on from what it keeps while the server takes every request and answers none', async () => {
    await forget();
    const first = await open();
    await setUp(first.page);
    await typeCode(first.page, world.codes.venue);
    expect(await outcomeWord(first.page)).to.equal('Pass');
    await first.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await first.page.close();
    world.served.beSilent(true);
    try {
      const { page } = await open();
      await typeCode(page, world.codes.venue);
      expect(await outcomeWord(page)).to.equal('Pass');
    } finally {
      world.served.beSilent(false);
    }
  });

  it('reads a picture, and a scanner that types', async () => {
    const { page } = await open();
    const picture = {
      name: 'code.png',
      mimeType: 'image/png',
      buffer: Buffer.from(toPng(world.codes.venue)),
    };
    await page.locator('input[type=file]').setInputFiles(picture);
    expect(await outcomeWord(page)).to.equal('Pass');
    // More codes at once, without a touch.
    for (const [code, reason] of [
      [world.codes.revoked, 'revoked'],
      [world.codes.unanchored, 'not on the ledger'],
    ] as const) {
      await typeAsScanner(page, code);
      await page.locator('.verdict-reasons', { hasText: reason }).waitFor();
    }
    await page.getByRole('button', { name: 'Next' }).click();
    const nothing = { name: 'note.png', mimeType: 'image/png', buffer: Buffer.from('no picture') };
    await page.locator('input[type=file]').setInputFiles(nothing);
    await page.getByText('No code can be read in this picture.').waitFor();
    const both = await sideBySide(page, [world.codes.venue, world.codes.revoked]);
    await page.locator('input[type=file]').setInputFiles({ ...picture, buffer: both });
    await page.getByText('There are two codes in this picture.').waitFor();
  });

  it('a code that types on behind its end fills in no document; an officer’s scanner does, after a pause', async () => {
    await forget();
    const { page } = await open();
    await setUp(page, { mode: 'border' });
    const at = await keyTimes(page);
    await at(10_000);
    await scanCode(page, world.codes.travel);
    await documentAsked(page);
    const zone = page.getByLabel('Machine-readable zone');
    await at(11_000);
    await page.keyboard.type(`\n${ZONE}`);
    expect(await zone.inputValue()).to.equal('');
    // Behind the last of those keys.
    await at(12_000);
    await page.keyboard.type(ZONE);
    expect(await zone.inputValue()).to.equal('');
    await page.getByRole('heading', { name: 'Now the document' }).waitFor();
    await at(13_001);
    await page.keyboard.type(ZONE);
    expect(await outcomeWord(page)).to.equal('Pass');
  });

  it('a kiosk opens its settings and its list to who holds the button, by hand or by a key', async () => {
    const page = await openKiosk('venue');
    const settings = page.getByRole('button', { name: 'Settings: hold for two seconds' });
    const list = page.getByRole('button', { name: 'List and counters: hold for two seconds' });
    await page.locator('.scan-title:focus').waitFor();
    await settings.click();
    await list.press('Enter');
    await list.hover();
    await page.mouse.down();
    await page.clock.fastForward(1000);
    await page.mouse.up();
    await page.clock.fastForward(5000);
    expect(await list.count(), 'a tap opens nothing').to.equal(1);
    await page.mouse.down();
    await page.clock.fastForward(2000);
    await page.mouse.up();
    await page.getByRole('heading', { name: 'What this device knows' }).waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    // A screen that comes takes the focus once.
    await page.locator('.scan-title:focus').waitFor();
    await settings.focus();
    await page.keyboard.down('Enter');
    await page.clock.fastForward(2000);
    await page.keyboard.up('Enter');
    await page.getByRole('heading', { name: 'Set up this checkpoint' }).waitFor();
  });

  it('a kiosk goes back from the document by itself, half a minute after the last key', async () => {
    const page = await openKiosk('border');
    await scanCode(page, world.codes.travel);
    const document = page.getByRole('heading', { name: 'Now the document' });
    await document.waitFor();
    for (const number of ['A', 'A1']) {
      await page.getByLabel('Document number').fill(number);
      await page.clock.runFor(500);
      await page.clock.fastForward(20_000);
      expect(await document.count(), `${number} was typed`).to.equal(1);
    }
    await page.clock.fastForward(30_000);
    await document.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Settings: hold for two seconds' }).waitFor();
  });

  it('a border compares the document first, and refers where there is none', async () => {
    await forget();
    const { page } = await open();
    await setUp(page, { mode: 'border' });
    const compare = async (fields: Readonly<Record<string, string>>): Promise<string> => {
      await typeCode(page, world.codes.travel);
      await page.getByRole('heading', { name: 'Now the document' }).waitFor();
      expect(await page.locator('.verdict-word').count(), 'no outcome yet').to.equal(0);
      for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
      const button = Object.keys(fields).length > 0 ? 'Compare' : 'No document to compare';
      await page.getByRole('button', { name: button, exact: true }).click();
      const word = await outcomeWord(page);
      await page.getByRole('button', { name: 'Next' }).click();
      return word;
    };
    const good = {
      'Document number': 'A123456(3)',
      'Name as printed': 'CHAN, TAI MAN',
      'Date of birth': '1980-01-01',
    };
    expect(await compare(good)).to.equal('Pass');
    expect(await compare({ ...good, 'Date of birth': '1981-01-01' })).to.equal('Stop');
    expect(await compare({ ...good, 'Name as printed': 'CHAN, TAI' })).to.equal('Refer');
    expect(await compare({})).to.equal('Refer');
    await page.getByRole('button', { name: 'List and counters' }).click();
    await page.getByText('Compared with a document').waitFor();
    const counted = await page.locator('.card').last().innerText();
    expect(counted.replaceAll(/\s+/g, ' ')).to.match(
      /Pass 1 .*Refer 2 .*Stop 1 .*Compared with a document 3/,
    );
  });

  it('keeps nothing of anybody', async () => {
    const { page } = await open();
    const kept = await keptInBrowser(page);
    expect(Object.keys(kept).map((key) => key.replace(/\/.*/, ''))).to.have.members([
      'bundle',
      'bundle-index',
      'bundle-trust',
      'counts',
      'settings',
    ]);
    const text = JSON.stringify(Object.values(kept).filter((value) => !(value instanceof Uint8Array)));
    expect(text).not.to.match(/CHAN|A123456|HCL1/);
    const inCaches = await page.evaluate(async () => {
      const names = await caches.keys();
      const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return requests.flat().map(({ url }) => new URL(url).pathname);
    });
    expect(
      inCaches.every((path) => /^\/(?:assets|checkpoint)\//.test(path)),
      inCaches.join(' '),
    ).to.equal(true);
  });

  it('takes no list that is damaged, older, of another ledger or wrongly signed, says which, and keeps the last good one', async () => {
    const { page } = await open();
    const { publishing } = world;
    const older = await world.publish();
    await page.getByRole('button', { name: 'List and counters' }).click();
    const update = (): Promise<void> => page.getByRole('button', { name: 'Update now' }).click();
    world.consortium.publishStatus(world.consortium.issuer, [], world.consortium.nowSeconds + 200 * HOUR);
    const newer = await world.publish();
    await update();
    // Else what is published next may be what this press finds, and what is older later is not older than what is held.
    await page.getByText(`${newer.leaf.block.number} · `).waitFor();
    const refused = async (source: BundleSource, message: string, bundle?: Uint8Array): Promise<void> => {
      await world.publishSource(source, bundle);
      await update();
      await page.getByText(message).waitFor();
      await page.getByText('The last good list stays in use.').waitFor();
    };
    const good = fullBundle(newer);
    world.consortium.advance(60);
    const next = await publishing.source();
    await refused(next, 'The list that came is damaged or cut short.', good.subarray(0, good.length / 2));
    const elsewhere = { ...next, ...(await publishing.source({ origin: `${ORIGIN}0` })) };
    await refused(elsewhere, 'The list that came is of another ledger.');
    const [first] = SIGNERS;
    const lonely = await publishing.source({ signers: first === undefined ? [] : [first] });
    await refused(lonely, 'The list that came is not signed by enough of those');
    await refused(older, 'The list that came is older than the one here.');
    await world.publish();
    await update();
    await page.getByText('The last good list').waitFor({ state: 'detached' });
  });

  it('can be installed', async () => {
    const { page } = await open();
    await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
    const session = await browser.context.newCDPSession(page);
    const { errors, url } = await session.send('Page.getAppManifest');
    expect({ errors, url }).to.deep.equal({ errors: [], url: `${world.served.url}manifest.webmanifest` });
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    // A browser without a profile of its own installs nothing, whatever the page.
    expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).to.deep.equal([]);
  });

  it('decides without a network, and says how old its list is', async () => {
    const first = await open();
    await first.page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
    await first.page.close();
    await world.served[Symbol.asyncDispose]();
    const seen: string[] = [];
    for (const hours of [1, 30, 80]) {
      const { page, misdeeds } = await open(hours);
      await typeCode(page, world.codes.travel);
      // This browser is a border's by now.
      await documentAsked(page);
      await page.getByLabel('Document number').fill('A123456(3)');
      await page.getByLabel('Name as printed').fill('CHAN, TAI MAN');
      await page.getByRole('button', { name: 'Compare', exact: true }).click();
      const word = await outcomeWord(page);
      seen.push(`${word}: ${await page.locator('.verdict-bar .list-age').innerText()}`);
      expect(misdeeds).to.deep.equal([]);
      await page.close();
    }
    expect(seen.map((line) => line.replaceAll(/\s+/g, ' '))).to.deep.equal([
      'Pass: Age of the list: List is 1 hour old: ageing',
      'Pass: Age of the list: List is 30 hours old: ageing',
      'Refer: Age of the list: List is 80 hours old: too old',
    ]);
  });
});
