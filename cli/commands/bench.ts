/** `hcl bench`: the figures of docs/performance.md, measured on this machine. */
import type { Command } from '../command.ts';
import { parseArguments } from '../command.ts';
import { usageError } from '../errors.ts';

export const bench: Command = {
  usage: `Usage: hcl bench [NAME…] [--size N] [--json]

  NAME      only these benchmarks; when there is none, all but peers
            (installs the packages to compare with), load (five minutes) and
            convert (waits for blocks)
  --size N  anchors in the replica (default: 100,000 and 1,000,000;
            10,000,000 takes two minutes); of load: seconds, 60 without,
            1,800 at most
  --json    one line of JSON per figure`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, {
      json: { type: 'boolean' },
      size: { type: 'string' },
    });
    const { bench: run, BENCHMARKS, BENCH_SETTINGS } = await import('../../scripts/bench/main.ts');
    const unknown = positionals.find((name) => !Object.hasOwn(BENCHMARKS, name));
    if (unknown !== undefined) {
      throw usageError(
        `no benchmark is called "${unknown}"; there are ${Object.keys(BENCHMARKS).join(', ')}`,
      );
    }
    const settings = { ...BENCH_SETTINGS, ...sizeOf(values.size) };
    await run({ names: positionals, json: values.json, settings, write: (text) => void io.out.write(text) });
    return 0;
  },
};

function sizeOf(text: string | undefined): { readonly size?: number } {
  if (text === undefined) return {};
  if (!/^[1-9]\d{2,7}$/.test(text)) throw usageError('--size is a number from 100 to 99,999,999');
  return { size: Number(text) };
}
