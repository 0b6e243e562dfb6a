/** The log of a checkpoint, handed over in a browser and opened by its authority with the command line. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, it } from 'mocha';
import type { Page } from 'playwright-core';
import { log } from '../../cli/commands/log.ts';
import { ioDouble } from '../cli/io-double.ts';
import { until } from '../support/until.ts';
import { openBrowser, type OpenedBrowser } from './support/browser.ts';
import {
  keptInBrowser,
  openCheckpoint,
  outcomeWord,
  setUp,
  typeCode,
  type CheckpointTab,
} from './support/checkpoint-tab.ts';
import { describePages } from './support/describe-pages.ts';
import { makePageWorld, type PageWorld } from './support/page-world.ts';

const DAY = 86_400;

describePages('the sealed log of the checkpoint page', () => {
  let world: PageWorld;
  let browser: OpenedBrowser;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hcl-log-'));
    [world, browser] = await Promise.all([makePageWorld(71), openBrowser()]);
    await world.served.say('operator.json', await hclLog('key', '--out', join(folder, 'log.key')));
  });

  after(async () => {
    await browser[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  async function hclLog(...args: readonly string[]): Promise<string> {
    const io = ioDouble();
    expect(await log.run(args, io), io.written.out).to.equal(0);
    return io.written.out;
  }

  function open(days = 0): Promise<CheckpointTab> {
    const nowSeconds = world.consortium.nowSeconds + days * DAY;
    return openCheckpoint(browser.context, { url: world.served.url, nowSeconds });
  }

  /** As the browser saves it. */
  async function save(page: Page): Promise<{ readonly name: string; readonly path: string }> {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Hand over the log' }).click();
    const file = await download;
    const path = join(folder, 'handed-over');
    await file.saveAs(path);
    return { name: file.suggestedFilename(), path };
  }

  it('is handed over as a file that nobody but the authority reads', async () => {
    const { misdeeds, page } = await open();
    await setUp(page);
    // From here on it does as the operator says.
    await page.getByRole('button', { name: 'List and counters' }).click();
    await page.getByText('No check in it yet.').waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    for (const code of [world.codes.venue, world.codes.revoked]) {
      await typeCode(page, code);
      await outcomeWord(page);
      await page.getByRole('button', { name: 'Next' }).click();
    }
    await page.getByRole('button', { name: 'List and counters' }).click();
    const card = page.locator('.card', { hasText: 'Sealed log' });
    await card.getByText('21-12-2022').waitFor();
    expect((await card.locator('.facts').innerText()).replaceAll(/\s+/g, ' ')).to.include('Checks in it 2');
    await page.getByText('the list and the sealed log.').waitFor();
    expect(await page.getByText('Nothing about anybody.').count(), 'the log holds commitments').to.equal(0);
    const { name, path } = await save(page);
    expect(name).to.equal('checkpoint-log-2022-12-21.txt');
    await card.getByText('Checks in the file: 2.').waitFor();
    expect(await readFile(path, 'utf8')).to.match(/^hcl\/checkpoint-log\/1\n2022-12-[\dTZ:-]+\n2\n/);
    const lines = (await hclLog('open', '--key', join(folder, 'log.key'), '--json', path))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    const seen = lines.map(({ outcome, place, reasons }) => ({ outcome, place, reasons }));
    expect(seen).to.have.deep.members([
      { outcome: 'pass', place: 'venue:active', reasons: [] },
      { outcome: 'stop', place: 'venue:active', reasons: ['STATUS_REVOKED'] },
    ]);
    expect(misdeeds).to.deep.equal([]);
    await page.close();
  });

  it('says which checks are not in it where the disk is full, and where it cannot be read', async () => {
    const { page } = await open();
    await page.evaluate(() => {
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (value: unknown, key) {
        const request = put.call(this, value, key);
        // As a full disk does.
        if (typeof key === 'string' && key.startsWith('log/')) this.transaction.abort();
        return request;
      };
    });
    await typeCode(page, world.codes.venue);
    await outcomeWord(page);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: 'List and counters' }).click();
    const card = page.locator('.card', { hasText: 'Sealed log' });
    await card.getByText('could not be kept: 1.').waitFor();
    await card.getByText('21-12-2022').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'List and counters' }).click();
    await card.getByText('could not be kept: 1.').waitFor();
    const { path } = await save(page);
    const io = ioDouble();
    expect(await log.run(['open', '--key', join(folder, 'log.key'), path], io)).to.equal(1);
    expect(io.written.out).to.include('checks that the device could not keep: 1 (LOG_INCOMPLETE)');
    await page.evaluate(() => {
      IDBObjectStore.prototype.getAllKeys = () => {
        throw new Error('the disk cannot be read');
      };
    });
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('button', { name: 'List and counters' }).click();
    await card.getByText('cannot be read at the moment').waitFor();
    await page.getByRole('button', { name: 'Hand over the log' }).click();
    await card.getByText('The file could not be made.').waitFor();
    await page.close();
  });

  it('can be handed over after the operator has ended it, until its time is over', async () => {
    await world.served.say('operator.json', '{}');
    for (const [days, checks] of [
      [30, 2],
      [31, 0],
    ] as const) {
      const { page } = await open(days);
      // What is too old goes at a start, and then every minute.
      await until(async () => {
        const kept = await keptInBrowser(page);
        const boxes = Object.keys(kept).filter((key) => key.startsWith('log/'));
        return boxes.length === checks && JSON.stringify(kept['operator']) === '{}';
      });
      await page.getByRole('button', { name: 'List and counters' }).click();
      await page.getByRole('heading', { name: 'What this device knows' }).waitFor();
      const card = page.getByRole('heading', { name: 'Sealed log' });
      await card.waitFor({ state: checks > 0 ? 'visible' : 'detached' });
      await page.getByText(checks > 0 ? 'the list and the sealed log.' : 'Nothing about anybody.').waitFor();
      await page.close();
    }
  });
});
