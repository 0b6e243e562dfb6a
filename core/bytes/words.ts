/**
 * 32-bit words ↔ bytes, little endian, without copying where the machine itself is little endian and the bytes
 * lie where words may: then both share their memory.
 */
const IS_LITTLE_ENDIAN: boolean = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
const WORD_BYTES = 4;

export function toLittleEndian(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  return IS_LITTLE_ENDIAN ? bytes : swapped(bytes);
}

/** The length of `bytes` is a multiple of 4. */
export function fromLittleEndian(bytes: Uint8Array): Uint32Array {
  const isAligned = bytes.byteOffset % WORD_BYTES === 0;
  const own = IS_LITTLE_ENDIAN ? (isAligned ? bytes : bytes.slice()) : swapped(bytes);
  return new Uint32Array(own.buffer, own.byteOffset, own.length / WORD_BYTES);
}

function swapped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  for (let at = 0; at < copy.length; at += WORD_BYTES) copy.subarray(at, at + WORD_BYTES).reverse();
  return copy;
}
