/** What a subcommand of `hcl` is, and how its arguments are read. */
import { parseArgs } from 'node:util';
import { usageError } from './errors.ts';
import type { Io } from './io.ts';

/** 0 = did its job, 1 = failed, 2 = held wrongly. */
export type ExitCode = 0 | 1 | 2;

export interface Command {
  /** The whole help text, from `Usage:` on, at most 80 columns wide. */
  readonly usage: string;
  run(args: readonly string[], io: Io): Promise<ExitCode>;
}

type OptionSpecs = Readonly<
  Record<string, { readonly type: 'string'; readonly default?: string } | { readonly type: 'boolean' }>
>;

/** A switch is on or off; an option with a text is there when it has a default. */
type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: Specs[Name] extends { readonly type: 'boolean' }
    ? boolean
    : Specs[Name] extends { readonly default: string }
      ? string
      : string | undefined;
};

export interface Arguments<Specs extends OptionSpecs> {
  readonly values: OptionValues<Specs>;
  readonly positionals: readonly string[];
}

/** Options and positionals of a subcommand; an option it does not know throws `CLI_USAGE`. */
export function parseArguments<const Specs extends OptionSpecs>(
  args: readonly string[],
  specs: Specs,
): Arguments<Specs> {
  const switches = Object.keys(specs).filter((name) => specs[name]?.type === 'boolean');
  const off = Object.fromEntries(switches.map((name) => [name, false]));
  try {
    const options = { args: withTexts(args, specs), options: specs, allowPositionals: true, strict: true };
    const parsed = parseArgs(options);
    // parseArgs gives a text for 'string', true for 'boolean', and fills in the defaults.
    const values = { ...off, ...parsed.values } as unknown as OptionValues<Specs>;
    return { values, positionals: parsed.positionals };
  } catch (cause) {
    // Node appends advice on quoting after the first sentence.
    const message = cause instanceof Error ? cause.message.split('. ')[0] : undefined;
    throw usageError(message ?? 'the arguments cannot be read', { cause });
  }
}

/** `--record -x` as `--record=-x`: identifiers may begin with a dash, and no option here has a short name. */
function withTexts(args: readonly string[], specs: OptionSpecs): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const option = joined.at(-1) ?? '';
    const takesText = option.startsWith('--') && specs[option.slice(2)]?.type === 'string';
    const isOption = arg.startsWith('--') && Object.hasOwn(specs, arg.slice(2).split('=')[0] ?? '');
    if (takesText && arg.startsWith('-') && !isOption) joined[joined.length - 1] = `${option}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

/** The value of an option that must be there. */
export function required(value: string | undefined, option: string): string {
  if (value === undefined || value === '') throw usageError(`${option} is missing`);
  return value;
}
