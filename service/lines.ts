/** Bytes → lines, with memory bounded by one line and one chunk. */
export interface Line {
  /** The first line of the file is 1. */
  readonly number: number;
  /** Without the line feed; `undefined` for a line that is too long. */
  readonly bytes: Uint8Array | undefined;
}

const LF = 0x0a;

/** Lines parted by LF; empty ones are counted and left out. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLineBytes: number,
): AsyncGenerator<Line> {
  const line = new LineBuffer(maxLineBytes);
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      line.append(chunk.subarray(start, end));
      if (line.isEmpty) line.skip();
      else yield line.take();
      start = end + 1;
    }
    line.append(chunk.subarray(start));
  }
  if (!line.isEmpty) yield line.take();
}

class LineBuffer {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #length = 0;
  #number = 1;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Of a line that is too long only its length is kept. */ append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#length += bytes.length;
    if (this.#length > this.#maxBytes) this.#parts = [];
    else this.#parts.push(bytes.slice());
  }
  skip(): void {
    this.#number++;
  }

  take(): Line {
    const bytes = this.#length > this.#maxBytes ? undefined : Buffer.concat(this.#parts, this.#length);
    const line = { number: this.#number, bytes };
    this.#parts = [];
    this.#length = 0;
    this.#number++;
    return line;
  }
}
