/** `hcl bench [NAME…] [--size N] [--json]`: every figure is a ratio of medians taken in one run, on this machine, now. */
import { benchAct } from './act.ts';
import { benchBundle } from './bundle.ts';
import { benchConvert } from './convert.ts';
import { benchLoad } from './load.ts';
import { benchIssue } from './issue.ts';
import { machineLine, type Figure, type Settings } from './harness.ts';
import { benchMerkle } from './merkle.ts';
import { benchNode } from './node.ts';
import { benchPeers } from './peers/peers.ts';
import { benchReplica } from './replica.ts';
import { benchVerify } from './verify.ts';

export const BENCHMARKS: Readonly<Record<string, (settings: Settings) => Promise<readonly Figure[]>>> = {
  merkle: benchMerkle,
  issue: benchIssue,
  verify: benchVerify,
  replica: benchReplica,
  node: benchNode,
  act: benchAct,
  peers: benchPeers,
  bundle: benchBundle,
  load: benchLoad,
  convert: benchConvert,
};

/** Run only when asked for by name: they install packages, or take minutes. */
const BY_NAME: readonly string[] = ['peers', 'load', 'convert'];

export const BENCH_SETTINGS: Settings = { rounds: 9, blockMs: 250, seed: 20_221_221 };

export interface BenchOptions {
  /** Keys of {@link BENCHMARKS}; none = all but {@link BY_NAME}. */
  readonly names: readonly string[];
  readonly json: boolean;
  readonly write: (text: string) => unknown;
  readonly settings?: Settings;
}

/** Runs the benchmarks and writes each figure as soon as it is known. */
export async function bench({ names, json, write, settings = BENCH_SETTINGS }: BenchOptions): Promise<void> {
  const chosen = Object.entries(BENCHMARKS).filter(([name]) =>
    names.length === 0 ? !BY_NAME.includes(name) : names.includes(name),
  );
  if (!json)
    write(`${machineLine()}\nseed ${settings.seed}, medians of ${settings.rounds} rounds in turns\n\n`);
  for (const [, run] of chosen) {
    for (const figure of await run(settings)) write(json ? `${JSON.stringify(figure)}\n` : toLine(figure));
  }
}

function toLine({ bench: name, unit, median, limit, ratio, target, met, note }: Figure): string {
  const value = `${show(median)} ${unit}`.padEnd(26);
  const against =
    limit === undefined || ratio === undefined ? '' : `ratio ${ratio.toFixed(2)} of ${show(limit)}`;
  const verdict = target === undefined ? '' : `${met === true ? '✓' : '✗'} ${target}`;
  return `${name.padEnd(28)} ${value} ${against.padEnd(26)} ${verdict}\n${note === undefined ? '' : `${' '.repeat(29)}${note}\n`}`;
}

function show(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2);
}
