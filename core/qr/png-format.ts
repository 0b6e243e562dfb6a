/**
 * What writing and reading PNG (ISO/IEC 15948) share: `89 PNG 0d 0a 1a 0a` and then chunks of
 * `length u32 ‖ type (4 letters) ‖ data ‖ CRC-32 of type and data`, all big endian.
 */

export const PNG_SIGNATURE: Uint8Array = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Bytes of a chunk beside its data. */
export const CHUNK_FRAME_BYTES = 12;
/** Data of the chunk IHDR. */
export const PNG_HEADER_BYTES = 13;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  return crc;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  // Eight bits are always an index of the table.
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}
