/**
 * What is wrong with a picture in which no code can be read, so that whoever holds it can put it right. Told from the
 * brightness of the picture and from what the decoder found of a code.
 */
export const TROUBLES = ['nothing', 'covered', 'coarse', 'dark', 'cut', 'glare', 'blurred'] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGBA. */
  readonly data: Uint8ClampedArray;
}

export interface Corner {
  readonly x: number;
  readonly y: number;
}

/** What the decoder found: nothing, or where a code seems to be. */
export interface Found {
  /** The outer corners of the code that it could not read, in order. */
  readonly corners: readonly Corner[];
}

const SAMPLES_A_SIDE = 64;
const CELLS_A_SIDE = 6;
/** Mean of 0 to 255 below which a camera sees too little. */
const DARK_BELOW = 40;
/** Difference between the brightest and the darkest sample of a covered lens, or of a camera that is switched off. */
const FLAT_BELOW = 12;
/** Pixels of the shorter side, below which the modules of a version 20 code run together. */
const COARSE_BELOW = 360;
const WHITE_FROM = 235;
/** A cell of a code is half dark; one in which nothing is, is washed out. */
const WASHED_OUT_CELLS = 4;
/** Pixels from the edge at which it is looked along. */
const EDGE = 2;
const CHANGES_OF_A_CODE = 16;
const CONTRAST_OF_A_CODE = 60;

export function diagnose(picture: Picture, found: Found | undefined): Trouble {
  const { darkest, brightest, mean } = brightnessOf(picture);
  if (brightest - darkest < FLAT_BELOW) return 'covered';
  if (Math.min(picture.width, picture.height) < COARSE_BELOW) return 'coarse';
  if (isCut(picture)) return 'cut';
  if (found !== undefined) {
    return washedOutCells(picture, found) >= WASHED_OUT_CELLS ? 'glare' : 'blurred';
  }
  return mean < DARK_BELOW ? 'dark' : 'nothing';
}

/** A code that runs out of the picture alternates along its edge as nothing else does. */
function isCut(picture: Picture): boolean {
  const { height, width } = picture;
  const across = Array.from({ length: width }, (_, x) => x);
  const down = Array.from({ length: height }, (_, y) => y);
  const edges = [
    across.map((x) => brightnessAt(picture, { x, y: EDGE })),
    across.map((x) => brightnessAt(picture, { x, y: height - 1 - EDGE })),
    down.map((y) => brightnessAt(picture, { x: EDGE, y })),
    down.map((y) => brightnessAt(picture, { x: width - 1 - EDGE, y })),
  ];
  return edges.some((edge) => changesAlong(edge) >= CHANGES_OF_A_CODE);
}

/** How often a line goes from dark to light and back; a line without contrast never does. */
function changesAlong(line: readonly number[]): number {
  const darkest = line.reduce((least, value) => Math.min(least, value), Infinity);
  const brightest = line.reduce((most, value) => Math.max(most, value), -Infinity);
  if (brightest - darkest < CONTRAST_OF_A_CODE) return 0;
  const middle = (darkest + brightest) / 2;
  return line.filter((value, i) => i > 0 && value > middle !== (line[i - 1] ?? value) > middle).length;
}

/** Of a grid laid over the code, the cells in which nothing is dark. */
function washedOutCells(picture: Picture, { corners }: Found): number {
  const [a, b, c, d] = corners;
  if (a === undefined || b === undefined || c === undefined || d === undefined) return 0;
  let count = 0;
  for (let row = 0; row < CELLS_A_SIDE; row++) {
    for (let column = 0; column < CELLS_A_SIDE; column++) {
      if (
        isWashedOut(picture, (u, v) =>
          within([a, b, c, d], (column + u) / CELLS_A_SIDE, (row + v) / CELLS_A_SIDE),
        )
      )
        count++;
    }
  }
  return count;
}

const STEPS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

function isWashedOut(picture: Picture, at: (u: number, v: number) => Corner): boolean {
  return STEPS.every((v) => STEPS.every((u) => brightnessAt(picture, at(u, v)) >= WHITE_FROM));
}

/** The point of a quadrilateral at the share `u` of its width and `v` of its height. */
function within([a, b, c, d]: readonly [Corner, Corner, Corner, Corner], u: number, v: number): Corner {
  const between = (p: number, q: number, t: number): number => p + (q - p) * t;
  return {
    x: between(between(a.x, b.x, u), between(d.x, c.x, u), v),
    y: between(between(a.y, b.y, u), between(d.y, c.y, u), v),
  };
}

function brightnessOf(picture: Picture): {
  readonly darkest: number;
  readonly brightest: number;
  readonly mean: number;
} {
  const samples: number[] = [];
  for (let row = 0; row < SAMPLES_A_SIDE; row++) {
    for (let column = 0; column < SAMPLES_A_SIDE; column++) {
      const x = (column + 0.5) * (picture.width / SAMPLES_A_SIDE);
      const y = (row + 0.5) * (picture.height / SAMPLES_A_SIDE);
      samples.push(brightnessAt(picture, { x, y }));
    }
  }
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  return { darkest: Math.min(...samples), brightest: Math.max(...samples), mean };
}

/** Rec. 601 luma; outside the picture it is black. */
function brightnessAt({ data, height, width }: Picture, { x, y }: Corner): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  if (column < 0 || row < 0 || column >= width || row >= height) return 0;
  const at = (row * width + column) * 4;
  return 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
}
