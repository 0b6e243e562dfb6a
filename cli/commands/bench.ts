/** `hcl bench`: the figures of docs/performance.md, measured on this machine. */
import type { Command } from '../command.ts';
import { parseArguments } from '../command.ts';

export const bench: Command = {
  name: 'bench',
  summary: 'Measure: ratios of medians taken in one run.',
  usage: `Usage: hcl bench [NAME…] [--json]

  NAME    only these benchmarks; all when there is none
  --json  one line of JSON per figure`,
  async run(args) {
    parseArguments(args, { json: { type: 'boolean' } });
    throw new Error('not wired');
  },
};
