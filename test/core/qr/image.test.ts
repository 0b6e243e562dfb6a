import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { concatBytes } from '../../../core/bytes/concat.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { encodeCode } from '../../../core/qr/code.ts';
import { QUIET_ZONE, qrMatrix, qrVersion, readQrImage, toPng, toSvg } from '../../../core/qr/image.ts';
import { crc32, PNG_SIGNATURE } from '../../../core/qr/png-format.ts';
import { readPng } from '../../../core/qr/png-reader.ts';
import { toTerminal } from '../../../core/qr/terminal.ts';
import { Random } from '../../support/random.ts';
import { sampleParts } from '../../support/sample-codes.ts';
import { testSeed } from '../../support/scale.ts';
import { expectThrows } from '../../support/throws-code.ts';

const random = new Random(testSeed);
const text = encodeCode(
  sampleParts(random, { profile: 'travel', type: 'vaccination', hasChineseName: true }),
);
const matrix = qrMatrix(text);

describe('QR image', () => {
  it('has a quiet zone of four light modules on every side', () => {
    const edges = [0, 1, 2, 3].flatMap((i) => [
      ...(matrix[i] ?? []),
      ...(matrix[matrix.length - 1 - i] ?? []),
      ...matrix.flatMap((row) => [row[i], row[row.length - 1 - i]]),
    ]);
    expect(edges.some((isDark) => isDark)).to.equal(false);
    expect(matrix[QUIET_ZONE]?.[QUIET_ZONE]).to.equal(true);
  });

  const versions: readonly (readonly [characters: number, version: number])[] = [
    [816, 18],
    [817, 19],
    [909, 19],
    [910, 20],
    [970, 20],
    [971, 21],
    [1248, 23],
    [1249, 24],
    [3391, 40],
  ];
  for (const [characters, version] of versions) {
    it(`${characters} characters take version ${version} (ISO/IEC 18004 table 7, level M)`, () =>
      expect(qrVersion('A'.repeat(characters))).to.equal(version));
  }

  it('as PNG decodes to the same text', () => expect(readQrImage(toPng(text))).to.equal(text));

  it('as SVG shows the same modules', () => {
    const svg = toSvg(text);
    const side = matrix.length;
    expect(svg).to.match(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 (\d+) \1" /);
    const dark = Array.from({ length: side }, () => Array.from({ length: side }, () => false));
    for (const [, x, y, length] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
      dark[Number(y)]?.fill(true, Number(x), Number(x) + Number(length));
    }
    expect(dark).to.deep.equal(matrix);
  });

  it('in the terminal shows the same modules, black on white whatever the theme', () => {
    const lines = toTerminal(text).split('\n');
    expect(lines.pop()).to.equal('');
    const rows = lines.flatMap((line) => {
      const blocks = /^\u001b\[38;5;16;48;5;231m([ ▀▄█]+)\u001b\[0m$/.exec(line)?.[1] ?? '';
      return [
        [...blocks].map((block) => '▀█'.includes(block)),
        [...blocks].map((block) => '▄█'.includes(block)),
      ];
    });
    expect(rows.slice(0, matrix.length)).to.deep.equal(matrix);
  });

  it('is not made of what is not alphanumeric, or too long', () => {
    expectThrows(() => qrMatrix('HCL1:abc'), 'IMAGE_TEXT_UNFIT');
    expectThrows(() => qrMatrix('A'.repeat(3392)), 'IMAGE_TEXT_UNFIT');
  });

  it('of a device’s enrolment goes as bytes, and is read as it was', () => {
    const enrolment = `HCL-ENROL:${'aB3_-Zy9'.repeat(4)}`;
    expect(readQrImage(toPng(enrolment))).to.equal(enrolment);
  });

  it('without a code says so', () => {
    expectThrows(() => readQrImage(png(grey8)), 'IMAGE_WITHOUT_CODE');
  });
});

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  /** Rows with their filter bytes. */
  readonly pixels: Uint8Array;
  readonly palette?: Uint8Array;
  readonly interlace?: number;
}

/** A picture with two pixels a row, 20 and 250, twice. */
const grey8: Picture = {
  width: 2,
  height: 2,
  depth: 8,
  colourType: 0,
  pixels: Uint8Array.of(0, 20, 250, 0, 20, 250),
};

function png({ width, height, depth, colourType, pixels, palette, interlace = 0 }: Picture): Uint8Array {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([depth, colourType, 0, 0, interlace], 8);
  const data = deflateSync(pixels);
  return concatBytes(
    PNG_SIGNATURE,
    chunk('IHDR', header),
    chunk('tEXt', toUtf8('Comment\0specimen')),
    ...(palette === undefined ? [] : [chunk('PLTE', palette)]),
    chunk('IDAT', data.subarray(0, 5)),
    chunk('IDAT', data.subarray(5)),
    chunk('IEND', new Uint8Array(0)),
  );
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(toUtf8(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

describe('PNG reader (ISO/IEC 15948)', () => {
  it('CRC-32 of "123456789" is cbf43926', () => expect(crc32(toUtf8('123456789'))).to.equal(0xcbf43926));

  const rgbOf = (...greys: readonly number[]): Uint8Array =>
    Uint8Array.from(greys.flatMap((grey) => [grey, grey, grey]));
  const twice = rgbOf(20, 250, 20, 250);
  const pictures: readonly (readonly [name: string, picture: Picture, rgb: Uint8Array])[] = [
    ['8-bit grey', grey8, twice],
    ['filter Sub', { ...grey8, pixels: Uint8Array.of(1, 20, 230, 1, 20, 230) }, twice],
    ['filter Up', { ...grey8, pixels: Uint8Array.of(2, 20, 250, 2, 0, 0) }, twice],
    ['filter Average', { ...grey8, pixels: Uint8Array.of(3, 20, 240, 3, 10, 115) }, twice],
    ['filter Paeth', { ...grey8, pixels: Uint8Array.of(4, 20, 230, 4, 0, 0) }, twice],
    ['filter Paeth with a tie', { ...grey8, pixels: Uint8Array.of(0, 10, 6, 4, 2, 1) }, rgbOf(10, 6, 12, 7)],
    [
      '1-bit grey',
      { ...grey8, depth: 1, pixels: Uint8Array.of(0, 0b01000000, 0, 0b10000000) },
      rgbOf(0, 255, 255, 0),
    ],
    ['4-bit grey', { ...grey8, depth: 4, pixels: Uint8Array.of(0, 0x0f, 0, 0x81) }, rgbOf(0, 255, 136, 17)],
    [
      '16-bit grey',
      { ...grey8, depth: 16, pixels: Uint8Array.of(0, 20, 1, 250, 2, 0, 20, 3, 250, 4) },
      twice,
    ],
    [
      'RGB',
      { ...grey8, height: 1, colourType: 2, pixels: Uint8Array.of(1, 1, 2, 3, 10, 20, 30) },
      Uint8Array.of(1, 2, 3, 11, 22, 33),
    ],
    [
      'RGBA on white',
      { ...grey8, height: 1, colourType: 6, pixels: Uint8Array.of(0, 1, 2, 3, 255, 0, 0, 0, 0) },
      Uint8Array.of(1, 2, 3, 255, 255, 255),
    ],
    [
      'grey with alpha on white',
      { ...grey8, height: 1, colourType: 4, pixels: Uint8Array.of(0, 9, 255, 0, 51) },
      rgbOf(9, 204),
    ],
    [
      'a palette',
      {
        ...grey8,
        depth: 2,
        colourType: 3,
        pixels: Uint8Array.of(0, 0b01100000, 0, 0b00010000),
        palette: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
      },
      Uint8Array.of(4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6),
    ],
  ];
  for (const [name, picture, rgb] of pictures) {
    it(`reads ${name}`, () => {
      const { width, height } = picture;
      expect(readPng(png(picture))).to.deep.equal({ width, height, data: rgb });
    });
  }

  const good = png(grey8);
  const refused: readonly (readonly [why: string, bytes: Uint8Array, code: string])[] = [
    ['nothing', new Uint8Array(0), 'IMAGE_INVALID'],
    ['another format', toUtf8('GIF89a…'), 'IMAGE_INVALID'],
    ['a file cut short', good.slice(0, -1), 'IMAGE_INVALID'],
    ['a file without an end', good.slice(0, -12), 'IMAGE_INVALID'],
    ['a damaged chunk', good.map((byte, i) => (i === 20 ? byte ^ 1 : byte)), 'IMAGE_INVALID'],
    ['no header', concatBytes(PNG_SIGNATURE, chunk('IEND', new Uint8Array(0))), 'IMAGE_INVALID'],
    ['an interlaced picture', png({ ...grey8, interlace: 1 }), 'IMAGE_INVALID'],
    ['a colour type that does not exist', png({ ...grey8, colourType: 5 }), 'IMAGE_INVALID'],
    ['a depth that does not exist', png({ ...grey8, depth: 3 }), 'IMAGE_INVALID'],
    [
      'a filter that does not exist',
      png({ ...grey8, pixels: Uint8Array.of(5, 0, 0, 0, 0, 0) }),
      'IMAGE_INVALID',
    ],
    ['an empty picture', png({ ...grey8, width: 0 }), 'IMAGE_INVALID'],
    ['fewer pixels than announced', png({ ...grey8, height: 3 }), 'IMAGE_INVALID'],
    ['more pixels than announced', png({ ...grey8, height: 1 }), 'IMAGE_INVALID'],
    [
      'half a million chunks',
      concatBytes(
        good.subarray(0, 33),
        new Uint8Array(Buffer.alloc(500_000 * 12, chunk('IDAT', new Uint8Array(0)))),
        good.subarray(33),
      ),
      'IMAGE_INVALID',
    ],
    ['a picture of 4 × 10^9 pixels', png({ ...grey8, width: 65_536, height: 65_536 }), 'IMAGE_TOO_LARGE'],
  ];
  it('reads pixels in as many chunks as it takes', () => {
    const empty = new Uint8Array(Buffer.alloc(60_000 * 12, chunk('IDAT', new Uint8Array(0))));
    const many = concatBytes(good.subarray(0, 33), empty, good.subarray(33));
    expect(readPng(many)).to.deep.equal(readPng(good));
  });

  for (const [why, bytes, code] of refused)
    it(`refuses ${why}`, () => expectThrows(() => readPng(bytes), code));
});
