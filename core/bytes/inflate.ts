/**
 * Raw deflate (RFC 1951) back to bytes, strict and bounded: it stops before it writes more than `maxBytes`, and
 * the stream must end in the last byte of the input with zero bits after it. fflate can be told neither, and
 * accepts streams that zlib refuses; Node's zlib is not for `core/`. So this is our own, with both as oracles
 * in its tests; on the 140 bytes of a credential it is as fast as fflate and twice as fast as zlib.
 *
 * Codes of a dynamic block are decoded from the count of codes of each length, without a lookup table: a
 * hostile stream of many small blocks would make the tables cost more than the data. Only the fixed codes,
 * which are all that `deflate.ts` writes, have a table.
 */
import { BytesError } from './errors.ts';

export interface InflateOptions {
  /** Most bytes that may come out. */
  readonly maxBytes: number;
  /** Bytes that count as already written: distances may reach into their end. */
  readonly dictionary?: Uint8Array;
}

/** No deflate stream holds more than this many bytes a byte: 258 for two bits (RFC 1951 §3.2.5). */
const MAX_RATIO = 1032;
const MAX_CODE_BITS = 15;
const LOOKUP_BITS = 9;
const END_OF_BLOCK = 256;
/** RFC 1951 §3.2.5: smallest length and number of extra bits of symbols 257 to 285. */
export const LENGTH_BASE: readonly number[] = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
export const LENGTH_EXTRA: readonly number[] = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];
/** Likewise for the distance symbols 0 to 29. */
export const DISTANCE_BASE: readonly number[] = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
];
export const DISTANCE_EXTRA: readonly number[] = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
/** §3.2.7: the order in which the lengths of the code length code come. */
const CODE_LENGTH_ORDER: readonly number[] = [
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

interface Huffman {
  /** How many symbols have codes of each length. */
  readonly counts: Uint16Array;
  /** The symbols in the order of their codes. */
  readonly symbols: Uint16Array;
  /** For the fixed codes: what the next nine bits begin with, `symbol << 4 | bits`. */
  readonly lookup?: Uint16Array;
}

/** §3.2.6, with the two length and two distance codes that never occur. */
const FIXED_LITERALS = withLookup(
  Uint8Array.from({ length: 288 }, (_, n) => (n < 144 ? 8 : n < 256 ? 9 : n < 280 ? 7 : 8)),
);
const FIXED_DISTANCES = withLookup(new Uint8Array(32).fill(5));
const NO_BYTES = new Uint8Array(0);

/**
 * Inflates all of `data`. Throws `INFLATE_TOO_LARGE` when more than `maxBytes` would come out, and
 * `INFLATE_INVALID` when the stream breaks a rule of RFC 1951 or does not end where `data` does.
 */
export function inflateBounded(data: Uint8Array, options: InflateOptions): Uint8Array {
  return new Inflater(data, options).run();
}

/** One inflation: where it reads (byte and bit) and where it writes. */
class Inflater {
  private readonly data: Uint8Array;
  private readonly dictionary: Uint8Array;
  private readonly out: Uint8Array;
  private read = 0;
  private bits = 0;
  private bitCount = 0;
  private written = 0;

  constructor(data: Uint8Array, options: InflateOptions) {
    this.data = data;
    this.dictionary = options.dictionary ?? NO_BYTES;
    this.out = new Uint8Array(Math.min(options.maxBytes, data.length * MAX_RATIO));
  }

  run(): Uint8Array {
    let last: number;
    do {
      last = this.take(1);
      const type = this.take(2);
      if (type === 0) this.storedBlock();
      else if (type === 1) this.compressedBlock(FIXED_LITERALS, FIXED_DISTANCES);
      else if (type === 2) this.dynamicBlock();
      else throw invalid('block type 3');
    } while (last === 0);
    this.unreadBytes();
    if (this.read !== this.data.length || this.bits !== 0)
      throw invalid('the stream does not end with the data');
    return this.out.subarray(0, this.written);
  }

  /** §3.2.4 */
  private storedBlock(): void {
    this.unreadBytes();
    if (this.bits !== 0) throw invalid('bits before a stored block');
    this.bitCount = 0;
    const length = this.take(16);
    if (this.take(16) !== (~length & 0xffff)) throw invalid('the length of a stored block');
    if (this.read + length > this.data.length) throw invalid('cut short');
    this.reserve(length);
    this.out.set(this.data.subarray(this.read, this.read + length), this.written);
    this.read += length;
    this.written += length;
  }

  /** §3.2.7 */
  private dynamicBlock(): void {
    const literalCount = this.take(5) + 257;
    const distanceCount = this.take(5) + 1;
    if (literalCount > 286 || distanceCount > 30) throw invalid('symbols that do not exist');
    const codeLengthCount = this.take(4) + 4;
    const codeLengths = new Uint8Array(19);
    // codeLengthCount <= 19.
    for (let i = 0; i < codeLengthCount; i++) codeLengths[CODE_LENGTH_ORDER[i]!] = this.take(3);
    const lengths = this.codeLengths(toHuffman(codeLengths), literalCount + distanceCount);
    if (lengths[END_OF_BLOCK] === 0) throw invalid('a block without an end');
    this.compressedBlock(
      toHuffman(lengths.subarray(0, literalCount)),
      toHuffman(lengths.subarray(literalCount)),
    );
  }

  private codeLengths(code: Huffman, count: number): Uint8Array {
    const lengths = new Uint8Array(count);
    for (let i = 0; i < count;) {
      const symbol = this.symbol(code);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw invalid('a repeat of nothing');
      // i > 0 where symbol is 16.
      const value = symbol === 16 ? lengths[i - 1]! : 0;
      const end =
        i + (symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7));
      if (end > count) throw invalid('more code lengths than symbols');
      lengths.fill(value, i, end);
      i = end;
    }
    return lengths;
  }

  /** §3.2.3 */
  private compressedBlock(literals: Huffman, distances: Huffman): void {
    for (;;) {
      const symbol = this.symbol(literals);
      if (symbol < END_OF_BLOCK) {
        this.reserve(1);
        this.out[this.written++] = symbol;
        continue;
      }
      if (symbol === END_OF_BLOCK) return;
      const base = LENGTH_BASE[symbol - 257];
      if (base === undefined) throw invalid('a length symbol that does not exist');
      // The tables of bases and of extra bits are equally long.
      const length = base + this.take(LENGTH_EXTRA[symbol - 257]!);
      const distanceSymbol = this.symbol(distances);
      const distanceBase = DISTANCE_BASE[distanceSymbol];
      if (distanceBase === undefined) throw invalid('a distance symbol that does not exist');
      this.copy(length, distanceBase + this.take(DISTANCE_EXTRA[distanceSymbol]!));
    }
  }

  private copy(length: number, distance: number): void {
    const { dictionary, out } = this;
    let from = this.written - distance;
    if (from < -dictionary.length) throw invalid('a distance beyond the dictionary');
    this.reserve(length);
    const end = this.written + length;
    let at = this.written;
    // The dictionary lies before `out`; both reads are within bounds by the check above.
    for (; from < 0 && at < end; from++) out[at++] = dictionary[dictionary.length + from]!;
    for (; at < end; from++) out[at++] = out[from]!;
    this.written = end;
  }

  private reserve(length: number): void {
    if (this.written + length > this.out.length) {
      throw new BytesError('INFLATE_TOO_LARGE', 'more comes out than allowed');
    }
  }

  /** The next `count` (at most 16) bits, least significant first (§3.1.1). */
  private take(count: number): number {
    while (this.bitCount < count) this.fill();
    const value = this.bits & ((1 << count) - 1);
    this.bits >>>= count;
    this.bitCount -= count;
    return value;
  }

  /** Gives back whole bytes that a lookup read ahead. */
  private unreadBytes(): void {
    this.read -= this.bitCount >> 3;
    this.bitCount &= 7;
    this.bits &= (1 << this.bitCount) - 1;
  }

  private fill(): void {
    const byte = this.data[this.read++];
    if (byte === undefined) throw invalid('cut short');
    this.bits |= byte << this.bitCount;
    this.bitCount += 8;
  }

  private symbol(code: Huffman): number {
    return code.lookup === undefined ? this.symbolByLength(code) : this.symbolByLookup(code.lookup);
  }

  private symbolByLookup(lookup: Uint16Array): number {
    while (this.bitCount < LOOKUP_BITS && this.read < this.data.length) this.fill();
    // The table has an entry for every nine bits.
    const entry = lookup[this.bits & (lookup.length - 1)]!;
    const length = entry & 15;
    if (length > this.bitCount) throw invalid('cut short');
    this.bits >>>= length;
    this.bitCount -= length;
    return entry >> 4;
  }

  /** Among the codes of one length, those of each further length continue upwards (§3.2.2). */
  private symbolByLength({ counts, symbols }: Huffman): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      code |= this.take(1);
      // counts has MAX_CODE_BITS + 1 entries, and index + code - first is a place among the symbols.
      const count = counts[length]!;
      if (code - first < count) return symbols[index + code - first]!;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw invalid('a code that does not exist');
  }
}

