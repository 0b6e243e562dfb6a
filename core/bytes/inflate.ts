/**
 * Raw deflate (RFC 1951) back to bytes, strict and bounded: it stops before it writes more than `maxBytes`, and
 * the stream must end in the last byte of the input with zero bits after it. fflate can be told neither, and
 * accepts streams that zlib refuses; Node's zlib is not for `core/`. So this is our own, with both as oracles
 * in its tests; on the 140 bytes of a credential it takes as long as fflate and two thirds of zlib's time.
 *
 * Codes of a dynamic block are decoded from the count of codes of each length, without a lookup table: a
 * hostile stream of many small blocks would make the tables cost more than the data. Only the fixed codes,
 * which are all that `deflate.ts` writes, have tables.
 */
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  FIXED_DISTANCES,
  FIXED_LITERALS,
  LENGTH_BASE,
  LENGTH_EXTRA,
  type StreamCode,
} from './deflate-tables.ts';
import { allocate } from './allocate.ts';
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
const END_OF_BLOCK = 256;
/** §3.2.7: the order in which the lengths of the code length code come. */
const CODE_LENGTH_ORDER: readonly number[] = [
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

interface Huffman {
  /** How many symbols have codes of each length. */
  readonly counts: Uint16Array;
  /** The symbols in the order of their codes. */
  readonly symbols: Uint16Array;
}

/**
 * What the next bits begin with in a block of fixed codes: `value << 8 | number of extra bits << 4 | length of the
 * code`. The value is a literal, the end of the block, NO_SYMBOL, or a length or distance, lengths with LENGTHS added.
 */
const LITERAL_BITS = 9;
/** Of a length, §3.2.5. */
const MAX_EXTRA_BITS = 5;
const DISTANCE_BITS = 5;
const NO_SYMBOL = 257;
const LENGTHS = 512;
const LITERAL_LOOKUP = lookupOf(FIXED_LITERALS, LITERAL_BITS, (symbol) => {
  const base = LENGTH_BASE[symbol - 257];
  if (base !== undefined) return { value: LENGTHS + base, extraBits: LENGTH_EXTRA[symbol - 257] };
  return { value: Math.min(symbol, NO_SYMBOL) };
});
const DISTANCE_LOOKUP = lookupOf(FIXED_DISTANCES, DISTANCE_BITS, (symbol) => ({
  value: DISTANCE_BASE[symbol] ?? 0,
  extraBits: DISTANCE_EXTRA[symbol],
}));
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
    this.out = allocate(Math.min(options.maxBytes, data.length * MAX_RATIO));
  }

  run(): Uint8Array {
    let last: number;
    do {
      last = this.take(1);
      const type = this.take(2);
      if (type === 0) this.storedBlock();
      else if (type === 1) this.fixedBlock();
      else if (type === 2) this.dynamicBlock();
      else throw invalid('block type 3');
    } while (last === 0);
    if (this.read !== this.data.length || this.bits !== 0)
      throw invalid('the stream does not end with the data');
    return this.out.subarray(0, this.written);
  }

  /** §3.2.4 */
  private storedBlock(): void {
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

  /** §3.2.6. State is kept in variables and bytes are read ahead: this is on the way of every verification. */
  private fixedBlock(): void {
    const { data, out, dictionary } = this;
    let { read, bits, bitCount, written } = this;
    for (;;) {
      // Beyond the data zeros are read; that the count falls below zero tells it.
      if (bitCount < LITERAL_BITS + MAX_EXTRA_BITS) {
        for (; bitCount < 24 && read < data.length; bitCount += 8) bits |= data[read++]! << bitCount;
      }
      // Both tables have an entry for whatever the next bits are: here and below.
      const entry = LITERAL_LOOKUP[bits & (LITERAL_LOOKUP.length - 1)]!;
      bits >>>= entry & 15;
      bitCount -= entry & 15;
      const value = entry >> 8;
      if (value < END_OF_BLOCK) {
        if (written === out.length) throw tooLarge();
        out[written++] = value;
        continue;
      }
      if (value === END_OF_BLOCK) break;
      if (value === NO_SYMBOL) throw invalid('a length symbol that does not exist');
      const lengthBits = (entry >> 4) & 15;
      const length = value - LENGTHS + (bits & ((1 << lengthBits) - 1));
      bits >>>= lengthBits;
      bitCount -= lengthBits;
      for (; bitCount < 24 && read < data.length; bitCount += 8) bits |= data[read++]! << bitCount;
      const far = DISTANCE_LOOKUP[bits & (DISTANCE_LOOKUP.length - 1)]!;
      if (far >> 8 === 0) throw invalid('a distance symbol that does not exist');
      const distanceBits = (far >> 4) & 15;
      const distance = (far >> 8) + ((bits >>> DISTANCE_BITS) & ((1 << distanceBits) - 1));
      bits >>>= DISTANCE_BITS + distanceBits;
      bitCount -= DISTANCE_BITS + distanceBits;
      if (bitCount < 0) throw invalid('cut short');
      const end = written + length;
      if (end > out.length) throw tooLarge();
      let from = written - distance;
      if (from < -dictionary.length) throw invalid('a distance beyond the beginning');
      // Both reads are within bounds by the checks above.
      for (; from < 0 && written < end; from++) out[written++] = dictionary[dictionary.length + from]!;
      for (; written < end; from++) out[written++] = out[from]!;
    }
    if (bitCount < 0) throw invalid('cut short');
    this.written = written;
    // Whole bytes that were read ahead go back.
    this.read = read - (bitCount >> 3);
    this.bitCount = bitCount & 7;
    this.bits = bits & ((1 << this.bitCount) - 1);
  }

  /** §3.2.3, with the codes of a dynamic block. */
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
    if (this.written + length > this.out.length) throw tooLarge();
  }

  /** The next `count` (at most 16) bits, least significant first (§3.1.1). */
  private take(count: number): number {
    while (this.bitCount < count) this.fill();
    const value = this.bits & ((1 << count) - 1);
    this.bits >>>= count;
    this.bitCount -= count;
    return value;
  }

  private fill(): void {
    const byte = this.data[this.read++];
    if (byte === undefined) throw invalid('cut short');
    this.bits |= byte << this.bitCount;
    this.bitCount += 8;
  }

  /** The next symbol: among the codes of one length, those of each further length continue upwards (§3.2.2). */
  private symbol({ counts, symbols }: Huffman): number {
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

interface Meaning {
  readonly value: number;
  readonly extraBits?: number | undefined;
}

function lookupOf(
  codes: readonly StreamCode[],
  width: number,
  meaning: (symbol: number) => Meaning,
): Int32Array {
  const lookup = new Int32Array(1 << width);
  codes.forEach(({ bits, length }, symbol) => {
    const { value, extraBits = 0 } = meaning(symbol);
    for (let next = bits; next < lookup.length; next += 1 << length) {
      lookup[next] = (value << 8) | (extraBits << 4) | length;
    }
  });
  return lookup;
}

function tooLarge(): BytesError {
  return new BytesError('INFLATE_TOO_LARGE', 'more comes out than allowed');
}

function invalid(what: string): BytesError {
  return new BytesError('INFLATE_INVALID', `not a deflate stream: ${what}`);
}
