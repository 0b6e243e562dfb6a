/**
 * Pictures as a camera would see them: a QR code on a grey wall, turned, tilted, dim, far away, with a lamp in it, cut
 * off; and videos of them (Y4M, 4:2:0), which headless Chromium takes for a camera's. Drawn, not photographed: what is
 * proved is the way from a picture to an answer, not the optics.
 */
import { Buffer } from 'node:buffer';
import { qrMatrix, type QrMatrix } from '../../../core/qr/image.ts';

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly codes: readonly PlacedCode[];
  /** 0 … 1 of the light there is. Default 1. */
  readonly light?: number;
  /** Pixels over which the lens smears a point, to each side. */
  readonly blur?: number;
  /** White discs. */
  readonly lamps?: readonly { readonly x: number; readonly y: number; readonly radius: number }[];
}

export interface PlacedCode {
  readonly text: string;
  /** Centre. */
  readonly x: number;
  readonly y: number;
  /** Side with its quiet zone, in pixels. */
  readonly side: number;
  /** Turned in the plane. */
  readonly degrees?: number;
  /** How much shorter the far edge is than the near one: 0.3 is a code held at a slant. */
  readonly slant?: number;
}

/** One byte for each pixel. */
export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  readonly luma: Uint8Array;
}

const WALL = 150;
const PAPER = 225;
const INK = 25;
const LAMP = 255;

export function drawScene({ blur = 0, codes, height, lamps = [], light = 1, width }: Scene): GreyPicture {
  const luma = new Uint8Array(width * height).fill(WALL * light);
  for (const code of codes) drawCode({ width, height, luma }, code, light);
  for (const { radius, x, y } of lamps) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        if (Math.hypot(column - x, row - y) < radius) luma[row * width + column] = LAMP;
      }
    }
  }
  return blur === 0 ? { width, height, luma } : smear({ width, height, luma }, blur);
}

/** The mean over a square around each point, along and then down. */
function smear({ height, luma, width }: GreyPicture, blur: number): GreyPicture {
  const mean = (from: Uint8Array, step: number): Uint8Array =>
    from.map((_, i) => {
      let sum = 0;
      for (let k = -blur; k <= blur; k++) sum += from[i + k * step] ?? WALL;
      return sum / (2 * blur + 1);
    });
  return { width, height, luma: mean(mean(luma, 1), width) };
}

function drawCode({ height, luma, width }: GreyPicture, code: PlacedCode, light: number): void {
  const { degrees = 0, side, slant = 0, text, x, y } = code;
  const matrix = qrMatrix(text);
  const angle = (degrees * Math.PI) / 180;
  const [left, right] = reach(x, side, width);
  const [top, bottom] = reach(y, side, height);
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const dx = column + 0.5 - x;
      const dy = row + 0.5 - y;
      // Back from the picture to the paper: turned, then seen at a slant, its upper edge further away.
      const u = dx * Math.cos(angle) + dy * Math.sin(angle);
      const v = dy * Math.cos(angle) - dx * Math.sin(angle);
      const distance = 1 + (slant * v) / side;
      const dark = isDark(matrix, u / (side * distance) + 0.5, v / (side * distance) + 0.5);
      if (dark !== undefined) luma[row * width + column] = (dark ? INK : PAPER) * light;
    }
  }
}

/** Where something of this size can be, however it is turned. */
function reach(centre: number, side: number, end: number): readonly [from: number, to: number] {
  return [Math.max(0, Math.floor(centre - side)), Math.min(end, Math.ceil(centre + side))];
}

/** At a share of the width and height; `undefined` beside the paper. */
function isDark(matrix: QrMatrix, u: number, v: number): boolean | undefined {
  if (u < 0 || v < 0 || u >= 1 || v >= 1) return undefined;
  return matrix[Math.floor(v * matrix.length)]?.[Math.floor(u * matrix.length)];
}

export function toRgba({ height, luma, width }: GreyPicture): {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
} {
  const data = new Uint8ClampedArray(width * height * 4);
  luma.forEach((value, i) => data.set([value, value, value, 255], i * 4));
  return { width, height, data };
}

/** All pictures have the size of the first. */
export function toVideo(pictures: readonly GreyPicture[], picturesASecond: number): Uint8Array {
  const [{ height, width } = { height: 0, width: 0 }] = pictures;
  const grey = new Uint8Array((width * height) / 2).fill(128);
  const header = `YUV4MPEG2 W${width} H${height} F${picturesASecond}:1 Ip A1:1 C420jpeg\n`;
  return Buffer.concat([
    Buffer.from(header),
    ...pictures.flatMap(({ luma }) => [Buffer.from('FRAME\n'), luma, grey]),
  ]);
}

const WIDTH = 1280;
const HEIGHT = 720;
const CENTRE = { x: WIDTH / 2, y: HEIGHT / 2 } as const;
const size = { width: WIDTH, height: HEIGHT } as const;

/** What a checkpoint meets. */
export const SCENES = {
  clean: (text: string): Scene => ({ ...size, codes: [{ text, ...CENTRE, side: 560 }] }),
  tilted: (text: string): Scene => ({
    ...size,
    codes: [{ text, ...CENTRE, side: 500, degrees: 23, slant: 0.3 }],
  }),
  dim: (text: string): Scene => ({ ...size, codes: [{ text, ...CENTRE, side: 560 }], light: 0.25 }),
  small: (text: string): Scene => ({ ...size, codes: [{ text, x: 760, y: 400, side: 320 }] }),
  two: (text: string, other: string): Scene => ({
    ...size,
    codes: [
      { text, x: 340, y: 360, side: 460 },
      { text: other, x: 940, y: 360, side: 460 },
    ],
  }),
  none: (): Scene => ({ ...size, codes: [], lamps: [{ x: 300, y: 200, radius: 60 }] }),
  dark: (): Scene => ({ ...size, codes: [], light: 0.1, lamps: [{ x: 200, y: 100, radius: 40 }] }),
  blurred: (text: string): Scene => ({ ...size, codes: [{ text, ...CENTRE, side: 560 }], blur: 5 }),
  covered: (): Scene => ({ ...size, codes: [], light: 0.05 }),
  cut: (text: string): Scene => ({ ...size, codes: [{ text, x: WIDTH - 100, y: 360, side: 620 }] }),
  glare: (text: string): Scene => ({
    ...size,
    codes: [{ text, ...CENTRE, side: 600 }],
    lamps: [{ x: 660, y: 380, radius: 170 }],
  }),
} as const;
