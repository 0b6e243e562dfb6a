/**
 * The verifier under load: a cold start, a crowd that comes at fixed times from another process (open loop), a surge beyond the limit,
 * clients that are no use, and a stop while people stand in line. `--size N`: seconds of the crowd and of those beside
 * clients that are no use, 60 without (half an hour: 1800; then five minutes of the latter).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CALM, crowdAt, LIMIT, ms, timeOf, WARM_UP, type Line } from './load-figures.ts';
import { LoadProcess } from './load-process.ts';
import { besidePublishing, coldStartToReady } from './load-publishing.ts';
import { useless } from './load-useless.ts';
import { makeLoadWorld, type LoadWorld } from './load-world.ts';
import { machineLine, type Figure, type Settings } from './harness.ts';
import { sendCrowd, type Answered } from './open-loop.ts';

const CODES = 4096;
const ROOTS = 1_000_000;
const SECONDS = 60;
const LONGEST_SECONDS = 1800;
const SURGE_SECONDS = 10;
const WORKERS = [1, 2];
/** Between two looks at whether a service is ready. */
const BALANCER_MS = 100;
export async function benchLoad(settings: Settings): Promise<readonly Figure[]> {
  const { seed, size = SECONDS } = settings;
  const folder = await mkdtemp(join(tmpdir(), 'hcl-load-'));
  const lines: Line[] = [];
  try {
    const world = await makeLoadWorld(folder, { codes: CODES, roots: ROOTS }, seed);
    lines.push(...(await coldStart(world)), ...(await coldStartToReady(join(folder, 'ready'), ROOTS, seed)));
    const seconds = Math.min(size, LONGEST_SECONDS);
    for (const workers of WORKERS) lines.push(...(await crowd(world, workers, seconds)));
    lines.push(...(await besidePublishing(join(folder, 'publishing'), seconds)));
    lines.push(...(await surge(world)), ...(await useless(world, seconds)), ...(await stop(world)));
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
  await using server = await LoadProcess.start(world, { workers });
  await sendCrowd({ ...server, ...WARM_UP });
  return await crowdAt(server, `load: ${workers} worker${workers === 1 ? '' : 's'}`, seconds);
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
  const [first, then] = [shed.filter(isOfFirstSecond), shed.filter((answer) => !isOfFirstSecond(answer))];
  return [
    {
      bench: 'surge: refused',
      unit: 'ms p99',
      median: shedMs,
      target: '≤ 10 ms',
      met: shedMs <= 10,
      note: `${shed.length} refused, ${served.length} served (p99 ${ms(timeOf(served, 0.99))}), ${lost} lost of ${answers.length}; p99 of the first second, in which connections are opened, ${ms(timeOf(first, 0.99))}, then ${ms(timeOf(then, 0.99))}`,
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

function isOfFirstSecond({ dueMs }: Answered): boolean {
  return dueMs < 1000;
}

/** The first second from which on a crowd is served as before the surge. */
function secondsToCalm(answers: readonly Answered[], calmMs: number): number {
  for (let second = 0; second < 30; second++) {
    const its = answers.filter(({ dueMs }) => Math.floor(dueMs / 1000) === second);
    if (its.every(({ status }) => status === 200) && timeOf(its, 0.99) <= 2 * calmMs) return second + 1;
  }
  return Number.POSITIVE_INFINITY;
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
