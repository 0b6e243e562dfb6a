/**
 * Bundles: how large they are and how long a device takes to load them, from 10^5 to 10^7 anchored records, and how
 * a device grows over three years of three issuers that close their windows every 30 seconds and ten minutes.
 */
import { acceptBundle } from '../../core/bundle/accept-bundle.ts';
import type { BundleState } from '../../core/bundle/bundle-state.ts';
import { fullBundle, pacedFullBundle } from '../../core/bundle/make-bundle.ts';
import { Publishing } from '../../test/support/publishing.ts';
import { besideScans } from '../../web/checkpoint/engine/beside-scans.ts';
import { UPDATE_SECONDS } from '../../web/checkpoint/knowledge/pace.ts';
import { pageTraffic, questionTraffic } from './bundle-traffic.ts';
import { ISSUERS, World } from './bundle-world.ts';
import { machineLine, type Figure, type Settings } from './harness.ts';

const HOUR = 3600;
const DAY = 86_400;
const YEARS = 3;
const FULL_BATCH = 4096;
const SIZES = [100_000, 1_000_000, 10_000_000] as const;
const CHANGES_PER_RECORD = 0.01;
const DEFAULT_MINUTES = UPDATE_SECONDS / 60;
const PACES = [DEFAULT_MINUTES, 60, 5] as const;
/** How old the list is when a code makes the page ask: a minute at least. */
const LIST_AGES = [1, 60, DEFAULT_MINUTES] as const;
const KB = 1000;
const MB = 1_000_000;

export async function benchBundle(settings: Settings): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const records of settings.size === undefined ? SIZES : [settings.size]) {
    figures.push(...(await sizesOf(records, settings)));
  }
  figures.push(...(await growth(settings)), ...(await traffic(settings)));
  return figures;
}

/** Records in full batches, a hundredth of them revoked or otherwise; then an hour with few and with many changes. */
async function sizesOf(records: number, settings: Settings): Promise<readonly Figure[]> {
  const world = new World(settings.seed, records);
  const batches = Math.ceil(records / FULL_BATCH);
  for (let batch = 0; batch < batches; batch++) world.anchor(batch % ISSUERS, 'long', 12);
  world.changeStatuses(Math.round(records * CHANGES_PER_RECORD));
  const publishing = new Publishing(world);
  const first = await publishing.source();
  const full = fullBundle(first);
  const { held, seconds } = await load(full, undefined, publishing);
  const name = `bundle of ${records.toLocaleString('en')}`;
  const isLarge = records === 10_000_000;
  const few = await hourOf(2_000, { world, publishing, held });
  const many = await hourOf(100_000, { world, publishing, held: few.held });
  const note = `${batches} roots, ${Math.round(records * CHANGES_PER_RECORD)} changed entries`;
  return [
    figure(settings, name, 'MB', full.length / MB, isLarge ? { most: 5, note } : { note }),
    figure(settings, `${name}: load`, 's', seconds, isLarge ? { most: 1 } : {}),
    figure(settings, `${name}: hour, 2,000`, 'KB', few.bytes / KB, {
      most: 50,
      note: `an hour of ${ISSUERS} issuers' roots of both classes in it; accepted in ${few.seconds.toFixed(2)} s`,
    }),
    figure(settings, `${name}: hour, 100,000`, 'KB', many.bytes / KB, {
      most: 160,
      note: `likewise; accepted in ${many.seconds.toFixed(2)} s`,
    }),
  ];
}

interface Device {
  readonly world: World;
  readonly publishing: Publishing<World>;
  readonly held: BundleState;
}

interface Step {
  readonly held: BundleState;
  readonly bytes: number;
  readonly seconds: number;
}

/** An hour of anchors and so many changed statuses, as one delta. */
async function hourOf(changes: number, { world, publishing, held }: Device): Promise<Step> {
  world.anchorFor(HOUR);
  if (changes > 0) world.changeStatuses(changes);
  const delta = publishing.delta(await publishing.source(), held);
  const next = await load(delta, held, publishing);
  return { ...next, bytes: delta.length };
}

