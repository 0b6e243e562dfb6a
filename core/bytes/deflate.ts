/**
 * Bytes to raw deflate (RFC 1951) with a preset dictionary, as one block of fixed codes: on a venue credential the
 * table of a dynamic block costs more than it saves (on one with a holder key it would save up to 20 of 330 bytes).
 * Matches are not taken greedily but by the cheapest path over all positions. On a venue credential that is up to
 * 9 bytes smaller than fflate at level 9, which can be a QR version, in less than half of its time.
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

const MIN_MATCH = 3;
const MAX_MATCH = 258;
const MAX_DISTANCE = 32_768;
/** Within a match this long nothing else is searched, only its own rest: the path hardly ever leaves it early. */
const LONG_MATCH = 16;
const HASH_BITS = 12;
const END_OF_BLOCK = 256;

/** Symbol of each length 3 to 258 (RFC 1951 §3.2.5); 258 has its own. */
const LENGTH_SYMBOL = new Uint16Array(MAX_MATCH + 1);
LENGTH_BASE.forEach((base, i) => LENGTH_SYMBOL.fill(257 + i, base));
/** Bits of each length: code and extra bits. */
const LENGTH_COST = LENGTH_SYMBOL.map(
  (symbol) => (FIXED_LITERALS[symbol]?.length ?? 0) + (LENGTH_EXTRA[symbol - 257] ?? 0),
);

/** Deflates `data`; `inflateBounded` with the same dictionary gives it back. */
export function deflate(data: Uint8Array, dictionary: Uint8Array): Uint8Array {
  const history = new Uint8Array(dictionary.length + data.length);
  history.set(dictionary);
  history.set(data, dictionary.length);
  return writeBlock(history, dictionary.length, cheapestSteps(history, dictionary.length));
}

interface Steps {
  /** Per position reached: how many bytes the step that ends there covers, 1 = a literal … */
  readonly lengths: Uint16Array;
  /** … and its distance when it is a match. */
  readonly distances: Uint16Array;
}

/** The cheapest way to each position after `start`, found forwards. Positions count from `start`. */
function cheapestSteps(history: Uint8Array, start: number): Steps {
  const count = history.length - start;
  const costs = new Uint32Array(count + 1).fill(0xffff_ffff);
  const lengths = new Uint16Array(count + 1);
  const distances = new Uint16Array(count + 1);
  const older = chains(history);
  let long = { end: 0, distance: 0 };
  costs[0] = 0;

  function offer(end: number, cost: number, length: number, distance: number): void {
    if (cost >= costs[end]!) return;
    costs[end] = cost;
    lengths[end] = length;
    distances[end] = distance;
  }

  // All indices below lie within their arrays: `older` has a place for each byte of `history`, the others for each
  // position and the end, lengths are at most 258 and distance symbols below 30.
  for (let i = 0; i < count; i++) {
    const at = start + i;
    const cost = costs[i]!;
    offer(i + 1, cost + FIXED_LITERALS[history[at]!]!.length, 1, 0);
    if (long.end - i >= MIN_MATCH) {
      offer(
        long.end,
        cost + LENGTH_COST[long.end - i]! + distanceCost(long.distance),
        long.end - i,
        long.distance,
      );
      continue;
    }
    const limit = Math.min(MAX_MATCH, count - i);
    let longest = MIN_MATCH - 1;
    for (let from = older[at]!; from >= 0 && longest < limit; from = older[from]!) {
      const distance = at - from;
      if (distance > MAX_DISTANCE) break;
      if (history[from + longest] !== history[at + longest]) continue;
      const length = matchLength(history, from, at, limit);
      // A nearer match of the same length was cheaper: only what is longer is new.
      const costBeforeLength = cost + distanceCost(distance);
      for (let l = longest + 1; l <= length; l++)
        offer(i + l, costBeforeLength + LENGTH_COST[l]!, l, distance);
      if (length >= LONG_MATCH && length > longest) long = { end: i + length, distance };
      longest = Math.max(longest, length);
    }
  }
  return { lengths, distances };
}

function distanceCost(distance: number): number {
  // There are 30 distance symbols.
  return 5 + DISTANCE_EXTRA[distanceSymbol(distance)]!;
}

/** For each position the nearest earlier one whose next three bytes hash alike, or -1. */
function chains(history: Uint8Array): Int32Array {
  const heads = new Int32Array(1 << HASH_BITS).fill(-1);
  const older = new Int32Array(history.length).fill(-1);
  for (let i = 0; i + MIN_MATCH <= history.length; i++) {
    // i + 2 is within history, the hash within heads.
    const three = (history[i]! << 16) | (history[i + 1]! << 8) | history[i + 2]!;
    const hash = Math.imul(three, 0x9e37_79b1) >>> (32 - HASH_BITS);
    older[i] = heads[hash]!;
    heads[hash] = i;
  }
  return older;
}

function matchLength(history: Uint8Array, from: number, at: number, limit: number): number {
  let length = 0;
  while (length < limit && history[from + length] === history[at + length]) length++;
  return length;
}

function distanceSymbol(distance: number): number {
  if (distance < 5) return distance - 1;
  const extra = 30 - Math.clz32(distance - 1);
  return 2 * extra + 2 + (((distance - 1) >> extra) & 1);
}

function writeBlock(history: Uint8Array, start: number, { lengths, distances }: Steps): Uint8Array {
  const ends: number[] = [];
  // Every position was reached, at the latest by a literal, so each step leads back to the start.
  for (let end = history.length - start; end > 0; end -= lengths[end]!) ends.push(end);
  const writer = new BitWriter(history.length - start);
  writer.write(0b011, 3); // the last block, fixed codes
  let at = start;
  for (const end of ends.reverse()) {
    const length = lengths[end]!;
    if (length === 1) writer.writeCode(FIXED_LITERALS[history[at]!]!);
    else writeMatch(writer, length, distances[end]!);
    at += length;
  }
  writer.writeCode(FIXED_LITERALS[END_OF_BLOCK]!);
  return writer.finish();
}

function writeMatch(writer: BitWriter, length: number, distance: number): void {
  // Symbols and tables cover every length 3 to 258 and every distance to 32,768.
  const symbol = LENGTH_SYMBOL[length]!;
  writer.writeCode(FIXED_LITERALS[symbol]!);
  writer.write(length - LENGTH_BASE[symbol - 257]!, LENGTH_EXTRA[symbol - 257]!);
  const far = distanceSymbol(distance);
  writer.writeCode(FIXED_DISTANCES[far]!);
  writer.write(distance - DISTANCE_BASE[far]!, DISTANCE_EXTRA[far]!);
}

/** Packs bits into bytes, least significant first (§3.1.1). */
class BitWriter {
  private readonly bytes: Uint8Array;
  private length = 0;
  private bits = 0;
  private bitCount = 0;

  /** Room for `literals` literals of nine bits, which no cheapest path exceeds, and the frame. */
  constructor(literals: number) {
    this.bytes = new Uint8Array(Math.ceil((literals * 9) / 8) + 3);
  }

  write(value: number, count: number): void {
    this.bits |= value << this.bitCount;
    this.bitCount += count;
    for (; this.bitCount >= 8; this.bitCount -= 8) {
      this.bytes[this.length++] = this.bits;
      this.bits >>>= 8;
    }
  }

  writeCode({ bits, length }: StreamCode): void {
    this.write(bits, length);
  }

  finish(): Uint8Array {
    if (this.bitCount > 0) this.bytes[this.length++] = this.bits;
    return this.bytes.slice(0, this.length);
  }
}
