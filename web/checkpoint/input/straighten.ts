/**
 * A code that is turned or seen at a slant, set upright by its three finder patterns: npm `qr` 0.7 takes the size of a
 * module along the axes of the picture, and loses large codes that are turned by more than some 20°.
 */
import type { Corner, Picture } from './diagnose.ts';

/** Centres of the finder patterns. */
export interface Finders {
  readonly tl: Corner;
  readonly tr: Corner;
  readonly bl: Corner;
}

/** Of the distance between two finder patterns, what lies beyond them, quiet zone included. */
const MARGIN = 0.3;
const MAX_SIDE = 900;

/** `undefined`: the three lie in a line, or too close together to be a code. */
export function straighten(picture: Picture, { bl, tl, tr }: Finders): Picture | undefined {
  const along = { x: tr.x - tl.x, y: tr.y - tl.y };
  const down = { x: bl.x - tl.x, y: bl.y - tl.y };
  const length = Math.max(Math.hypot(along.x, along.y), Math.hypot(down.x, down.y));
  const area = Math.abs(along.x * down.y - along.y * down.x);
  if (!(area > length * length * 0.2) || length < 30) return undefined;
  const side = Math.min(MAX_SIDE, Math.round(length * (1 + 2 * MARGIN)));
  const data = new Uint8ClampedArray(side * side * 4);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const u = ((column + 0.5) / side) * (1 + 2 * MARGIN) - MARGIN;
      const v = ((row + 0.5) / side) * (1 + 2 * MARGIN) - MARGIN;
      const x = tl.x + u * along.x + v * down.x;
      const y = tl.y + u * along.y + v * down.y;
      const grey = sample(picture, x - 0.5, y - 0.5);
      const at = (row * side + column) * 4;
      data[at] = data[at + 1] = data[at + 2] = grey;
      data[at + 3] = 255;
    }
  }
  return { width: side, height: side, data };
}

/** The green of four neighbours, weighed by how near they are; outside the picture the nearest edge. */
function sample({ data, height, width }: Picture, x: number, y: number): number {
  const left = Math.min(width - 2, Math.max(0, Math.floor(x)));
  const top = Math.min(height - 2, Math.max(0, Math.floor(y)));
  const u = Math.min(1, Math.max(0, x - left));
  const v = Math.min(1, Math.max(0, y - top));
  const at = (top * width + left) * 4 + 1;
  const below = at + width * 4;
  // All four lie in the picture, which is more than a pixel wide and high.
  const upper = data[at]! * (1 - u) + data[at + 4]! * u;
  const lower = data[below]! * (1 - u) + data[below + 4]! * u;
  return upper * (1 - v) + lower * v;
}