/** Canonical codes from code lengths (§3.2.2). Too many codes are refused, too few unless there is one or none. */
function toHuffman(lengths: Uint8Array): Huffman {
  const counts = new Uint16Array(MAX_CODE_BITS + 1);
  // A length is at most 15, and `counts` and `offsets` have a place for each.
  for (const length of lengths) counts[length]!++;
  const used = lengths.length - counts[0]!;
  counts[0] = 0;
  let left = 1;
  const offsets = new Uint16Array(MAX_CODE_BITS + 2);
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    left = left * 2 - counts[length]!;
    if (left < 0) throw invalid('more codes than fit');
    offsets[length + 1] = offsets[length]! + counts[length]!;
  }
  // zlib's rule too: an incomplete set is allowed for a single code of one bit, or when there is no code.
  if (left > 0 && used > 0 && !(used === 1 && counts[1] === 1)) throw invalid('codes that mean nothing');
  const symbols = new Uint16Array(used);
  lengths.forEach((length, symbol) => {
    if (length !== 0) symbols[offsets[length]!++] = symbol;
  });
  return { counts, symbols };
}

/** Codes of at most nine bits with the table of what each nine bits begin with. */
function withLookup(lengths: Uint8Array): Huffman {
  const huffman = toHuffman(lengths);
  const lookup = new Uint16Array(1 << LOOKUP_BITS);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= LOOKUP_BITS; length++, code <<= 1) {
    // counts has a place for each length, and as many symbols follow as it says.
    for (const end = index + huffman.counts[length]!; index < end; index++, code++) {
      const entry = (huffman.symbols[index]! << 4) | length;
      for (let bits = reverseBits(code, length); bits < lookup.length; bits += 1 << length)
        lookup[bits] = entry;
    }
  }
  return { ...huffman, lookup };
}

/** Huffman codes stand in the stream with their most significant bit first (RFC 1951 §3.1.1). */
export function reverseBits(code: number, length: number): number {
  let reversed = 0;
  for (let i = 0; i < length; i++) reversed |= ((code >> i) & 1) << (length - 1 - i);
  return reversed;
}

function invalid(what: string): BytesError {
  return new BytesError('INFLATE_INVALID', `not a deflate stream: ${what}`);
}
