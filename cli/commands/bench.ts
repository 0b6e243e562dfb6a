/** `hcl bench`: the figures of docs/performance.md, measured on this machine. */
import type { Command } from '../command.ts';
import { parseArguments } from '../command.ts';
import { usageError } from '../errors.ts';

export const bench: Command = {
  usage: `Usage: hcl bench [NAME…] [--json]

  NAME    only these benchmarks; all when there is none
  --json  one line of JSON per figure`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, { json: { type: 'boolean' } });
    const { bench: run, BENCHMARKS } = await import('../../scripts/bench/main.ts');
    const unknown = positionals.find((name) => !Object.hasOwn(BENCHMARKS, name));
    if (unknown !== undefined) {
      throw usageError(
        `no benchmark is called "${unknown}"; there are ${Object.keys(BENCHMARKS).join(', ')}`,
      );
    }
    await run({ names: positionals, json: values.json, write: (text) => void io.out.write(text) });
    return 0;
  },
};
