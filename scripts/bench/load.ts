/**
 * The verifier under load: a cold start, a crowd that comes at fixed times from another process (open loop), a surge beyond the limit,
 * clients that are no use, and a stop while people stand in line. `--size N`: seconds of the first, 60 without (half an
 * hour: 1800).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openSockets, SILENT_STREAM, SLOW_BODY, SLOW_HEADERS } from './idle-sockets.ts';
import { LoadProcess } from './load-process.ts';
import { makeLoadWorld, type LoadWorld } from './load-world.ts';
import { machineLine, quantile, type Figure, type Settings } from './harness.ts';
import { sendCrowd, type Answered } from './open-loop.ts';

const CODES = 4096;
const ROOTS = 1_000_000;
const CROWD = { perSecond: 2000, seconds: 60 } as const;
const LONGEST_SECONDS = 1800;
const LIMIT = 500;
const SURGE_SECONDS = 10;
const CALM = { perSecond: 0.8 * LIMIT, seconds: 10 } as const;
const SLOW = 2000;
const IDLE = 5000;
/** More than are taken at a time. */
const STREAMS = 1000;
const WORKERS = [1, 2];
/** Between two looks at whether a service is ready. */
const BALANCER_MS = 100;
/** So long that each code has been seen and what is hot is compiled, on both sides. */
const WARM_UP = { perSecond: 1000, seconds: 15 } as const;

type Line = Pick<Figure, 'bench' | 'unit' | 'median' | 'target' | 'met' | 'note'>;

export async function benchLoad(settings: Settings): Promise<readonly Figure[]> {
  const { seed, size = CROWD.seconds } = settings;
  const folder = await mkdtemp(join(tmpdir(), 'hcl-load-'));
  const lines: Line[] = [];
  try {
    const world = await makeLoadWorld(folder, { codes: CODES, roots: ROOTS }, seed);
    lines.push(...(await coldStart(world)));
    const seconds = Math.min(size, LONGEST_SECONDS);
    for (const workers of WORKERS) lines.push(...(await crowd(world, workers, seconds)));
    for (const part of [surge, useless, stop]) lines.push(...(await part(world)));
  } finally {
    await rm(folder, { recursive: true });
  }
  return lines.map((line) => ({ ...line, n: 1, seed, machine: machineLine() }));
}

/** From the start of the process to the first verdict, out of the snapshot. */
async function coldStart(world: LoadWorld): Promise<readonly Line[]> {
  await using server = await LoadProcess.start(world);
  const [first] = await sendCrowd({ ...server, perSecond: 1, seconds: 1 });
  const seconds = server.startSeconds + (first?.tookMs ?? Number.NaN) / 1000;
  const met = first?.status === 200 && seconds <= 10;
  const note = `${ROOTS} roots, from the start of the process to the first verdict; the ledger is not asked`;
  return [{ bench: 'cold start', unit: 's', median: seconds, target: '≤ 10 s', met, note }];
}

async function crowd(world: LoadWorld, workers: number, seconds: number): Promise<readonly Line[]> {
  const bench = `load: ${workers} worker${workers === 1 ? '' : 's'}`;
  await using server = await LoadProcess.start(world, { workers });
  await sendCrowd({ ...server, ...WARM_UP });
  const before = await server.cpuSeconds();
  const answers = await sendCrowd({ ...server, ...CROWD, seconds });
  const cpuSeconds = (await server.cpuSeconds()) - before;
  const errors = answers.filter(({ status }) => status !== 200).length;
  const p99 = timeOf(answers, 0.99);
  const note = `${CROWD.perSecond}/s for ${seconds} s: p50 ${ms(timeOf(answers, 0.5))}, p99.9 ${ms(timeOf(answers, 0.999))}`;
  return [
    { bench, unit: 'ms p99', median: p99, target: '≤ 40 ms', met: p99 <= 40, note },
    { bench, unit: 'errors', median: errors, target: '0', met: errors === 0 },
    { bench, unit: 'CPU ms a request', median: (1000 * cpuSeconds) / answers.length },
  ];
}