/** Three years of windows: long-lived roots of all of it, short-lived ones of the last 30 days. */
async function growth(settings: Settings): Promise<readonly Figure[]> {
  const world = new World(settings.seed, 10_000_000);
  world.changeStatuses(100_000);
  const publishing = new Publishing(world);
  const figures: Figure[] = [];
  for (let year = 1; year <= YEARS; year++) {
    const days = 365 - (year === YEARS ? 31 : 0);
    for (let day = 0; day < days; day++) world.anchorDay();
    // What a device has dropped counts for the tree alone: an anchor a day and issuer stands for all of it.
    if (year === YEARS) for (let day = 0; day < 31; day++) world.anchorFor(DAY);
    const full = fullBundle(await publishing.source());
    figures.push(
      figure(settings, `device after ${year} years`, 'MB', full.length / MB, {
        ...(year === YEARS ? { most: 25 } : {}),
        note:
          year === YEARS
            ? '10,000,000 status entries, 100,000 of them set; short-lived roots of 30 days'
            : 'long-lived roots and status lists alone',
      }),
    );
    if (year === YEARS) figures.push(...(await lastDay(full, { world, publishing }, settings)));
  }
  return figures;
}

async function lastDay(
  full: Uint8Array,
  { world, publishing }: Omit<Device, 'held'>,
  settings: Settings,
): Promise<readonly Figure[]> {
  const first = await load(full, undefined, publishing);
  let held = first.held;
  let bytes = 0;
  for (let hour = 0; hour < 24; hour++) {
    const step = await hourOf(hour === 12 ? 2_000 : 0, { world, publishing, held });
    held = step.held;
    bytes += step.bytes;
  }
  return [
    figure(settings, 'device after 3 years: load', 's', first.seconds, {
      note: `${first.held.state.roots.size.toLocaleString('en')} roots`,
    }),
    ...(await taking(full, publishing, settings)),
    ...(await writingDown(held, settings)),
    figure(settings, 'device: a day', 'KB', bytes / KB, {
      most: 300,
      note: '24 hourly deltas, 2,000 status changes in one of them',
    }),
  ];
}

/** How long a verdict waits at most while a first list is taken that is all a device holds. */
async function taking(
  full: Uint8Array,
  publishing: Publishing<World>,
  settings: Settings,
): Promise<readonly Figure[]> {
  const { pause } = besideScans();
  const whole = await longestBlock(() => acceptBundle(full, undefined, publishing.context()));
  const paced = await longestBlock(() => acceptBundle(full, undefined, publishing.context({ pause })));
  return [
    figure(settings, 'device after 3 years: taken, longest block', 'ms', paced, {
      note: `${whole.toFixed(0)} ms in one piece`,
    }),
  ];
}

/** How long a verdict waits at most while all that a device holds is written down. */
async function writingDown(held: BundleState, settings: Settings): Promise<readonly Figure[]> {
  const whole = await longestBlock(async () => fullBundle(held));
  const paced = await longestBlock(() => pacedFullBundle(held, besideScans()));
  return [
    figure(settings, 'device after 3 years: written down, longest block', 'ms', paced, {
      note: `${whole.toFixed(0)} ms in one piece`,
    }),
  ];
}

/** In milliseconds, by a timer that wants to ring all the time. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const look = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  await work();
  look();
  clearInterval(timer);
  return longest;
}

async function load(
  bytes: Uint8Array,
  held: BundleState | undefined,
  publishing: Publishing<World>,
): Promise<Omit<Step, 'bytes'>> {
  const startedAt = performance.now();
  const next = await acceptBundle(bytes, held, publishing.context());
  return { held: next, seconds: (performance.now() - startedAt) / 1000 };
}

function figure(
  { seed }: Settings,
  bench: string,
  unit: string,
  value: number,
  { most, note }: { readonly most?: number; readonly note?: string },
): Figure {
  return {
    bench,
    unit,
    median: value,
    ...(most === undefined ? {} : { target: `≤ ${most} ${unit}`, met: value <= most }),
    n: 1,
    seed,
    machine: machineLine(),
    ...(note === undefined ? {} : { note }),
  };
}

/** What the page and its server send each other in a day, by how often the page asks; and for a code that is newer than its list. */
async function traffic(settings: Settings): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const minutes of PACES) {
    const { bytes, requests } = await pageTraffic(minutes, settings.seed);
    figures.push(
      figure(settings, `page: a day, every ${minutes} minutes`, 'KB', bytes / KB, {
        ...(minutes === DEFAULT_MINUTES ? { most: 300 } : {}),
        note: `${requests} requests with all heads; ${ISSUERS} issuers, both classes, 2,000 status changes an hour`,
      }),
    );
  }
  for (const minutes of LIST_AGES) {
    const { bytes, requests } = await questionTraffic(minutes, settings.seed);
    figures.push(
      figure(settings, `page: a question of a code, list ${minutes} min old`, 'KB', bytes / KB, {
        note: `${requests} requests with all heads; the list that comes of it is not asked for again`,
      }),
    );
  }
  return figures;
}
