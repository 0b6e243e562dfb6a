/**
 * PNG pictures (screenshots, scans, our own) as RGB bytes, for the QR decoder. Every colour type and depth, but not
 * interlaced; what is transparent is laid on white.
 */
import { BytesError } from '../bytes/errors.ts';
import { fromZlib } from '../bytes/zlib.ts';
import { ImageError } from './image-error.ts';
import { CHUNK_FRAME_BYTES, crc32, PNG_HEADER_BYTES, PNG_SIGNATURE } from './png-format.ts';

const MAX_PIXELS = 16_000_000;
/** Writers make chunks of 8 kB and more: 128 MB of pixels are 16,000 of them. */
const MAX_CHUNKS = 65_536;
const GREY = 0;
const RGB = 2;
const PALETTE = 3;
const GREY_ALPHA = 4;
const RGBA = 6;
/** Samples of a pixel and the depths allowed, by colour type (§11.2.1). */
const FORMS: ReadonlyMap<number, { readonly samples: number; readonly depths: readonly number[] }> = new Map([
  [GREY, { samples: 1, depths: [1, 2, 4, 8, 16] }],
  [RGB, { samples: 3, depths: [8, 16] }],
  [PALETTE, { samples: 1, depths: [1, 2, 4, 8] }],
  [GREY_ALPHA, { samples: 2, depths: [8, 16] }],
  [RGBA, { samples: 4, depths: [8, 16] }],
]);

export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** Three bytes a pixel, row by row. */
  readonly data: Uint8Array;
}

/** Throws `IMAGE_INVALID` or, above 16 million pixels, `IMAGE_TOO_LARGE`. */
export function readPng(bytes: Uint8Array): RgbImage {
  const { header, palette, data } = readChunks(bytes);
  const filtered = inflate(header, data);
  return {
    width: header.width,
    height: header.height,
    data: toRgb(header, palette, unfilter(header, filtered)),
  };
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly colourType: number;
  /** Bits a sample. */
  readonly depth: number;
  readonly samples: number;
  /** Bytes of a row without its filter byte. */
  readonly rowBytes: number;
}

interface Chunks {
  readonly header: Header;
  readonly palette: Uint8Array;
  readonly data: Uint8Array;
}

function readChunks(bytes: Uint8Array): Chunks {
  if (PNG_SIGNATURE.some((byte, i) => bytes[i] !== byte)) throw invalid('no signature');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: Header | undefined;
  let palette: Uint8Array = new Uint8Array(0);
  const data: Uint8Array[] = [];
  let count = 0;
  let type = '';
  for (let at = PNG_SIGNATURE.length; type !== 'IEND';) {
    const end =
      at + CHUNK_FRAME_BYTES <= bytes.length ? at + CHUNK_FRAME_BYTES + view.getUint32(at) : Infinity;
    if (end > bytes.length) throw invalid('cut short');
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4))
      throw invalid('a chunk is damaged');
    type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const content = bytes.subarray(at + 8, end - 4);
    if (type === 'IHDR') header = readHeader(content);
    else if (type === 'PLTE') palette = content;
    else if (type === 'IDAT') data.push(content);
    if (++count > MAX_CHUNKS) throw invalid('too many chunks');
    at = end;
  }
  if (header === undefined) throw invalid('no header');
  return { header, palette, data: join(data) };
}

/** As `concatBytes`, which takes no more parts than the stack has room for. */
function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function readHeader(content: Uint8Array): Header {
  if (content.length !== PNG_HEADER_BYTES) throw invalid('header');
  const view = new DataView(content.buffer, content.byteOffset);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  const depth = view.getUint8(8);
  const colourType = view.getUint8(9);
  const form = FORMS.get(colourType);
  if (width === 0 || height === 0 || form === undefined || !form.depths.includes(depth))
    throw invalid('header');
  if (view.getUint8(12) !== 0) throw invalid('interlaced pictures are not read');
  if (width * height > MAX_PIXELS) throw new ImageError('IMAGE_TOO_LARGE', `more than ${MAX_PIXELS} pixels`);
  const { samples } = form;
  return { width, height, colourType, depth, samples, rowBytes: Math.ceil((width * samples * depth) / 8) };
}

function inflate({ height, rowBytes }: Header, data: Uint8Array): Uint8Array {
  const expected = height * (rowBytes + 1);
  try {
    const filtered = fromZlib(data, expected);
    if (filtered.length === expected) return filtered;
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause;
    throw new ImageError('IMAGE_INVALID', 'not a PNG that we read: its pixels do not inflate', { cause });
  }
  throw invalid('pixels are missing');
}

/** Undoes the filter that each row names (§9.2); what lies outside of the picture counts as 0. */
function unfilter({ height, rowBytes, samples, depth }: Header, filtered: Uint8Array): Uint8Array {
  const step = Math.max(1, (samples * depth) / 8);
  const raw = new Uint8Array(height * rowBytes);
  for (let y = 0; y < height; y++) {
    // Every index below lies within the two arrays: `filtered` has one byte a row more than `raw`.
    const from = y * (rowBytes + 1);
    const filter = filtered[from]!;
    if (filter > 4) throw invalid('a filter that does not exist');
    for (let i = 0; i < rowBytes; i++) {
      const at = y * rowBytes + i;
      const left = i >= step ? raw[at - step]! : 0;
      const above = y > 0 ? raw[at - rowBytes]! : 0;
      const corner = y > 0 && i >= step ? raw[at - rowBytes - step]! : 0;
      const predictions = filter === 4 ? paeth(left, above, corner) : filter === 3 ? (left + above) >> 1 : 0;
      raw[at] = filtered[from + 1 + i]! + (filter === 1 ? left : filter === 2 ? above : predictions);
    }
  }
  return raw;
}

function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

function toRgb(header: Header, palette: Uint8Array, raw: Uint8Array): Uint8Array {
  const { width, height, colourType, samples } = header;
  const rgb = new Uint8Array(width * height * 3);
  const hasAlpha = colourType === GREY_ALPHA || colourType === RGBA;
  const isColour = colourType === RGB || colourType === RGBA;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const first = x * samples;
      const alpha = hasAlpha ? sampleAt(header, raw, y, first + samples - 1) : 255;
      for (let colour = 0; colour < 3; colour++) {
        const sample = sampleAt(header, raw, y, isColour ? first + colour : first);
        const value = colourType === PALETTE ? (palette[sample * 3 + colour] ?? 0) : sample;
        rgb[at + colour] = 255 + ((value - 255) * alpha) / 255;
      }
    }
  }
  return rgb;
}

/** A sample as 0 to 255, or as it is when it is an index of the palette. */
function sampleAt(
  { depth, rowBytes, colourType }: Header,
  raw: Uint8Array,
  y: number,
  index: number,
): number {
  const bit = index * depth;
  // The row has all samples of its pixels.
  const byte = raw[y * rowBytes + (bit >> 3)]!;
  if (depth >= 8) return byte;
  const highest = (1 << depth) - 1;
  const value = (byte >> (8 - depth - (bit & 7))) & highest;
  return colourType === PALETTE ? value : (value * 255) / highest;
}

function invalid(what: string): ImageError {
  return new ImageError('IMAGE_INVALID', `not a PNG that we read: ${what}`);
}
