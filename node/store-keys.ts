/** Numbers as the store writes them: big endian, so that keys sort as blocks follow each other. */

/** A block's place in a table, 8 bytes. */
export function numberKey(number: bigint): Uint8Array {
  const key = new Uint8Array(8);
  new DataView(key.buffer).setBigUint64(0, number);
  return key;
}

/** Reads {@link numberKey}'s form, or the first part of {@link placeValue}'s. */
export function readNumber(stored: Uint8Array): bigint {
  return new DataView(stored.buffer, stored.byteOffset, stored.byteLength).getBigUint64(0);
}

/** Where a transaction stands: block number, 8 bytes ‖ index in the block, 4 bytes. */
export function placeValue(number: Uint8Array, index: number): Uint8Array {
  const value = new Uint8Array(12);
  value.set(number, 0);
  new DataView(value.buffer).setUint32(8, index);
  return value;
}

/** Reads the second part of {@link placeValue}'s form. */
export function readIndex(stored: Uint8Array): number {
  return new DataView(stored.buffer, stored.byteOffset, stored.byteLength).getUint32(8);
}
