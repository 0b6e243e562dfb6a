/**
 * The code in a picture, by npm `qr`. What it finds and cannot read is set upright and tried once more. Two codes in
 * one picture are nobody's answer: which of them is meant, people have to say; so what was read is painted over, and
 * the picture is looked at again.
 */
import { decodeQR, type FinderPoints } from 'qr/decode.js';
import { textOfBytes } from '../../../core/qr/text-of-bytes.ts';
import { diagnose, type Picture, type Trouble } from './diagnose.ts';
import { straighten } from './straighten.ts';

export type Reading =
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'several' }
  | { readonly kind: 'trouble'; readonly trouble: Trouble };

export interface Effort {
  /** Milliseconds for further tries on a picture that is hard to read. */
  readonly milliseconds: number;
}

/** One frame of many: the next one may be better. */
export const CAMERA_EFFORT: Effort = { milliseconds: 30 };
/** A picture that there is only one of. */
export const UPLOAD_EFFORT: Effort = { milliseconds: 1500 };
const NO_EFFORT: Effort = { milliseconds: 0 };
const GREY = 0x80;

/** Paints over what it finds. */
export function readPicture(picture: Picture, effort: Effort): Reading {
  const { points, text } = lookTwice(picture, effort);
  if (text === undefined) {
    const found = points === undefined ? undefined : { corners: points.bounds };
    return { kind: 'trouble', trouble: diagnose(picture, found) };
  }
  if (points !== undefined) paintOver(picture, points);
  const other = lookTwice(picture, NO_EFFORT).text;
  return other === undefined || other === text ? { kind: 'code', text } : { kind: 'several' };
}

interface Look {
  readonly text?: string;
  /** Where a code is, or seems to be. */
  readonly points?: FinderPoints;
}

function lookTwice(picture: Picture, effort: Effort): Look {
  const first = look(picture, effort);
  if (first.text !== undefined || first.points === undefined) return first;
  const upright = straighten(picture, first.points);
  const { text } = upright === undefined ? {} : look(upright, effort);
  return text === undefined ? first : { ...first, text };
}

function look(picture: Picture, { milliseconds }: Effort): Look {
  let points: FinderPoints | undefined;
  const found = (): Look => (points === undefined ? {} : { points });
  try {
    const text = decodeQR(picture, {
      format: 'RGBA',
      timeLimit: milliseconds,
      textDecoder: textOfBytes,
      pointsOnDetect: (seen) => (points = seen),
    });
    return { text, ...found() };
  } catch {
    // It throws for every picture without a code that can be read.
    return found();
  }
}

function paintOver({ data, height, width }: Picture, { boundingBox }: FinderPoints): void {
  const { height: boxHeight, width: boxWidth, x, y } = boundingBox;
  const left = Math.max(0, Math.floor(x));
  const right = Math.min(width, Math.ceil(x + boxWidth));
  for (let row = Math.max(0, Math.floor(y)); row < Math.min(height, y + boxHeight); row++) {
    if (right > left) data.fill(GREY, (row * width + left) * 4, (row * width + right) * 4);
  }
}
