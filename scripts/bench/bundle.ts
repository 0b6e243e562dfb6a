/**
 * Bundles: how large they are and how long a device takes to load them, from 10^5 to 10^7 anchored records, and how
 * a device grows over three years of three issuers that close their windows every 30 seconds and ten minutes.
 */
import { Buffer } from 'node:buffer';
import { randomFillSync } from 'node:crypto';
import { acceptBundle } from '../../core/bundle/accept-bundle.ts';
import type { BundleState } from '../../core/bundle/bundle-state.ts';
import { fullBundle } from '../../core/bundle/make-bundle.ts';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { acceptLists, StatusLists, type PublishedList } from '../../core/status/accepted-lists.ts';
import { statusListDigest, statusListsRoot } from '../../core/status/list-digest.ts';
import {
  MIN_STATUS_ENTRIES,
  STATUS_VALUES,
  StatusList,
  type StatusChange,
} from '../../core/status/token-status-list.ts';
import type { LedgerEvent } from '../../core/trust/ledger-event.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { Publishing } from '../../test/support/publishing.ts';
import { machineLine, seededRandom, type Figure, type Settings } from './harness.ts';

const START_SECONDS = 1_671_580_800;
const HOUR = 3600;
const DAY = 86_400;
const YEARS = 3;
const ISSUERS = 3;
const SHORT_WINDOW = 30;
const LONG_WINDOW = 600;
const FULL_BATCH = 4096;
const SIZES = [100_000, 1_000_000, 10_000_000] as const;
const CHANGES_PER_RECORD = 0.01;
const KB = 1000;
const MB = 1_000_000;

export async function benchBundle(settings: Settings): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const records of settings.size === undefined ? SIZES : [settings.size]) {
    figures.push(...(await sizesOf(records, settings)));
  }
  figures.push(...(await growth(settings)));
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
    figure(settings, 'device: a day', 'KB', bytes / KB, {
      most: 300,
      note: '24 hourly deltas, 2,000 status changes in one of them',
    }),
  ];
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

/** A ledger of three issuers and their status lists. */
class World {
  readonly state: LedgerState = new LedgerState();
  statusLists: StatusLists = StatusLists.empty;
  nowSeconds: number = START_SECONDS;
  readonly #random: () => number;
  readonly #issuers: readonly Hex[];
  readonly #lists: readonly StatusList[][];
  #version = 0;

  constructor(seed: number, entries: number) {
    this.#random = seededRandom(seed);
    this.#issuers = Array.from({ length: ISSUERS }, (_, i): Hex => `0x${String(i + 1).repeat(64)}`);
    const lists = Math.max(1, Math.ceil(entries / ISSUERS / MIN_STATUS_ENTRIES));
    this.#lists = this.#issuers.map(() => Array.from({ length: lists }, () => StatusList.empty()));
    this.#block(this.#issuers.flatMap((issuer) => foundation(issuer)));
  }

  anchor(issuer: number, batchClass: 'short' | 'long', log2Size: number): void {
    this.#block([this.#anchored(issuer, batchClass, log2Size)]);
  }

