/**
 * The verifier beside thousands of clients that are no use (N3): slow heads, slow bodies, connections that say nothing, and
 * streams of lines without a line, more than are taken. They come at a steady rate, from a third process, and come again
 * when they are given up; what is measured are the honest ones, and how old a connection grows that is no use.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { SILENT_STREAM, SLOW_BODY, SLOW_HEADERS } from './idle-sockets.ts';
import { CALM, ms, spentBetween, timeOf, WARM_UP, type Line } from './load-figures.ts';
import { LoadProcess } from './load-process.ts';
import type { LoadWorld } from './load-world.ts';
import { sendCrowd } from './open-loop.ts';
import type { Endured, UselessKind } from './returning-sockets.ts';
import { UselessProcess } from './useless-process.ts';

/** Given up by the service after 10 s, so that so many stand there all the time. */
const GIVEN_UP: readonly UselessKind[] = [
  { name: 'slow heads', count: 2000, opening: SLOW_HEADERS },
  { name: 'slow bodies', count: 2000, opening: SLOW_BODY },
  { name: 'silent', count: 5000, opening: '' },
];
/** Taken, up to 256, for ten minutes: docs/gate.md. */
const STREAMS: UselessKind = { name: 'silent streams', count: 256, opening: SILENT_STREAM };
const PER_SECOND = 1000;
/** Until all of them stand there and the first ones have been given up. */
const FILLING_MS = 15_000;
const LONGEST_SECONDS = 300;
const RECLAIMED_SECONDS = 15;

export async function useless(world: LoadWorld, seconds: number): Promise<readonly Line[]> {
  await using server = await LoadProcess.start(world);
  await sendCrowd({ ...server, ...WARM_UP });
  const alone = timeOf(await sendCrowd({ ...server, ...CALM, seconds: 20 }), 0.99);
  const kinds = [...GIVEN_UP, STREAMS];
  await using crowd = new UselessProcess({ url: server.url, kinds, perSecond: PER_SECOND });
  await delay(FILLING_MS);
  const window = Math.min(seconds, LONGEST_SECONDS);
  const before = await server.spent();
  const answers = await sendCrowd({ ...server, ...CALM, seconds: window });
  const spent = spentBetween(before, await server.spent(), window);
  const beside = timeOf(answers, 0.99);
  const errors = answers.filter(({ status }) => status !== 200).length;
  const endured = await crowd.report();
  const given = endured.filter(({ name }) => name !== STREAMS.name);
  const longest = Math.max(...given.map(({ longestSeconds }) => longestSeconds));
  const bench = 'slow and idle clients';
  return [
    {
      bench,
      unit: 'ms p99 beside them',
      median: beside,
      target: `≤ 2 × ${ms(alone)}`,
      met: beside <= 2 * alone,
      note: `${CALM.perSecond}/s for ${window} s beside ${endured.map(standing).join(', ')}; ${spent}`,
    },
    { bench, unit: 'errors', median: errors, target: '0', met: errors === 0 },
    {
      bench,
      unit: 's until given up, at most',
      median: longest,
      target: `≤ ${RECLAIMED_SECONDS} s`,
      met: longest <= RECLAIMED_SECONDS,
      note: `heads, bodies and silent ones, those still open included; ${given.reduce((sum, { ended }) => sum + ended, 0)} were given up`,
    },
  ];
}

function standing({ ended, name, open }: Endured): string {
  return `${open} ${name} (${ended} given up)`;
}