/** Ten times the limit; then the crowd that it is for. */
async function surge(world: LoadWorld): Promise<readonly Line[]> {
  await using server = await LoadProcess.start(world, { perSecond: LIMIT });
  const tenfold = { ...server, perSecond: 10 * LIMIT };
  await sendCrowd({ ...server, ...CALM, seconds: 20 });
  await sendCrowd({ ...tenfold, seconds: 3 });
  const calm = timeOf(await sendCrowd({ ...server, ...CALM }), 0.99);
  const sent = Promise.withResolvers<void>();
  const surging = sendCrowd({ ...tenfold, seconds: SURGE_SECONDS, onSent: sent.resolve });
  await sent.promise;
  // Whatever the surge still waits for is a part of what there is to recover from.
  const recovered = secondsToCalm(await sendCrowd({ ...server, ...CALM, seconds: 30 }), calm);
  const answers = await surging;
  const shed = answers.filter(({ status }) => status === 429 || status === 503);
  const served = answers.filter(({ status }) => status === 200);
  const lost = answers.length - shed.length - served.length;
  const shedMs = timeOf(shed, 0.99);
  return [
    {
      bench: 'surge: refused',
      unit: 'ms p99',
      median: shedMs,
      target: '≤ 10 ms',
      met: shedMs <= 10,
      note: `${shed.length} refused, ${served.length} served (p99 ${ms(timeOf(served, 0.99))}), ${lost} lost of ${answers.length}`,
    },
    {
      bench: 'surge: recovery',
      unit: 's',
      median: recovered,
      target: '≤ 30 s',
      met: recovered <= 30,
      note: `after the last request of the surge until a second is served whole, p99 within twice the ${ms(calm)} from before`,
    },
  ];
}

/** The first second from which on a crowd is served as before the surge. */
function secondsToCalm(answers: readonly Answered[], calmMs: number): number {
  for (let second = 0; second < 30; second++) {
    const its = answers.filter(({ dueMs }) => Math.floor(dueMs / 1000) === second);
    if (its.every(({ status }) => status === 200) && timeOf(its, 0.99) <= 2 * calmMs) return second + 1;
  }
  return Number.POSITIVE_INFINITY;
}

async function useless(world: LoadWorld): Promise<readonly Line[]> {
  await using server = await LoadProcess.start(world);
  await sendCrowd({ ...server, ...WARM_UP });
  const alone = timeOf(await sendCrowd({ ...server, ...CALM, seconds: 20 }), 0.99);
  using headers = await openSockets(server.url, SLOW, SLOW_HEADERS);
  using bodies = await openSockets(server.url, SLOW, SLOW_BODY);
  using idle = await openSockets(server.url, IDLE, '');
  using streams = await openSockets(server.url, STREAMS, SILENT_STREAM);
  const answers = await sendCrowd({ ...server, ...CALM, seconds: 20 });
  const beside = timeOf(answers, 0.99);
  const errors = answers.filter(({ status }) => status !== 200).length;
  const left = `after 20 s ${headers.open()} of ${SLOW} slow headers, ${bodies.open()} of ${SLOW} slow bodies, ${streams.open()} of ${STREAMS} silent streams and ${idle.open()} of ${IDLE} idle are still open`;
  return [
    {
      bench: 'slow and idle clients',
      unit: 'ms p99 beside them',
      median: beside,
      target: `≤ 2 × ${ms(alone)}`,
      met: beside <= 2 * alone,
      note: left,
    },
    { bench: 'slow and idle clients', unit: 'errors', median: errors, target: '0', met: errors === 0 },
  ];
}

/** A balancer sends people here for as long as the service says that it is ready. */
async function stop(world: LoadWorld): Promise<readonly Line[]> {
  await using server = await LoadProcess.start(world);
  await sendCrowd({ ...server, ...WARM_UP });
  let answered = 0;
  const onAnswer = (): void => {
    // In the middle of the crowd.
    if (++answered === 1000) server.terminate();
  };
  let isUnready = false;
  const balancer = untilUnready(server).then(() => (isUnready = true));
  const isOver = (): boolean => isUnready;
  const answers = await sendCrowd({ ...server, perSecond: 500, seconds: 30, onAnswer, isOver });
  await balancer;
  const dropped = answers.filter(({ status }) => status === 0);
  const kinds = new Set(dropped.map(({ failure }) => failure));
  return [
    {
      bench: 'stop under load',
      unit: 'dropped',
      median: dropped.length,
      target: '0',
      met: dropped.length === 0,
      note: [`of ${answers.length} until a balancer saw that it is not ready`, ...kinds].join('; '),
    },
  ];
}

/** This one reads no ledger, and so is never ready: what counts is that it says it is about to stop. */
async function untilUnready({ url }: LoadProcess): Promise<void> {
  for (;;) {
    const { failing } = (await (await fetch(`${url}/health/ready`)).json()) as { failing: readonly string[] };
    if (failing.includes('running')) return;
    await delay(BALANCER_MS);
  }
}

function timeOf(answers: readonly Answered[], share: number): number {
  return quantile(
    answers.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b),
    share,
  );
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
