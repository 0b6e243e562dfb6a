/** `hcl bench`: the figures of docs/performance.md, measured on this machine. */
import type { Command } from '../command.ts';
import { parseArguments } from '../command.ts';

export const bench: Command = {
  usage: `Usage: hcl bench [NAME…] [--json]

  NAME    only these benchmarks; all when there is none
  --json  one line of JSON per figure`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, { json: { type: 'boolean' } });
    const script = await import('../../scripts/bench/main.ts');
    await script.bench({ names: positionals, json: values.json }, io);
    return 0;
  },
};
