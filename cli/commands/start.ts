/** `hcl start`: the demonstration consortium, as `npm start`. */
import type { Command } from '../command.ts';
import { parseArguments } from '../command.ts';
import { usageError } from '../errors.ts';
import { dataFolderOf, resolvePath } from '../io.ts';

export const start: Command = {
  usage: `Usage: hcl start [--data FOLDER] [--once]

  --data FOLDER  where keys and state lie (default HCL_DATA, or data/demo)
  --once         end after the report instead of running until Ctrl-C`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, {
      data: { type: 'string' },
      once: { type: 'boolean' },
    });
    if (positionals.length > 0) throw usageError(`start takes no "${positionals[0]}"`);
    const dataFolder = values.data === undefined ? dataFolderOf(io) : resolvePath(io, values.data);
    const script = await import('../../scripts/start.ts');
    await script.start({ dataFolder, once: values.once }, io);
    return 0;
  },
};
