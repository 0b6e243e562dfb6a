/**
 * Huffman codes of deflate (RFC 1951 §3.2.2), read through a table over the next bits. A code that is longer than the
 * table is wide is found from the count of codes of each length.
 *
 * An entry says what a code means and how long it is: `value << 8 | number of extra bits << 4 | length of the code`.
 */
import { BytesError } from './errors.ts';

const MAX_CODE_BITS = 15;
/** The bits of each number below 512 in reverse: codes stand in the stream with their most significant bit first. */
const MAX_TABLE_BITS = 9;
const REVERSED = Uint16Array.from({ length: 1 << MAX_TABLE_BITS }, (_, number) => reverse(number));

/** Codes that are taken on one after the other; the arrays are made once, since making them costs more than filling. */
export class HuffmanCode {
  /** Entry by the next bits, as many as a power of two; 0 where the code is longer, or none. */
  readonly table: Int32Array;
  /** Entry by symbol, of length 0. */
  private readonly meanings: Int32Array;
  private readonly tableBits: number;
  private readonly counts = new Uint16Array(MAX_CODE_BITS + 1);
  private readonly places = new Uint16Array(MAX_CODE_BITS + 2);
  /** In the order of their codes. */
  private readonly symbols: Uint16Array;

  /** @param tableBits at most 9 */
  constructor(meanings: Int32Array, tableBits: number) {
    this.meanings = meanings;
    this.tableBits = tableBits;
    this.table = new Int32Array(1 << tableBits);
    this.symbols = new Uint16Array(meanings.length);
  }

  /** Takes on the code with these lengths, by symbol. Too many codes are refused, too few unless one or none. */
  assign(lengths: Uint8Array): this {
    this.count(lengths);
    this.sort(lengths);
    this.fill();
    return this;
  }

  /** The entry of a code that the table does not have, from the next 15 bits. */
  longerEntry(bits: number): number {
    const { counts, symbols, meanings } = this;
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      code |= (bits >> (length - 1)) & 1;
      // counts has MAX_CODE_BITS + 1 entries, and index + code - first is a place among the symbols.
      const count = counts[length]!;
      if (code - first < count) return meanings[symbols[index + code - first]!]! | length;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw invalid('a code that does not exist');
  }

  private count(lengths: Uint8Array): void {
    const { counts } = this;
    counts.fill(0);
    // A length is at most 15, and `counts` has a place for each: here and below.
    for (let symbol = 0; symbol < lengths.length; symbol++) counts[lengths[symbol]!]!++;
    const used = lengths.length - counts[0]!;
    counts[0] = 0;
    let left = 1;
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      left = left * 2 - counts[length]!;
      if (left < 0) throw invalid('more codes than fit');
    }
    // zlib's rule too: an incomplete set is allowed for a single code of one bit, or when there is no code.
    if (left > 0 && used > 0 && !(used === 1 && counts[1] === 1)) throw invalid('codes that mean nothing');
  }

  private sort(lengths: Uint8Array): void {
    const { counts, places, symbols } = this;
    places[1] = 0;
    for (let length = 1; length <= MAX_CODE_BITS; length++)
      places[length + 1] = places[length]! + counts[length]!;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      const length = lengths[symbol]!;
      if (length !== 0) symbols[places[length]!++] = symbol;
    }
  }

  /** Among the codes of one length, those of each further length continue upwards. */
  private fill(): void {
    const { table, tableBits, counts, symbols, meanings } = this;
    table.fill(0);
    let code = 0;
    let index = 0;
    for (let length = 1; length <= tableBits; length++, code <<= 1) {
      for (const end = index + counts[length]!; index < end; index++, code++) {
        const entry = meanings[symbols[index]!]! | length;
        const start = REVERSED[code]! >> (MAX_TABLE_BITS - length);
        for (let bits = start; bits < table.length; bits += 1 << length) table[bits] = entry;
      }
    }
  }
}

function reverse(number: number): number {
  let reversed = 0;
  for (let bit = 0; bit < MAX_TABLE_BITS; bit++) {
    reversed |= ((number >> bit) & 1) << (MAX_TABLE_BITS - 1 - bit);
  }
  return reversed;
}

function invalid(what: string): BytesError {
  return new BytesError('INFLATE_INVALID', `not a deflate stream: ${what}`);
}
