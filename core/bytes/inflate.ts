/**
 * Raw deflate (RFC 1951) back to bytes, strict and bounded: it stops before it writes more than `maxBytes`, and
 * the stream must end in the last byte of the input with zero bits after it. fflate can be told neither, and
 * accepts streams that zlib refuses; Node's zlib is not for `core/`. So this is our own, with both as oracles
 * in its tests; on the 140 bytes of a credential it takes as long as fflate and two thirds of zlib's time.
 *
 * Fixed and dynamic codes are both read through tables (`huffman.ts`). Those of a dynamic block are filled for it:
 * some three microseconds, which a hostile stream of small blocks can ask for once in eleven bytes, so 3 ms for the
 * 12 KiB of the longest health card.
 */
import { DISTANCE_BASE, DISTANCE_EXTRA, LENGTH_BASE, LENGTH_EXTRA } from './deflate-tables.ts';
import { allocate } from './allocate.ts';
import { BytesError } from './errors.ts';
import { HuffmanCode } from './huffman.ts';

export interface InflateOptions {
  /** Most bytes that may come out. */
  readonly maxBytes: number;
  /** Bytes that count as already written: distances may reach into their end. */
  readonly dictionary?: Uint8Array;
}

/** No deflate stream holds more than this many bytes a byte: 258 for two bits (RFC 1951 §3.2.5). */
const MAX_RATIO = 1032;
const END_OF_BLOCK = 256;
/** §3.2.7: the order in which the lengths of the code length code come. */
const CODE_LENGTH_ORDER: readonly number[] = [
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

/** Values of entries: a literal, the end of the block, NO_SYMBOL, or a length or distance, lengths with LENGTHS added. */
const NO_SYMBOL = 257;
const LENGTHS = 512;
const LITERAL_MEANINGS = Int32Array.from({ length: 288 }, (_, symbol) => {
  const base = LENGTH_BASE[symbol - 257];
  if (base === undefined) return Math.min(symbol, NO_SYMBOL) << 8;
  return ((LENGTHS + base) << 8) | ((LENGTH_EXTRA[symbol - 257] ?? 0) << 4);
});
/** 0 for the two that do not exist. */
const DISTANCE_MEANINGS = Int32Array.from(
  { length: 32 },
  (_, symbol) => ((DISTANCE_BASE[symbol] ?? 0) << 8) | ((DISTANCE_EXTRA[symbol] ?? 0) << 4),
);
const LITERAL_BITS = 9;
const DISTANCE_BITS = 7;
/** Longest code and its extra bits, of a length; a distance has up to 13, and its code comes first. */
const MAX_LENGTH_BITS = 15 + 5;
const MAX_CODE_BITS = 15;
const MAX_DISTANCE_EXTRA = 13;

/** §3.2.6 */
const FIXED_LENGTHS = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280);
const fixedLiterals = new HuffmanCode(LITERAL_MEANINGS, LITERAL_BITS).assign(FIXED_LENGTHS);
const fixedDistances = new HuffmanCode(DISTANCE_MEANINGS, DISTANCE_BITS).assign(new Uint8Array(32).fill(5));
/** Of the dynamic block that is read; inflating is synchronous, so all calls share them. */
const literals = new HuffmanCode(LITERAL_MEANINGS, LITERAL_BITS);
const distances = new HuffmanCode(DISTANCE_MEANINGS, DISTANCE_BITS);
const codeLengths = new HuffmanCode(
  Int32Array.from({ length: 19 }, (_, symbol) => symbol << 8),
  7,
);
/** What comes out is copied from here: an array of the largest size would cost more than most of what is read. */
const scratch = new Uint8Array(65_536);

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
    const most = Math.min(options.maxBytes, data.length * MAX_RATIO);
    this.out = most <= scratch.length ? scratch.subarray(0, most) : new Uint8Array(most);
  }

  run(): Uint8Array {
    let last: number;
    do {
      last = this.take(1);
      const type = this.take(2);
      if (type === 0) this.storedBlock();
      else if (type === 1) this.compressedBlock(fixedLiterals, fixedDistances);
      else if (type === 2) this.dynamicBlock();
      else throw invalid('block type 3');
    } while (last === 0);
    if (this.read !== this.data.length || this.bits !== 0)
      throw invalid('the stream does not end with the data');
    const result = allocate(this.written);
    result.set(this.out.subarray(0, this.written));
    return result;
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
    const ofLengths = new Uint8Array(19);
    // codeLengthCount <= 19.
    for (let i = 0; i < codeLengthCount; i++) ofLengths[CODE_LENGTH_ORDER[i]!] = this.take(3);
    codeLengths.assign(ofLengths);
    const lengths = this.codeLengths(literalCount + distanceCount);
    if (lengths[END_OF_BLOCK] === 0) throw invalid('a block without an end');
    this.compressedBlock(
      literals.assign(lengths.subarray(0, literalCount)),
      distances.assign(lengths.subarray(literalCount)),
    );
  }

  private codeLengths(count: number): Uint8Array {
    const lengths = allocate(count);
    for (let i = 0; i < count;) {
      const symbol = this.symbol(codeLengths);
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

  /** §3.2.3. State is kept in variables and bytes are read ahead: this is on the way of every verification. */
  private compressedBlock(literals: HuffmanCode, distances: HuffmanCode): void {
    const { data, out, dictionary } = this;
    const literalMask = literals.table.length - 1;
    const distanceMask = distances.table.length - 1;
    let { read, bits, bitCount, written } = this;
    for (;;) {
      // Beyond the data zeros are read; that the count falls below zero tells it.
      if (bitCount < MAX_LENGTH_BITS) {
        for (; bitCount < 24 && read < data.length; bitCount += 8) bits |= data[read++]! << bitCount;
      }
      // A table has an entry for whatever the next bits are: here and below.
      const entry = literals.table[bits & literalMask]! || literals.longerEntry(bits);
      bits >>>= entry & 15;
      bitCount -= entry & 15;
      if (bitCount < 0) throw invalid('cut short');
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
      if (bitCount < MAX_CODE_BITS) {
        for (; bitCount < 24 && read < data.length; bitCount += 8) bits |= data[read++]! << bitCount;
      }
      const far = distances.table[bits & distanceMask]! || distances.longerEntry(bits);
      bits >>>= far & 15;
      bitCount -= far & 15;
      if (bitCount < MAX_DISTANCE_EXTRA) {
        for (; bitCount < 24 && read < data.length; bitCount += 8) bits |= data[read++]! << bitCount;
      }
      if (far >> 8 === 0) throw invalid('a distance symbol that does not exist');
      const distanceBits = (far >> 4) & 15;
      const distance = (far >> 8) + (bits & ((1 << distanceBits) - 1));
      bits >>>= distanceBits;
      bitCount -= distanceBits;
      if (bitCount < 0) throw invalid('cut short');
      const end = written + length;
      if (end > out.length) throw tooLarge();
      let from = written - distance;
      if (from < -dictionary.length) throw invalid('a distance beyond the beginning');
      // Both reads are within bounds by the checks above.
      for (; from < 0 && written < end; from++) out[written++] = dictionary[dictionary.length + from]!;
      for (; written < end; from++) out[written++] = out[from]!;
    }
    this.written = written;
    // Whole bytes that were read ahead go back.
    this.read = read - (bitCount >> 3);
    this.bitCount = bitCount & 7;
    this.bits = bits & ((1 << this.bitCount) - 1);
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

  private symbol(code: HuffmanCode): number {
    while (this.bitCount < MAX_CODE_BITS && this.read < this.data.length) this.fill();
    const entry = code.table[this.bits & (code.table.length - 1)]! || code.longerEntry(this.bits);
    const length = entry & 15;
    if (length > this.bitCount) throw invalid('cut short');
    this.bits >>>= length;
    this.bitCount -= length;
    return entry >> 8;
  }
}

function tooLarge(): BytesError {
  return new BytesError('INFLATE_TOO_LARGE', 'more comes out than allowed');
}

function invalid(what: string): BytesError {
  return new BytesError('INFLATE_INVALID', `not a deflate stream: ${what}`);
}
