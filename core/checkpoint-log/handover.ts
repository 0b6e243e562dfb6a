/**
 * The file by which a checkpoint hands over its log. Text: what it is, when it was made, how many boxes there are, and
 * each box on a line of its own in base64url, in no order that means anything.
 *
 *   hcl/checkpoint-log/1
 *   2026-11-26T04:00:00Z
 *   2
 *   AQ…
 *   AQ…
 *
 * Where the device could not keep every check, it is of version 2, and how many those are stands in a fourth line:
 *
 *   hcl/checkpoint-log/2
 *   2026-11-26T04:00:00Z
 *   2
 *   1
 *   AQ…
 *
 * Boxes stand alone: of a file that is damaged or cut short, those that are whole are read.
 */
import { fromBase64url, toBase64url } from '../bytes/base64url.ts';
import { LogError, type LogErrorCode } from './errors.ts';

const FORMAT = 'hcl/checkpoint-log/';
/** How many lines come before the first box, by version. */
const HEAD_LINES: ReadonlyMap<string, number> = new Map([
  [`${FORMAT}1`, 3],
  [`${FORMAT}2`, 4],
]);
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const COUNT = /^(?:0|[1-9]\d{0,8})$/;

export interface HandoverHead {
  /** Unix seconds. */
  readonly madeAt: number;
  readonly boxes: number;
  /** Checks of the same days that the device could not keep; absent: none. */
  readonly notKept?: number;
}

export type HandoverPart =
  | { readonly kind: 'head'; readonly head: HandoverHead }
  /** @property number from 1 on */
  | { readonly kind: 'box'; readonly number: number; readonly bytes: Uint8Array }
  | { readonly kind: 'unreadable'; readonly number: number; readonly code: LogErrorCode }
  | { readonly kind: 'missing'; readonly boxes: number };

export function handoverHead({ boxes, madeAt, notKept = 0 }: HandoverHead): string {
  const time = new Date(madeAt * 1000).toISOString().replace('.000Z', 'Z');
  const [version, ...gaps] = notKept === 0 ? [1] : [2, notKept];
  return [`${FORMAT}${version}`, time, boxes, ...gaps, ''].join('\n');
}

export function handoverLine(box: Uint8Array): string {
  return `${toBase64url(box)}\n`;
}

/** In the order of the file. Throws `LOG_FILE_MALFORMED`, `LOG_VERSION_UNKNOWN` before the first part. */
export async function* readHandover(lines: AsyncIterable<string>): AsyncGenerator<HandoverPart> {
  const first: string[] = [];
  let head: HandoverHead | undefined;
  let number = 0;
  for await (const line of lines) {
    if (head === undefined) {
      first.push(line);
      if (first.length < headLines(first[0] ?? '')) continue;
      head = parseHead(first);
      yield { kind: 'head', head };
      continue;
    }
    if (line === '') continue;
    number++;
    yield boxOf(line, number);
  }
  if (head === undefined) throw new LogError('LOG_FILE_MALFORMED', 'the file ends before its first box');
  if (number < head.boxes) yield { kind: 'missing', boxes: head.boxes - number };
}

function headLines(line: string): number {
  const lines = HEAD_LINES.get(line);
  if (lines !== undefined) return lines;
  if (line.startsWith(FORMAT))
    throw new LogError('LOG_VERSION_UNKNOWN', 'the file is of another version of the log');
  throw new LogError('LOG_FILE_MALFORMED', `the file does not begin with ${FORMAT}1 or 2`);
}

function parseHead([, time = '', count = '', notKept = '0']: readonly string[]): HandoverHead {
  const milliseconds = TIME.test(time) ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(milliseconds) || !COUNT.test(count) || !COUNT.test(notKept))
    throw new LogError(
      'LOG_FILE_MALFORMED',
      'the file does not say when it was made and how many boxes it has',
    );
  return { madeAt: milliseconds / 1000, boxes: Number(count), notKept: Number(notKept) };
}

function boxOf(line: string, number: number): HandoverPart {
  try {
    return { kind: 'box', number, bytes: fromBase64url(line) };
  } catch {
    return { kind: 'unreadable', number, code: 'LOG_BOX_DAMAGED' };
  }
}
