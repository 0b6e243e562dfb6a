/** Headless Chromium for tests of pages; absent on a machine without one. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { chromium, type BrowserContext } from 'playwright-core';

const PATH = env['HCL_CHROMIUM'] ?? '/usr/bin/chromium';

export const hasChromium: boolean = existsSync(PATH);

export interface OpenedBrowser extends AsyncDisposable {
  readonly context: BrowserContext;
}

export interface BrowserOptions {
  /** A Y4M or MJPEG file that the camera shows, over and over; absent: there is no camera. */
  readonly video?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly locale?: string;
  readonly colorScheme?: 'light' | 'dark';
  readonly bypassCSP?: boolean;
  /** `block`: nothing answers in the place of the server. */
  readonly serviceWorkers?: 'block';
}

/** For one step on however busy a machine; how long it takes says nothing here. */
const PATIENCE_MS = 90_000;

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser of its own with an empty profile. */
export async function openBrowser({
  bypassCSP = false,
  video,
  ...options
}: BrowserOptions = {}): Promise<OpenedBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'hcl-chromium-'));
  const camera =
    video === undefined
      ? []
      : [
          '--use-fake-device-for-media-stream',
          '--use-fake-ui-for-media-stream',
          `--use-file-for-fake-video-capture=${video}`,
        ];
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: PATH,
    headless: true,
    args: [...FLAGS, ...camera],
    viewport: { width: 390, height: 844 },
    locale: 'en-HK',
    bypassCSP,
    ...(video === undefined ? {} : { permissions: ['camera'] }),
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
