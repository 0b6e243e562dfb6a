/** `hcl log`: the log of checks that checkpoints seal for an authority: its key, and what is in the boxes. */
import type { Command, ExitCode } from '../command.ts';
import { parseArguments, required } from '../command.ts';
import { usageError } from '../errors.ts';
import { resolvePath, type Io } from '../io.ts';
import { createLogKey, readLogKey } from '../log/log-key.ts';
import { openLogFile } from '../log/open-log.ts';
import { styled } from '../page.ts';

const OPTIONS = {
  key: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const log: Command = {
  usage: `Usage: hcl log key  --out FILE
       hcl log open --key FILE [--json] FILE…

  key   make a key pair: the private key in FILE, readable by you alone, the
        public one on standard output, for "logKey" in operator.json
  open  read files that checkpoints handed over: when and where a code was
        checked, what an officer stated and what came of it, with the commitment
        by which its issuer finds the record. Who has no private key reads
        nothing

  --out FILE   where the private key is to lie; nothing may lie there
  --key FILE   the private key
  --json       one line of JSON per box: {file, box, at, place, outcome,
               reasons, policy, commitments, stated}, without "stated" where an
               officer said nothing, or {file, box, error} for one that cannot
               be read, or {file, error, missing} for a file cut short or checks
               that the device could not keep

  Boxes stand alone: one that is damaged, or sealed for another key, is named,
  and the others are read; so is a file that cannot be read.
  Exit status: 0 every box was read; 1 one was not, or some are missing.`,
  async run(args, io) {
    const { values, positionals } = parseArguments(args, OPTIONS);
    const [action = '', ...files] = positionals;
    switch (action) {
      case 'key':
        if (files.length > 0) throw usageError('"hcl log key" takes no FILE: say --out FILE');
        return makeKey(required(values.out, '--out'), io);
      case 'open':
        if (files.length === 0) throw usageError('name at least one FILE that a checkpoint handed over');
        return openFiles(files, required(values.key, '--key'), values.json, io);
      default:
        throw usageError('say one of key, open');
    }
  },
};

async function makeKey(out: string, io: Io): Promise<ExitCode> {
  const path = resolvePath(io, out);
  const logKey = await createLogKey(path);
  await io.out.write(`${JSON.stringify({ logKey })}\n`);
  await io.err.write(
    `${styled(io.err, 'green', '✓')} ${path} is the only key to the logs: keep a copy where nobody else comes.\n`,
  );
  return 0;
}

async function openFiles(
  files: readonly string[],
  keyPath: string,
  isJson: boolean,
  io: Io,
): Promise<ExitCode> {
  const key = await readLogKey(resolvePath(io, keyPath));
  let exitCode: ExitCode = 0;
  for (const file of files) {
    if (!(await openLogFile({ file, path: resolvePath(io, file), isJson }, key, io))) exitCode = 1;
  }
  return exitCode;
}
