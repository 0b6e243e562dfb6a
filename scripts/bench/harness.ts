/**
 * Measuring by ratio: contenders take turns in short blocks of one run, so that what slows the machine slows
 * all of them, and a figure is the ratio of two medians.
 */
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import process from 'node:process';

/** Does the measured operation `count` times. */
export interface Contender {
  readonly name: string;
  run(count: number): void | Promise<void>;
}

export interface Settings {
  readonly rounds: number;
  readonly blockMs: number;
  readonly seed: number;
  /** Of what grows; each benchmark has its own sizes without it. */
  readonly size?: number;
}

/** One line of `hcl bench --json`. */
export interface Figure {
  readonly bench: string;
  readonly unit: string;
  readonly median: number;
  /** What the fastest raw form reached in the same run, in the same unit. */
  readonly limit?: number;
  /** `median / limit`. */
  readonly ratio?: number;
  /** The ratio (or, without a limit, the figure) that the design asks for. */
  readonly target?: string;
  readonly met?: boolean;
  readonly n: number;
  readonly seed: number;
  readonly machine: string;
  readonly note?: string;
}

/** Median operations per second of each contender, by name, and how many operations were timed. */
export async function alternate(
  contenders: readonly Contender[],
  settings: Settings,
): Promise<ReadonlyMap<string, { readonly median: number; readonly n: number }>> {
  const counts = new Map<string, number>();
  for (const contender of contenders)
    counts.set(contender.name, await calibrate(contender, settings.blockMs));
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < settings.rounds; round++) {
    for (const contender of contenders) {
      const count = counts.get(contender.name) ?? 1;
      const seconds = await time(contender, count);
      rates.get(contender.name)?.push(count / seconds);
    }
  }
  return new Map(
    contenders.map(({ name }) => [
      name,
      { median: median(rates.get(name) ?? []), n: (counts.get(name) ?? 0) * settings.rounds },
    ]),
  );
}

/** Warms the contender up and finds how many operations fill a block. */
async function calibrate(contender: Contender, blockMs: number): Promise<number> {
  let count = 1;
  for (;;) {
    const seconds = await time(contender, count);
    if (seconds * 1000 >= blockMs / 2) return Math.max(1, Math.round((count * blockMs) / (seconds * 1000)));
    count *= 2;
  }
}

async function time(contender: Contender, count: number): Promise<number> {
  const startedAt = performance.now();
  await contender.run(count);
  return (performance.now() - startedAt) / 1000;
}

/** Time of each single operation, microseconds, ascending. */
export async function latencies(
  operation: () => void | Promise<void>,
  count: number,
): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let i = 0; i < count; i++) {
    const startedAt = performance.now();
    await operation();
    taken.push((performance.now() - startedAt) * 1000);
  }
  return taken.toSorted((a, b) => a - b);
}

/** The value below which `share` of the ascending `values` lie. */
export function quantile(values: readonly number[], share: number): number {
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

/** `2 × AMD EPYC 9R14, 24 GiB, linux 6.1, Node 24.21.0 (OpenSSL 3.5.8)`. */
export function machineLine(): string {
  const model = (cpus()[0]?.model ?? 'unknown processor').trim();
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} × ${model}, ${gib} GiB, ${process.platform} ${release()}, Node ${process.versions.node} (OpenSSL ${process.versions.openssl})`;
}

/** A small seeded generator (mulberry32), for inputs that a seed must repeat. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
