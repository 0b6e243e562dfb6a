/** One file that a checkpoint handed over: box by box as JSON, or as a table in the order of time. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { LogEntry } from '../../core/checkpoint-log/entry.ts';
import { LogError, type LogErrorCode } from '../../core/checkpoint-log/errors.ts';
import { readHandover, type HandoverHead, type HandoverPart } from '../../core/checkpoint-log/handover.ts';
import { CliError, type CliErrorCode } from '../errors.ts';
import type { Io } from '../io.ts';
import { printable, showTime, styled, tableLines } from '../page.ts';
import type { LogKey } from './log-key.ts';
import { openBox } from './open-box.ts';

export interface LogFile {
  /** As it was named. */
  readonly file: string;
  readonly path: string;
  readonly isJson: boolean;
}

/** What is wrong with a file, as a whole or with one box of it. */
interface Problem {
  readonly error: LogErrorCode | CliErrorCode;
  /** From 1 on. */
  readonly box?: number;
  readonly missing?: number;
}

type Found =
  | { readonly kind: 'head'; readonly head: HandoverHead }
  | { readonly kind: 'entry'; readonly box: number; readonly entry: LogEntry }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Whether all of it could be read. */
export async function openLogFile(asked: LogFile, key: LogKey, io: Io): Promise<boolean> {
  return asked.isJson ? writeJson(asked, key, io) : writePage(asked, key, io);
}

async function writeJson({ file, path }: LogFile, key: LogKey, io: Io): Promise<boolean> {
  let isWhole = true;
  for await (const found of read(path, key)) {
    if (found.kind === 'head') continue;
    if (found.kind === 'problem') isWhole = false;
    const line = found.kind === 'entry' ? { box: found.box, ...found.entry } : found.problem;
    await io.out.write(`${JSON.stringify({ file, ...line })}\n`);
  }
  return isWhole;
}

async function writePage({ file, path }: LogFile, key: LogKey, io: Io): Promise<boolean> {
  const entries: LogEntry[] = [];
  const problems: Problem[] = [];
  let made = '';
  for await (const found of read(path, key)) {
    if (found.kind === 'head') made = `, handed over ${showTime(found.head.madeAt)}`;
    else if (found.kind === 'entry') entries.push(found.entry);
    else problems.push(found.problem);
  }
  await io.out.write(`${styled(io.out, 'bold', file)}${made}: ${entries.length} checks\n`);
  if (entries.length > 0) await io.out.write(table(entries, io));
  for (const problem of problems)
    await io.out.write(`  ${styled(io.out, 'red', '✗')} ${problemText(problem)}\n`);
  return problems.length === 0;
}

async function* read(path: string, key: LogKey): AsyncGenerator<Found> {
  try {
    for await (const part of readHandover(linesOf(path))) {
      if (part.kind === 'head') yield* headOf(part);
      else if (part.kind === 'box') yield opened(key, part.number, part.bytes);
      else if (part.kind === 'unreadable') yield problem({ box: part.number, error: part.code });
      else yield problem({ error: 'LOG_TRUNCATED', missing: part.boxes });
    }
  } catch (error) {
    if (!(error instanceof LogError || error instanceof CliError)) throw error;
    yield problem({ error: error.code });
  }
}

/** With a word on what the device itself says is not in it. */
function* headOf(part: Extract<HandoverPart, { readonly kind: 'head' }>): Generator<Found> {
  yield part;
  const { notKept = 0 } = part.head;
  if (notKept > 0) yield problem({ error: 'LOG_INCOMPLETE', missing: notKept });
}

function opened(key: LogKey, box: number, bytes: Uint8Array): Found {
  try {
    return { kind: 'entry', box, entry: openBox(key, bytes) };
  } catch (error) {
    if (error instanceof LogError) return problem({ box, error: error.code });
    throw error;
  }
}

function problem(what: Problem): Found {
  return { kind: 'problem', problem: what };
}

async function* linesOf(path: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read`, { cause });
  }
}

/** The commitments stand in the lines of JSON: nobody reads them by eye. */
function table(entries: readonly LogEntry[], io: Io): string {
  const rows = entries
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, commitments, outcome, place, policy, reasons, stated = {} }) =>
      [
        showTime(at),
        place,
        outcome,
        String(commitments.length),
        `${policy.id} ${policy.version}`,
        statedText(stated),
        reasons.join(' '),
      ].map(printable),
    );
  return tableLines(io.out, ['Time', 'Place', 'Outcome', 'Codes', 'Policy', 'Stated', 'Reasons'], rows, [3]);
}

function statedText(stated: NonNullable<LogEntry['stated']>): string {
  return Object.entries(stated)
    .map(([fact, isSo]) => `${fact}: ${isSo ? 'yes' : 'no'}`)
    .join(', ');
}

function problemText({ box, error, missing }: Problem): string {
  if (error === 'LOG_INCOMPLETE') return `checks that the device could not keep: ${missing} (${error})`;
  if (missing !== undefined) return `${missing} boxes are missing: the file was cut short (${error})`;
  return box === undefined ? `the file cannot be read (${error})` : `box ${box} cannot be read (${error})`;
}
