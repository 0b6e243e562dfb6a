/** What both directions of deflate know: the symbols for lengths and distances, and the fixed codes (RFC 1951). */

/** §3.2.5: smallest length and number of extra bits of the symbols 257 to 285. */
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

/** A Huffman code as it stands in the stream: its most significant bit first, in the lowest bit (§3.1.1). */
export interface StreamCode {
  readonly bits: number;
  readonly length: number;
}

/** §3.2.6: the code of each symbol 0 to 287; 286 and 287 have one and never occur. */
export const FIXED_LITERALS: readonly StreamCode[] = Array.from({ length: 288 }, (_, symbol) => {
  if (symbol < 144) return streamCode(0x30 + symbol, 8);
  if (symbol < 256) return streamCode(0x190 + symbol - 144, 9);
  if (symbol < 280) return streamCode(symbol - 256, 7);
  return streamCode(0xc0 + symbol - 280, 8);
});
/** Likewise for the distance symbols 0 to 31; 30 and 31 never occur. */
export const FIXED_DISTANCES: readonly StreamCode[] = Array.from({ length: 32 }, (_, symbol) =>
  streamCode(symbol, 5),
);

function streamCode(code: number, length: number): StreamCode {
  let bits = 0;
  for (let i = 0; i < length; i++) bits |= ((code >> i) & 1) << (length - 1 - i);
  return { bits, length };
}
