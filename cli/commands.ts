/** The list of subcommands, and what holds for all of them: help, version, and how failures are shown. */
import { readFile } from 'node:fs/promises';
import type { Command, ExitCode } from './command.ts';
import { CliError, describeError } from './errors.ts';
import type { Io } from './io.ts';
import { styled } from './page.ts';

interface CommandEntry {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Each command loads what it needs and no more: checking a code must not wait for a ledger's libraries. */
  readonly load: () => Promise<Command>;
}

const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'start',
    summary: 'Start the demonstration, or one issuer or verifier, until Ctrl-C.',
    load: async () => (await import('./commands/start.ts')).start,
  },
  {
    name: 'node',
    summary: 'Run an embedded ledger node by itself until Ctrl-C.',
    load: async () => (await import('./commands/node.ts')).node,
  },
  {
    name: 'issue',
    summary: 'Turn files of records into codes: CSV, a FHIR R4 bundle, or JSON.',
    load: async () => (await import('./commands/issue.ts')).issue,
  },
  {
    name: 'verify',
    summary: 'Check codes against the local copy of the ledger: no network a code.',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  {
    name: 'convert',
    summary: 'Convert a health code of one place into one of another.',
    load: async () => (await import('./commands/convert.ts')).convert,
  },
  {
    name: 'booking',
    summary: "The quota of an authority's programmes: book, use, draw, audit.",
    load: async () => (await import('./commands/booking.ts')).booking,
  },
  {
    name: 'act',
    summary: 'Act on issued credentials: revoke, suspend, reinstate and more.',
    load: async () => (await import('./commands/act.ts')).act,
  },
  {
    name: 'audit',
    summary: "Show the ledger's history and derive every root in it again.",
    load: async () => (await import('./commands/audit.ts')).audit,
  },
  {
    name: 'fsck',
    summary: "Check a stopped node's stored chain: everything is derived again.",
    load: async () => (await import('./commands/fsck.ts')).fsck,
  },
  {
    name: 'key',
    summary: "An issuer's keys: list, rotate, mark as stolen, change the account.",
    load: async () => (await import('./commands/key.ts')).key,
  },
  {
    name: 'bundle',
    summary: 'What devices know of the ledger, in files; and its witnesses.',
    load: async () => (await import('./commands/bundle.ts')).bundle,
  },
  {
    name: 'log',
    summary: 'The sealed log of checks that a checkpoint hands over.',
    load: async () => (await import('./commands/log.ts')).log,
  },
  {
    name: 'policy',
    summary: 'Try out, compare and explain rules that are data.',
    load: async () => (await import('./commands/policy.ts')).policy,
  },
  {
    name: 'bench',
    summary: 'Measure: ratios of medians taken in one run.',
    load: async () => (await import('./commands/bench.ts')).bench,
  },
  {
    name: 'receipt',
    summary: 'Check that an issuer kept the promises of its receipts.',
    load: async () => (await import('./commands/receipt.ts')).receipt,
  },
  {
    name: 'foreign',
    summary: 'Records in the words of other systems: EU certificates, health cards.',
    load: async () => (await import('./commands/foreign.ts')).foreign,
  },
  {
    name: 'record',
    summary: 'Erase a record, report what is held, account for leaves.',
    load: async () => (await import('./commands/record.ts')).record,
  },
  {
    name: 'status',
    summary: 'Health codes: derive and issue one, say why, rule on one.',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'order',
    summary: 'Isolation and quarantine orders, which turn health codes.',
    load: async () => (await import('./commands/order.ts')).order,
  },
];

export const COMMAND_NAMES: readonly string[] = COMMANDS.map(({ name }) => name);

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
  const asked = name === 'help' ? args[0] : name;
  const entry = COMMANDS.find((candidate) => candidate.name === asked);
  if (entry === undefined) {
    await io.err.write(`hcl: there is no command "${asked}"; "hcl help" lists them\n`);
    return 2;
  }
  const command = await entry.load();
  if (name === 'help' || args.includes('--help') || args.includes('-h')) {
    await io.out.write(`${entry.summary}\n\n${command.usage}\n`);
    return 0;
  }
  try {
    return await command.run(args, io);
  } catch (error) {
    return reportFailure(entry.name, command, error, io);
  }
}

async function reportFailure(name: string, command: Command, error: unknown, io: Io): Promise<ExitCode> {
  const isUsage = error instanceof CliError && error.code === 'CLI_USAGE';
  const mark = styled(io.err, 'red', `hcl ${name}:`);
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
