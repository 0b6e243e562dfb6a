/**
 * How long the checkpoint page takes, in headless Chromium with its fake camera: `node test/web/measure.ts [--json]`. A
 * drawn video shows one code after the other; the page's own timings (`web/checkpoint/timings.ts`) say when a picture
 * was taken, when the code in it was read, and when its answer showed. Lines as of `hcl bench`, and then the table of
 * docs/checkpoint-page.md.
 *
 * Chromium slows down the page's own thread when asked to, and leaves workers alone, as is measured here too: what is
 * "slowed four times" is slowed in part.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Page } from 'playwright-core';
import { machineLine, type Figure } from '../../scripts/bench/harness.ts';
import { DECODE_TO_VERDICT, SCAN_TO_VERDICT } from '../../web/checkpoint/timings.ts';
import { vaccinationRecord } from '../support/consortium.ts';
import { openBrowser } from './support/browser.ts';
import { openCheckpoint, setUp } from './support/checkpoint-tab.ts';
import { makePageWorld } from './support/page-world.ts';
import { drawScene, SCENES, toVideo } from './support/scenes.ts';

const SCANS = 40;
const CODES = 6;
const SLOWDOWN = 4;
const PICTURES_A_SECOND = 4;
const SEED = 20_221_221;

/** Rows of the table: what is said of them, and wanted. */
const ROWS = [
  { name: SCAN_TO_VERDICT, what: 'from a picture that is taken to the answer', wanted: '1 s' },
  { name: DECODE_TO_VERDICT, what: 'from a code that is read to the answer', wanted: '150 ms, slowed' },
] as const;
/** By `name` and rate, in the order of the rates. */
const p95s = new Map<string, number[]>();

const isJson = process.argv.includes('--json');
if (!isJson) process.stdout.write(`${machineLine()}\n`);
const folder = await mkdtemp(join(tmpdir(), 'hcl-measure-'));
await using world = await makePageWorld(SEED);
const records = Array.from({ length: CODES }, () => vaccinationRecord());
const codes = await world.consortium.issueCodes(records, { isFullBatch: true });
await world.publish();
const video = join(folder, 'codes.y4m');
const pictures = codes.flatMap(({ text }) => {
  const picture = drawScene(SCENES.tilted(text));
  return [picture, picture, picture];
});
await writeFile(video, toVideo(pictures, PICTURES_A_SECOND));
await using browser = await openBrowser({ video, bypassCSP: true });
for (const rate of [1, SLOWDOWN]) {
  const { page } = await openCheckpoint(browser.context, { url: world.served.url });
  if (rate === 1) await setUp(page);
  const session = await browser.context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
  await scan(page);
  for (const name of [SCAN_TO_VERDICT, DECODE_TO_VERDICT]) report(name, rate, await durations(page, name));
  report('work in a worker', rate, await workInWorker(page));
  await page.close();
}
await rm(folder, { recursive: true });
if (!isJson) process.stdout.write(tableOf());

/** Shows one answer after the other. */
async function scan(page: Page): Promise<void> {
  for (let done = 0; done < SCANS; done++) {
    await page.getByRole('button', { name: 'Next', exact: true }).click({ timeout: 60_000 });
  }
}

function durations(page: Page, name: string): Promise<readonly number[]> {
  return page.evaluate(
    (wanted) => performance.getEntriesByName(wanted).map(({ duration }) => duration),
    name,
  );
}

/** The same sum in a worker, again and again: whether workers are slowed down with the page. */
function workInWorker(page: Page): Promise<readonly number[]> {
  return page.evaluate(async () => {
    const text = `onmessage = () => { const at = performance.now(); let sum = 0;
      for (let i = 0; i < 3e7; i++) sum += i % 7; postMessage(performance.now() - at + 0 * sum); }`;
    const worker = new Worker(URL.createObjectURL(new Blob([text])));
    const times: number[] = [];
    for (let i = 0; i < 9; i++) {
      times.push(
        await new Promise<number>((resolve) => {
          worker.addEventListener('message', ({ data }) => resolve(Number(data)), { once: true });
          // A worker has no origin to name.
          // oxlint-disable-next-line unicorn/require-post-message-target-origin
          worker.postMessage(0);
        }),
      );
    }
    return times;
  });
}

function report(name: string, rate: number, values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  const what = `page ${name.replace('hcl:', '')}, CPU ÷ ${rate}`;
  p95s.set(name, [...(p95s.get(name) ?? []), at(0.95)]);
  const figures = { p50: at(0.5), p95: at(0.95), most: sorted.at(-1) ?? Number.NaN };
  if (!isJson) {
    const text = Object.entries(figures).map(([key, value]) => `${key} ${value.toFixed(1)} ms`);
    process.stdout.write(`${what.padEnd(44)} ${text.join('  ')}  (n ${values.length})\n`);
    return;
  }
  for (const [key, median] of Object.entries(figures)) {
    const figure: Figure = {
      bench: `${what}, ${key}`,
      unit: 'ms',
      median,
      n: values.length,
      seed: SEED,
      machine: machineLine(),
    };
    process.stdout.write(`${JSON.stringify(figure)}\n`);
  }
}

/** As it stands in docs/checkpoint-page.md. */
function tableOf(): string {
  const rows = ROWS.map(({ name, wanted, what }) => {
    const times = (p95s.get(name) ?? []).map((time) => `${Math.round(time)} ms`);
    return [what, ...times, wanted];
  });
  const lines = [['p95', 'as it is', 'slowed four times', 'wanted'], ['---', '---', '---', '---'], ...rows];
  return `\n${lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')}`;
}
