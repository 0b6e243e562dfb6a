#!/usr/bin/env node
/** `hcl <command>`: one file per command in `cli/commands/`. Exit code 0 did its job, 1 failed, 2 held wrongly. */
import { runCommand } from './commands.ts';
import { processIo } from './io.ts';

// `hcl … | head` closes our output early: that is not a failure worth a stack trace.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const io = processIo();
const [name, ...args] = process.argv.slice(2);
// Set, not called: output that still waits for a slow reader is written first.
process.exitCode = await runCommand(name, args, io);
