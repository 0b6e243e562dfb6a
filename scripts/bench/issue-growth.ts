/**
 * What a record costs, from its row to its final batch, as the store grows: measured when 10³, 10⁴ and 10⁵ records
 * are stored, or up to `--size`, in turns with raw signing so that a slow minute of the machine does not count.
 */
import { memoryUsage } from 'node:process';
import type { Issuer } from '../../issuer/issuer.ts';
import { machineLine, median, type Figure, type Settings } from './harness.ts';
import { benchRows, issueHandles, rawSigning, withIssuer } from './issuing.ts';

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const DEFAULT_SIZE = 100_000;
const FILL_RECORDS = 4_096;
const RECORDS = 400;
const ROUNDS = 5;
const TARGET = 1.2;
const MIB = 2 ** 20;

interface Measured {
  readonly size: number;
  /** Microseconds a record. */
  readonly cost: number;
  /** In the time of one raw signature. */
  readonly signatures: number;
  readonly residentMib: number;
}

export async function benchIssueGrowth({ seed, size = DEFAULT_SIZE }: Settings): Promise<readonly Figure[]> {
  const measured: Measured[] = [];
  await withIssuer(async (warmUp) => void (await fill(warmUp, 0, FILL_RECORDS)));
  await withIssuer(async (issuer) => {
    let next = 0;
    for (const target of SIZES.filter((one) => one <= size)) {
      next = await fill(issuer, next, target);
      const { cost, signatures } = await costAt(issuer, next);
      next += ROUNDS * RECORDS;
      measured.push({ size: target, cost, signatures, residentMib: memoryUsage().rss / MIB });
    }
  });
  const common = { seed, machine: machineLine() };
  const [first, last] = [measured[0], measured.at(-1)];
  if (first === undefined || last === undefined) return [];
  const flatness = last.signatures / first.signatures;
  return [
    ...measured.map((one): Figure => ({
      ...common,
      bench: `issue: a record at ${powerOf(one.size)}`,
      unit: 'µs',
      median: one.cost,
      n: ROUNDS * RECORDS,
      note: `${one.signatures.toFixed(1)} raw signatures; ${Math.round(one.residentMib)} MiB resident`,
    })),
    {
      ...common,
      bench: 'issue: growth',
      unit: `× from ${powerOf(first.size)} to ${powerOf(last.size)}`,
      median: flatness,
      target: `≤ ${TARGET}`,
      met: flatness <= TARGET,
      n: last.size,
    },
    {
      ...common,
      bench: 'issue: memory',
      unit: `MiB more from ${powerOf(first.size)} to ${powerOf(last.size)}`,
      median: last.residentMib - first.residentMib,
      n: last.size,
      note: 'resident; write buffer and cache of Level are 64 MiB each',
    },
  ];
}

/** Issues until `target` records are stored; answers how many there are. */
async function fill(issuer: Issuer, from: number, target: number): Promise<number> {
  let next = from;
  while (next < target) {
    const count = Math.min(FILL_RECORDS, target - next);
    await issueHandles(issuer, benchRows(next, count));
    await issuer.settle();
    next += count;
  }
  return next;
}

async function costAt(
  issuer: Issuer,
  first: number,
): Promise<{ readonly cost: number; readonly signatures: number }> {
  const costs: number[] = [];
  const signatures: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const signing = rawSigning();
    const startedAt = performance.now();
    await issueHandles(issuer, benchRows(first + round * RECORDS, RECORDS));
    await issuer.settle();
    const cost = ((performance.now() - startedAt) * 1000) / RECORDS;
    costs.push(cost);
    signatures.push((cost / 1e6) * signing);
  }
  return { cost: median(costs), signatures: median(signatures) };
}

/** 10,000 → `10^4`. */
function powerOf(size: number): string {
  return `10^${Math.round(Math.log10(size))}`;
}
