/** What a subcommand of `hcl` is, and how its arguments are read. */
import { parseArgs, type ParseArgsConfig, type ParseArgsOptionsConfig } from 'node:util';
import { usageError } from './errors.ts';
import type { Io } from './io.ts';

/** 0 = did its job, 1 = failed, 2 = held wrongly. */
export type ExitCode = 0 | 1 | 2;

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The whole help text, from `Usage:` on, at most 80 columns wide. */
  readonly usage: string;
  run(args: readonly string[], io: Io): Promise<ExitCode>;
}

type Parsed<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<ParseArgsConfig & { readonly options: Options; readonly allowPositionals: true }>
>;

/** Options and positionals of a subcommand; an option it does not know throws `CLI_USAGE`. */
export function parseArguments<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
): Parsed<Options> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (cause) {
    // Node appends advice on quoting after the first sentence.
    const message = cause instanceof Error ? cause.message.split('. ')[0] : undefined;
    throw usageError(message ?? 'the arguments cannot be read', { cause });
  }
}

/** The value of an option that must be there. */
export function required(value: string | undefined, option: string): string {
  if (value === undefined || value === '') throw usageError(`${option} is missing`);
  return value;
}
