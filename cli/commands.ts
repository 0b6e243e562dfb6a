/** The list of subcommands, and what holds for all of them: help, version, and how failures are shown. */
import { readFile } from 'node:fs/promises';
import type { Command, ExitCode } from './command.ts';
import { act } from './commands/act.ts';
import { audit } from './commands/audit.ts';
import { bench } from './commands/bench.ts';
import { issue } from './commands/issue.ts';
import { node } from './commands/node.ts';
import { start } from './commands/start.ts';
import { verify } from './commands/verify.ts';
import { CliError, describeError } from './errors.ts';
import type { Io } from './io.ts';
import { styled } from './page.ts';

export const COMMANDS: readonly Command[] = [start, node, issue, verify, act, audit, bench];

/** Runs one command line; failures become a line on standard error and an exit code, never an exception. */
export async function runCommand(
  name: string | undefined,
  args: readonly string[],
  io: Io,
): Promise<ExitCode> {
  if (name === undefined) {
    await io.err.write(helpText(io));
    return 2;
  }
  if (name === '--help' || name === '-h' || (name === 'help' && args.length === 0)) {
    await io.out.write(helpText(io));
    return 0;
  }
  if (name === '--version') {
    await io.out.write(`${await versionOf()}\n`);
    return 0;
  }
  const command = COMMANDS.find((candidate) => candidate.name === (name === 'help' ? args[0] : name));
  if (command === undefined) {
    const asked = name === 'help' ? args[0] : name;
    await io.err.write(`hcl: there is no command "${asked}"; "hcl help" lists them\n`);
    return 2;
  }
  if (name === 'help' || args.includes('--help') || args.includes('-h')) {
    await io.out.write(`${command.summary}\n\n${command.usage}\n`);
    return 0;
  }
  try {
    return await command.run(args, io);
  } catch (error) {
    return reportFailure(command, error, io);
  }
}

async function reportFailure(command: Command, error: unknown, io: Io): Promise<ExitCode> {
  const isUsage = error instanceof CliError && error.code === 'CLI_USAGE';
  const mark = styled(io.err, 'red', `hcl ${command.name}:`);
  await io.err.write(`${mark} ${isUsage ? error.message : describeError(error)}\n`);
  if (isUsage) await io.err.write(`\n${command.usage}\n`);
  if (!isUsage && io.env['HCL_DEBUG'] !== undefined && error instanceof Error) {
    await io.err.write(`${error.stack}\n`);
  }
  return isUsage ? 2 : 1;
}

function helpText(io: Io): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  const list = COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return [
    `${styled(io.out, 'bold', 'hcl')}  Health Code Ledger`,
    '',
    'Usage: hcl <command> [options]',
    '',
    ...list,
    '',
    '"hcl help <command>" explains one; "hcl --version" prints the version.',
    'State lies in the folder HCL_DATA, or data/demo in the project.',
    '',
  ].join('\n');
}

async function versionOf(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  // Our own package file always has a version.
  return (JSON.parse(text) as { version: string }).version;
}
