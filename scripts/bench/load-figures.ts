/** What the rows of the load bench share: the crowds that they send, and how a row is made of answers. */
import { quantile, type Figure } from './harness.ts';
import type { LoadProcess, Spent } from './load-process.ts';
import { sendCrowd, type Answered, type Crowd } from './open-loop.ts';

export type Line = Pick<Figure, 'bench' | 'unit' | 'median' | 'target' | 'met' | 'note'>;

/** Requests a second that a limited verifier takes. */
export const LIMIT: number = 500;
/** A crowd that it is for. */
export const CALM: Pick<Crowd, 'perSecond' | 'seconds'> = { perSecond: 0.8 * LIMIT, seconds: 10 };
/** So long that each code has been seen and what is hot is compiled, on both sides. */
export const WARM_UP: Pick<Crowd, 'perSecond' | 'seconds'> = { perSecond: 1000, seconds: 15 };

const CROWD_PER_SECOND = 2000;

/** The crowd that a machine of two cores is to stand. */
export async function crowdAt(server: LoadProcess, bench: string, seconds: number): Promise<readonly Line[]> {
  const before = await server.spent();
  const answers = await sendCrowd({ ...server, perSecond: CROWD_PER_SECOND, seconds });
  const after = await server.spent();
  const cpuMs = 1000 * (after.cpuSeconds - before.cpuSeconds);
  const errors = answers.filter(({ status }) => status !== 200).length;
  const p99 = timeOf(answers, 0.99);
  const note = `${CROWD_PER_SECOND}/s for ${seconds} s: p50 ${ms(timeOf(answers, 0.5))}, p99.9 ${ms(timeOf(answers, 0.999))}`;
  return [
    { bench, unit: 'ms p99', median: p99, target: '≤ 40 ms', met: p99 <= 40, note },
    { bench, unit: 'errors', median: errors, target: '0', met: errors === 0 },
    {
      bench,
      unit: 'CPU ms a request',
      median: cpuMs / answers.length,
      note: spentBetween(before, after, seconds),
    },
  ];
}

/** In milliseconds, that within which `share` of them were answered. */
export function timeOf(answers: readonly Answered[], share: number): number {
  return quantile(
    answers.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b),
    share,
  );
}

/** What a service took of a core in between, and where. */
export function spentBetween(before: Spent, after: Spent, seconds: number): string {
  const share = (name: keyof Spent): string =>
    `${((100 * (after[name] - before[name])) / seconds).toFixed(1)} %`;
  return [
    `${share('cpuSeconds')} of a core, ${share('systemSeconds')} in the system`,
    `garbage collected for ${share('garbageSeconds')} of the time`,
    `longest turn ${ms(after.longestTurnMs)}`,
  ].join(', ');
}

export function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
