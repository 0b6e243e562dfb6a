/**
 * RFC 4180 bytes → rows, with memory bounded by one row and one chunk. A quote opens a cell only at its start, so
 * a stray quote spoils one row and not the rest. A quoted line break stays within its row: a line inside quotes
 * is never taken for a row of its own, however long it is.
 */
export interface CsvRow {
  /** Number of the line on which the row begins; the first of the file is 1. */
  readonly line: number;
  /** Number of the line on which it ends. */
  readonly lastLine: number;
  /** Without the line end; cut short when `fault` is `too-long`. */
  readonly bytes: Uint8Array;
  readonly fault?: 'too-long' | 'quote-open';
}

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;

type Place = 'cell-start' | 'plain' | 'quoted' | 'quote-in-quoted';

/** One reader per file. Feed every chunk to `push`, then call `end` once. */
export class CsvRowReader {
  readonly #row: Uint8Array;
  #length = 0;
  #place: Place = 'cell-start';
  #line = 1;
  #firstLine = 1;
  #isTooLong = false;
  #isAfterCr = false;

  constructor(maxRowBytes: number) {
    this.#row = new Uint8Array(maxRowBytes);
  } /** The rows that end in `chunk`; blank lines are counted and left out. */
  push(chunk: Uint8Array): readonly CsvRow[] {
    const rows: CsvRow[] = [];
    for (const byte of chunk) {
      const isSecondOfCrLf = byte === LF && this.#isAfterCr;
      this.#isAfterCr = byte === CR;
      if (isSecondOfCrLf && this.#place !== 'quoted') continue;
      const isLineEnd = byte === LF || byte === CR;
      if (isLineEnd && this.#place !== 'quoted') {
        if (!this.#isBlank) rows.push(this.#take());
        this.#line++;
        this.#firstLine = this.#line;
        continue;
      }
      if (isLineEnd && !isSecondOfCrLf) this.#line++;
      this.#place = placeAfter(byte, this.#place);
      this.#append(byte);
    }
    return rows;
  }

  /** What is left without a line end. */
  end(): readonly CsvRow[] {
    if (this.#isBlank) return [];
    return this.#place === 'quoted' ? [{ ...this.#take(), fault: 'quote-open' }] : [this.#take()];
  }

  get #isBlank(): boolean {
    return this.#length === 0 && !this.#isTooLong;
  }

  #append(byte: number): void {
    if (this.#length === this.#row.length) {
      this.#isTooLong = true;
      return;
    }
    this.#row[this.#length] = byte;
    this.#length++;
  }

  #take(): CsvRow {
    const row: CsvRow = {
      line: this.#firstLine,
      lastLine: this.#line,
      bytes: this.#row.slice(0, this.#length),
      ...(this.#isTooLong ? { fault: 'too-long' } : {}),
    };
    this.#length = 0;
    this.#place = 'cell-start';
    this.#isTooLong = false;
    return row;
  }
}

function placeAfter(byte: number, place: Place): Place {
  switch (place) {
    case 'quoted':
      return byte === QUOTE ? 'quote-in-quoted' : 'quoted';
    case 'quote-in-quoted':
      if (byte === QUOTE) return 'quoted';
      return byte === COMMA ? 'cell-start' : 'plain';
    case 'cell-start':
      if (byte === QUOTE) return 'quoted';
      return byte === COMMA ? 'cell-start' : 'plain';
    case 'plain':
      return byte === COMMA ? 'cell-start' : 'plain';
  }
}
