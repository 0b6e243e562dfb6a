/**
 * The replica: how fast it catches up with a chain that is there, and whether memory, start and lookups stay
 * flat as the anchors grow. Catching up is the whole way (HTTP, headers, seals, receipts roots, events, a synced
 * store, the state); the larger sizes are folded from decoded events.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { toHex, type Hex } from '../../core/bytes/hex.ts';
import { StatusLists } from '../../core/status/accepted-lists.ts';
import type { LedgerEvent } from '../../core/trust/ledger-event.ts';
import { LedgerState } from '../../core/trust/ledger-state.ts';
import { decodeSnapshot, snapshotParts } from '../../core/trust/snapshot.ts';
import { StateRoot } from '../../core/trust/state-root.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { openLevelBlockStore } from '../../ledger/level-block-store.ts';
import { Replica } from '../../ledger/replica.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { machineLine, median, seededRandom, type Figure, type Settings } from './harness.ts';

const STREAM = fileURLToPath(new URL('event-stream.ts', import.meta.url));
/** The streams that are caught up with. */
const STREAMS = [
  { blocks: 1_000, eventsPerBlock: 100 },
  { blocks: 20_000, eventsPerBlock: 1 },
] as const;
const EVENTS_PER_SECOND = 5_000;
const BYTES_A_ROOT = 48;
const READY_SECONDS = 5;
const SIZES = [100_000, 1_000_000] as const;
const ISSUERS = 10;
const EVENTS_PER_BLOCK = 100;
/** Ten issuers close a window every 30 seconds. */
const SECONDS_PER_BLOCK = 300;
const START_SECONDS = 1_671_580_800;
const LOOKUPS = 100_000;
const ROOTS_ASKED = 100;

export async function benchReplica(settings: Settings): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const stream of STREAMS) figures.push(await catchUp(stream, settings));
  for (const size of settings.size === undefined ? SIZES : [settings.size]) {
    figures.push(...(await grow(size, settings)));
  }
  return figures;
}