  /** All windows of both classes that close in so many seconds. */
  anchorFor(seconds: number): void {
    for (let passed = 0; passed < seconds; passed += SHORT_WINDOW) {
      this.nowSeconds += SHORT_WINDOW;
      const isLong = this.nowSeconds % LONG_WINDOW === 0;
      for (let issuer = 0; issuer < ISSUERS; issuer++) {
        this.anchor(issuer, 'short', 6 + this.#below(7));
        if (isLong) this.anchor(issuer, 'long', 6 + this.#below(7));
      }
    }
  }

  /** A day of long-lived windows, and one short-lived anchor of each issuer. */
  anchorDay(): void {
    for (let issuer = 0; issuer < ISSUERS; issuer++) this.anchor(issuer, 'short', 12);
    for (let passed = 0; passed < DAY; passed += LONG_WINDOW) {
      this.nowSeconds += LONG_WINDOW;
      for (let issuer = 0; issuer < ISSUERS; issuer++) this.anchor(issuer, 'long', 6 + this.#below(7));
    }
  }

  /** That many random entries take a random value other than valid; every list has a new version. */
  changeStatuses(count: number): void {
    this.#version++;
    const perIssuer = Math.ceil(count / ISSUERS);
    this.#issuers.forEach((issuer, i) => {
      const lists = this.#lists[i] ?? [];
      const changes = lists.map((): StatusChange[] => []);
      for (let n = 0; n < perIssuer; n++) {
        const value = STATUS_VALUES[1 + this.#below(STATUS_VALUES.length - 1)] ?? 'revoked';
        changes[this.#below(lists.length)]?.push({ index: this.#below(MIN_STATUS_ENTRIES), value });
      }
      lists.forEach((list, at) => (lists[at] = list.withAll(changes[at] ?? [])));
      this.#publish(issuer, lists);
    });
  }

  #publish(issuer: Hex, lists: readonly StatusList[]): void {
    const version = this.#version;
    const published = lists.map((list, i): PublishedList => ({
      uri: `https://${issuer.slice(2, 9)}.example/status/v/${i}`,
      version,
      list,
    }));
    const digests = published.map(({ uri, list: { bits, bytes } }) => ({
      uri,
      digest: statusListDigest(nodeCrypto, { uri, version, bits, bytes }),
    }));
    const listsRoot = toHex(statusListsRoot(nodeCrypto, digests));
    this.#block([
      {
        event: 'StatusPublished',
        issuer,
        version,
        listsRoot,
        actsDigest: `0x${'00'.repeat(32)}`,
        nextUpdate: this.nowSeconds + DAY,
        account: accountOf(issuer),
      },
    ]);
    const anchor = this.state.statusAnchors.get(issuer);
    if (anchor !== undefined)
      this.statusLists = this.statusLists.with(acceptLists(nodeCrypto, anchor, published));
  }

  #anchored(issuer: number, batchClass: 'short' | 'long', log2Size: number): LedgerEvent {
    const id = this.#issuers[issuer] ?? '0x';
    return {
      event: 'BatchAnchored',
      issuer: id,
      root: `0x${randomFillSync(Buffer.alloc(32)).toString('hex')}`,
      log2Size,
      class: batchClass === 'short' ? 0 : 1,
      sequence: this.state.roots.lastSequenceOf(id) + 1,
      account: accountOf(id),
    };
  }

  #block(events: readonly LedgerEvent[]): void {
    const number = this.state.head.number + 1;
    const hash: Hex = `0x${number.toString(16).padStart(64, '0')}`;
    // Blocks come a few seconds after a window closes.
    const timeSeconds = Math.max(this.state.head.timeSeconds, this.nowSeconds - this.#below(5));
    this.state.apply({ number, hash, timeSeconds, events });
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}

function accountOf(issuer: Hex): Hex {
  return `0x${issuer.slice(2, 42)}`;
}

function foundation(issuer: Hex): readonly LedgerEvent[] {
  const authority: Hex = `0xa${issuer.slice(3)}`;
  const from = START_SECONDS - DAY;
  const until = START_SECONDS + 10 * 365 * DAY;
  const admin = accountOf(issuer);
  return [
    {
      event: 'AuthorityAdmitted',
      authority,
      name: 'Authority',
      jurisdiction: 'HK',
      admin,
      checkpointKey: authority,
    },
    {
      event: 'IssuerAccredited',
      issuer,
      authority,
      did: `did:web:${issuer.slice(2, 9)}.example`,
      types: 255,
      from,
      until,
      admin,
    },
    { event: 'IssuerAccepted', issuer },
    { event: 'AccountAdded', issuer, account: accountOf(issuer), from, until },
  ];
}
