/**
 * Bytes → lines, with memory bounded by one line and one chunk. Lines are parted by LF; empty ones are counted and left
 * out. Bytes that make no line can be bounded: nobody is asked about them, however many come.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RequestError } from './problems.ts';

export interface Line {
  /** The first line of the file is 1. */
  readonly number: number;
  /** Without the line feed; `undefined` for a line that is too long. */
  readonly bytes: Uint8Array | undefined;
}

const LF = 0x0a;
/** After so many lines others have their turn. */
const TURN_LINES = 4;

/**
 * Throws `REQUEST_WITHOUT_LINES`.
 *
 * @param maxWastedBytes empty lines, and lines that are too long, in a row
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLineBytes: number,
  maxWastedBytes: number = Infinity,
): AsyncGenerator<Line> {
  const line = new LineBuffer(maxLineBytes);
  for await (const chunk of chunks) {
    let start = 0;
    while ((start = line.skipEmpty(chunk, start)) < chunk.length) {
      const end = chunk.indexOf(LF, start);
      line.append(chunk.subarray(start, end === -1 ? chunk.length : end));
      if (end === -1) break;
      yield line.take();
      if (line.number % TURN_LINES === 0) await nextTurn();
      start = end + 1;
    }
    if (line.wastedBytes > maxWastedBytes) {
      throw new RequestError(
        'REQUEST_WITHOUT_LINES',
        `more than ${maxWastedBytes} bytes that are no line to be answered`,
      );
    }
  }
  if (!line.isEmpty) yield line.take();
}

class LineBuffer {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #length = 0;
  #number = 1;
  #wasted = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  get number(): number {
    return this.#number;
  }

  /** Since the last line that could be read. */
  get wastedBytes(): number {
    return this.#wasted + (this.#isTooLong ? this.#length : 0);
  }

  get #isTooLong(): boolean {
    return this.#length > this.#maxBytes;
  }

  /** Where the next line begins, or goes on: byte by byte, since a call for each LF would cost a hundred times as much. */
  skipEmpty(chunk: Uint8Array, start: number): number {
    if (!this.isEmpty) return start;
    let end = start;
    while (chunk[end] === LF) end++;
    this.#number += end - start;
    this.#wasted += end - start;
    return end;
  }

  /** Of a line that is too long only its length is kept. */
  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#length += bytes.length;
    if (this.#isTooLong) this.#parts = [];
    else this.#parts.push(bytes.slice());
  }

  take(): Line {
    const bytes = this.#isTooLong ? undefined : Buffer.concat(this.#parts, this.#length);
    const line = { number: this.#number, bytes };
    this.#wasted = this.#isTooLong ? this.wastedBytes : 0;
    this.#parts = [];
    this.#length = 0;
    this.#number++;
    return line;
  }
}