async function catchUp(
  { blocks, eventsPerBlock }: (typeof STREAMS)[number],
  settings: Settings,
): Promise<Figure> {
  const words = [blocks, eventsPerBlock, settings.seed].map(String);
  const child = spawn(process.execPath, [STREAM, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const folder = await mkdtemp(join(tmpdir(), 'hcl-bench-replica-'));
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const { url, deployment } = JSON.parse(line) as { url: string; deployment: Deployment };
    await using store = await openLevelBlockStore(folder);
    const state = new LedgerState();
    await using replica = await Replica.open({ rpcUrls: [url], deployment }, { state, store });
    const before = process.cpuUsage();
    const startedAt = performance.now();
    const { events } = await replica.sync();
    const seconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(before);
    return {
      ...figureOf(settings, `replica catch-up ${eventsPerBlock}/block`, 'events/s', events / seconds),
      target: `≥ ${EVENTS_PER_SECOND.toLocaleString('en')} events/s a core`,
      met: events / seconds >= EVENTS_PER_SECOND,
      n: events,
      note: `${((user + system) / 1e6).toFixed(1)} s of processor time in ${seconds.toFixed(1)} s; the stream is made and served by another process`,
    };
  } finally {
    child.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function grow(size: number, settings: Settings): Promise<readonly Figure[]> {
  const { state, foldSeconds } = foldAnchors(size, settings.seed);
  const label = `10^${Math.log10(size).toFixed(Number.isInteger(Math.log10(size)) ? 0 : 1)}`;
  const figure = (name: string, unit: string, value: number): Figure => ({
    ...figureOf(settings, `replica ${name} ${label}`, unit, value),
    n: size,
  });
  const bytesARoot = state.roots.byteLength / state.roots.size;
  const roots = new StateRoot(nodeCrypto, state);
  const wholeMs = timed(() => roots.root());
  const onceMore = Array.from({ length: ROOTS_ASKED }, (_, i) => {
    anchorOne(state, size + i);
    return timed(() => roots.root()) * 1000;
  });
  const start = await startAgain(state, toHex(roots.root()));
  return [
    figure('fold', 'events/s', size / foldSeconds),
    {
      ...figure('memory', 'bytes/root', bytesARoot),
      target: `≤ ${BYTES_A_ROOT} bytes a root`,
      met: bytesARoot <= BYTES_A_ROOT,
    },
    {
      ...figure('lookup', 'µs', lookupMicroseconds(state, settings.seed)),
      note: 'half of them of roots that are not there',
    },
    {
      ...figure('start', 's', start.seconds),
      target: `≤ ${READY_SECONDS} s`,
      met: start.seconds <= READY_SECONDS,
      note: `reading, checking and taking over a snapshot of ${Math.round(start.bytes / 2 ** 20)} MiB`,
    },
    {
      ...figure('state root', 'µs', median(onceMore)),
      note: `after one more anchor; ${wholeMs.toFixed(0)} ms for all of its ${roots.names().length} sections`,
    },
  ];
}

interface Folded {
  readonly state: LedgerState;
  /** Without the time of making the events. */
  readonly foldSeconds: number;
}

function foldAnchors(size: number, seed: number): Folded {
  const state = new LedgerState();
  const random = seededRandom(seed);
  let foldMs = 0;
  for (let first = 0; first < size; first += EVENTS_PER_BLOCK) {
    const events = Array.from({ length: Math.min(EVENTS_PER_BLOCK, size - first) }, (_, i) =>
      anchorOf(first + i, rootFrom(random)),
    );
    foldMs += timed(() => foldBlock(state, events));
  }
  return { state, foldSeconds: foldMs / 1000 };
}

function anchorOne(state: LedgerState, i: number): void {
  foldBlock(state, [anchorOf(i, toHex(nodeCrypto.sha256(Uint8Array.of(i, i >> 8, i >> 16, i >> 24))))]);
}

function foldBlock(state: LedgerState, events: readonly LedgerEvent[]): void {
  const number = state.head.number + 1;
  const timeSeconds = START_SECONDS + SECONDS_PER_BLOCK * number;
  state.apply({ number, hash: `0x${'00'.repeat(32)}`, timeSeconds, events });
}

function anchorOf(i: number, root: Hex): LedgerEvent {
  const issuer = i % ISSUERS;
  return {
    event: 'BatchAnchored',
    issuer: `0x${String(issuer).repeat(64)}`,
    root,
    log2Size: 12,
    class: issuer % 2,
    sequence: Math.floor(i / ISSUERS) + 1,
    account: `0x${String(issuer).repeat(40)}`,
  };
}

function rootFrom(random: () => number): Hex {
  const words = Array.from({ length: 8 }, () => Math.floor(random() * 2 ** 32));
  return `0x${words.map((word) => word.toString(16).padStart(8, '0')).join('')}`;
}

/** Half of the roots that are looked up were anchored, anywhere in the history. */
function lookupMicroseconds(state: LedgerState, seed: number): number {
  const random = seededRandom(seed + 1);
  const wanted = Array.from({ length: LOOKUPS }, (_, i) => {
    const root = new Uint8Array(32);
    state.roots.copyRoot(Math.floor(random() * state.roots.size), root);
    return i % 2 === 0 ? root : nodeCrypto.sha256(root);
  });
  let found = 0;
  const ms = timed(() => {
    for (const root of wanted) found += state.roots.find(root).length;
  });
  if (found !== LOOKUPS / 2) throw new Error('half of the roots are there');
  return (ms * 1000) / LOOKUPS;
}

/** From a snapshot file to a state that can be asked. */
async function startAgain(
  state: LedgerState,
  stateRoot: Hex,
): Promise<{ readonly seconds: number; readonly bytes: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'hcl-bench-snapshot-'));
  try {
    const path = join(folder, 'snapshot.hcls');
    const file = await open(path, 'w');
    for (const part of snapshotParts(nodeCrypto, { state, statusLists: StatusLists.empty }))
      await file.writeFile(part);
    await file.close();
    const startedAt = performance.now();
    const bytes = await readFile(path);
    const restored = decodeSnapshot(nodeCrypto, bytes).state;
    const seconds = (performance.now() - startedAt) / 1000;
    if (toHex(new StateRoot(nodeCrypto, restored).root()) !== stateRoot)
      throw new Error('the state is the same');
    return { seconds, bytes: bytes.length };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function timed(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

function figureOf({ seed }: Settings, bench: string, unit: string, value: number): Figure {
  return { bench, unit, median: value, n: 0, seed, machine: machineLine() };
}
