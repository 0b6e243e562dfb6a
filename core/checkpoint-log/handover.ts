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
 * Boxes stand alone: of a file that is damaged or cut short, those that are whole are read.
 */
import { fromBase64url, toBase64url } from '../bytes/base64url.ts';
import { LogError, type LogErrorCode } from './errors.ts';

const FORMAT = 'hcl/checkpoint-log/';
const VERSION = '1';
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const COUNT = /^(?:0|[1-9]\d{0,8})$/;

export interface HandoverHead {
  /** Unix seconds. */
  readonly madeAt: number;
  readonly boxes: number;
}

export type HandoverPart =
  | { readonly kind: 'head'; readonly head: HandoverHead }
  /** @property number from 1 on */
  | { readonly kind: 'box'; readonly number: number; readonly bytes: Uint8Array }
  | { readonly kind: 'unreadable'; readonly number: number; readonly code: LogErrorCode }
  | { readonly kind: 'missing'; readonly boxes: number };

export function handoverHead({ boxes, madeAt }: HandoverHead): string {
  const time = new Date(madeAt * 1000).toISOString().replace('.000Z', 'Z');
  return `${FORMAT}${VERSION}\n${time}\n${boxes}\n`;
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
      expectFormat(first[0] ?? '');
      if (first.length < 3) continue;
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

function expectFormat(line: string): void {
  if (line === FORMAT + VERSION) return;
  if (line.startsWith(FORMAT))
    throw new LogError('LOG_VERSION_UNKNOWN', 'the file is of another version of the log');
  throw new LogError('LOG_FILE_MALFORMED', `the file does not begin with ${FORMAT}${VERSION}`);
}

function parseHead([, time = '', count = '']: readonly string[]): HandoverHead {
  const milliseconds = TIME.test(time) ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(milliseconds) || !COUNT.test(count))
    throw new LogError(
      'LOG_FILE_MALFORMED',
      'the file does not say when it was made and how many boxes it has',
    );
  return { madeAt: milliseconds / 1000, boxes: Number(count) };
}

function boxOf(line: string, number: number): HandoverPart {
  try {
    return { kind: 'box', number, bytes: fromBase64url(line) };
  } catch {
    return { kind: 'unreadable', number, code: 'LOG_BOX_DAMAGED' };
  }
}
