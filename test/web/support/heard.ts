/**
 * What a page would be heard and felt to do. Its `AudioContext` becomes one that renders into memory, so that what is
 * judged is the sound itself and not the calls that should make it; pulses are noted as they are asked for.
 */
import type { BrowserContext, Page } from 'playwright-core';

export interface Burst {
  readonly hertz: number;
  readonly milliseconds: number;
}

const RATE = 8000;
const SECONDS = 3;
/** Over which loudness is measured. */
const WINDOW = RATE / 100;
/** Of a full wave. */
const AUDIBLE = 0.03;

export async function listenTo(context: BrowserContext): Promise<void> {
  await context.addInitScript(
    ({ rate, seconds }) => {
      class Recorder extends OfflineAudioContext {
        constructor() {
          super(1, seconds * rate, rate);
          Object.assign(globalThis, { recorder: this });
        }

        /** As one that a touch has woken. */
        override get state(): AudioContextState {
          return 'running';
        }

        override async resume(): Promise<void> {}
      }
      const pulses: unknown[] = [];
      Object.assign(globalThis, { AudioContext: Recorder, pulses });
      Object.defineProperty(navigator, 'vibrate', { value: (pattern: unknown) => pulses.push(pattern) });
    },
    { rate: RATE, seconds: SECONDS },
  );
}

/** Whether the page has made ready to sound, which browsers allow after a touch. */
export function isAwake(page: Page): Promise<boolean> {
  return page.evaluate(() => 'recorder' in globalThis);
}

/** The vibrations that were asked for, each as a list of pulse, pause, pulse … */
export function pulsesOf(page: Page): Promise<readonly unknown[]> {
  return page.evaluate(() => (globalThis as unknown as { readonly pulses: readonly unknown[] }).pulses);
}

/** Every tone that was heard. Once for each page: a recording ends. */
export async function tonesOf(page: Page): Promise<readonly Burst[]> {
  const samples = await page.evaluate(async () => {
    const { recorder } = globalThis as unknown as { readonly recorder: OfflineAudioContext };
    return [...(await recorder.startRendering()).getChannelData(0)];
  });
  const bursts: number[][] = [];
  let wasLoud = false;
  for (let at = 0; at < samples.length; at += WINDOW) {
    const window = samples.slice(at, at + WINDOW);
    const isLoud = Math.hypot(...window) / Math.sqrt(WINDOW) > AUDIBLE;
    if (isLoud && !wasLoud) bursts.push([]);
    if (isLoud) bursts.at(-1)?.push(...window);
    wasLoud = isLoud;
  }
  return bursts.map((burst) => ({ hertz: hertzOf(burst), milliseconds: (1000 * burst.length) / RATE }));
}

/** By how often it crosses the middle upwards. */
function hertzOf(burst: readonly number[]): number {
  const rises = burst.filter((value, i) => value >= 0 && (burst[i - 1] ?? 0) < 0).length;
  return (rises * RATE) / burst.length;
}
