/**
 * Short byte arrays cut from a common slab. Engines keep an array of more than some 64 bytes outside their
 * heap, and asking for that place takes a microsecond: as long as the work that most of ours are asked for.
 *
 * A cut is all zero, starts at a multiple of eight bytes, and is never handed out again. It shares its buffer with
 * strangers and keeps it alive: take `byteOffset` into account, and copy what is to be kept for long or is
 * sent to another thread.
 */
const SLAB_BYTES = 65_536;
const MAX_CUT_BYTES: number = SLAB_BYTES / 16;
const ALIGNMENT = 8;

let slab = new ArrayBuffer(SLAB_BYTES);
let used = 0;

/** `length` bytes, all zero; long arrays get a place of their own. */
export function allocate(length: number): Uint8Array {
  if (length > MAX_CUT_BYTES) return new Uint8Array(length);
  if (used + length > SLAB_BYTES) {
    slab = new ArrayBuffer(SLAB_BYTES);
    used = 0;
  }
  const cut = new Uint8Array(slab, used, length);
  used += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
  return cut;
}
