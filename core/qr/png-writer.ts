/** Black and white pictures as PNG: 1-bit greyscale, rows without a filter. */
import { concatBytes } from '../bytes/concat.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { toZlib } from '../bytes/zlib.ts';
import { crc32, PNG_HEADER_BYTES, PNG_SIGNATURE } from './png-format.ts';

/** `rows` are equally long, `true` = black. */
export function writePng(rows: readonly (readonly boolean[])[]): Uint8Array {
  const width = rows[0]?.length ?? 0;
  const rowBytes = Math.ceil(width / 8) + 1;
  const pixels = new Uint8Array(rows.length * rowBytes);
  rows.forEach((row, y) => {
    row.forEach((isBlack, x) => {
      // The first byte of a row names its filter, 0 = none; the index lies within the row.
      if (!isBlack) pixels[y * rowBytes + 1 + (x >> 3)]! |= 0x80 >> (x & 7);
    });
  });
  const header = new Uint8Array(PNG_HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, rows.length);
  header[8] = 1; // bits a pixel; the rest is 0: greyscale, deflate, not interlaced
  const end = new Uint8Array(0);
  return concatBytes(PNG_SIGNATURE, chunk('IHDR', header), chunk('IDAT', toZlib(pixels)), chunk('IEND', end));
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const content = concatBytes(toUtf8(type), data);
  const frame = new DataView(new ArrayBuffer(8));
  frame.setUint32(0, data.length);
  frame.setUint32(4, crc32(content));
  const [length, checksum] = [new Uint8Array(frame.buffer, 0, 4), new Uint8Array(frame.buffer, 4, 4)];
  return concatBytes(length, content, checksum);
}
