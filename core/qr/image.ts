/**
 * QR pictures of codes (ISO/IEC 18004), through npm `qr`: alphanumeric mode, error correction level M, dark modules
 * on light with the quiet zone of four modules that scanners need. The prefix of a SMART Health Card is no alphanumeric
 * text, and its framework asks for level L. It wants digits in numeric mode too; `qr` writes one mode, so all goes as
 * bytes, and the symbol is larger than it need be.
 */
import { encodeQR } from 'qr';
import { decodeQR } from 'qr/decode.js';
import { ImageError } from './image-error.ts';
import { readJpeg } from './jpeg-reader.ts';
import { readPng, type RgbImage } from './png-reader.ts';
import { writePng } from './png-writer.ts';
import { textOfBytes } from './text-of-bytes.ts';

/** Modules of quiet zone on each side (ISO/IEC 18004 §6.3.8). */
export const QUIET_ZONE = 4;
const PNG_MODULE_PIXELS = 4;
const JPEG_FIRST_BYTE = 0xff;
/** Decoding a picture without a code ends after this; npm `qr` would stop after a frame of a camera. */
const DECODE_MILLISECONDS = 1000;

/** Rows of modules, `true` = dark, quiet zone included. */
export type QrMatrix = readonly (readonly boolean[])[];

const CARD = /^shc:\//;
const ENROLMENT = /^HCL-ENROL:/;

/**
 * Throws `IMAGE_TEXT_UNFIT` when `text` is not alphanumeric or longer than 3,391 characters; of a SMART Health Card when
 * longer than 2,953. A device's enrolment goes as bytes.
 */
export function qrMatrix(text: string): QrMatrix {
  const mode = {
    ecc: CARD.test(text) ? 'low' : 'medium',
    encoding: CARD.test(text) || ENROLMENT.test(text) ? 'byte' : 'alphanumeric',
  } as const;
  try {
    return encodeQR(text, 'raw', { ...mode, border: QUIET_ZONE });
  } catch (cause) {
    throw new ImageError('IMAGE_TEXT_UNFIT', 'no QR code holds this text', { cause });
  }
}

/** Version of the symbol, 1 (21 modules a side) to 40 (177). */
export function qrVersion(text: string): number {
  return (qrMatrix(text).length - 2 * QUIET_ZONE - 17) / 4;
}

/** One path of dark rows on a white square, one unit a module; scales to any size. */
export function toSvg(text: string): string {
  const matrix = qrMatrix(text);
  const side = matrix.length;
  const path = matrix.map((row, y) =>
    runsOf(row).map(({ start, length }) => `M${start} ${y}h${length}v1h-${length}z`),
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M0 0h${side}v${side}H0z"/><path d="${path.flat().join('')}"/></svg>`
  );
}

/** Black and white, four pixels a module. */
export function toPng(text: string): Uint8Array {
  const rows = qrMatrix(text).flatMap((row) => repeat(row.flatMap((isDark) => repeat(isDark))));
  return writePng(rows);
}

/**
 * The text of the QR code in a PNG or JPEG picture; throws `IMAGE_…` codes. Bytes that are no UTF-8 become one character
 * each, so that a code that holds a file is not lost.
 */
export function readQrImage(picture: Uint8Array): string {
  return decodeQrPicture(readPicture(picture));
}

/** A PNG or JPEG picture as RGB. */
export function readPicture(picture: Uint8Array): RgbImage {
  return picture[0] === JPEG_FIRST_BYTE ? readJpeg(picture) : readPng(picture);
}

export function decodeQrPicture(image: RgbImage): string {
  try {
    return decodeQR(image, { format: 'RGB', timeLimit: DECODE_MILLISECONDS, textDecoder: textOfBytes });
  } catch (cause) {
    throw new ImageError('IMAGE_WITHOUT_CODE', 'no QR code can be read in the picture', { cause });
  }
}

interface Run {
  readonly start: number;
  readonly length: number;
}

function runsOf(row: readonly boolean[]): readonly Run[] {
  const edges = row.flatMap((isDark, x) => (isDark === (row[x - 1] ?? false) ? [] : [x]));
  // The quiet zone is light, so edges come in pairs: into the dark and out of it.
  return edges.flatMap((start, i) =>
    i % 2 === 0 ? [{ start, length: (edges[i + 1] ?? row.length) - start }] : [],
  );
}

function repeat<T>(value: T): T[] {
  return Array.from({ length: PNG_MODULE_PIXELS }, () => value);
}
