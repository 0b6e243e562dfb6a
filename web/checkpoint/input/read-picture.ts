/**
 * The code in a picture, by npm `qr`. Two codes in one picture are nobody's answer: which of them is meant, people
 * have to say. What is found is painted over and the picture is looked at once more.
 */
import { decodeQR, type FinderPoints } from 'qr/decode.js';
import { textOfBytes } from '../../../core/qr/text-of-bytes.ts';
import { diagnose, type Found, type Picture, type Trouble } from './diagnose.ts';

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
const GREY = 0x80;

/** Paints over what it finds. */
export function readPicture(picture: Picture, effort: Effort): Reading {
  const first = look(picture, effort);
  if (first.text === undefined) return { kind: 'trouble', trouble: diagnose(picture, first.found) };
  if (first.points !== undefined) {
    paintOver(picture, first.points);
    const second = look(picture, { milliseconds: 0 });
    if (second.text !== undefined && second.text !== first.text) return { kind: 'several' };
  }
  return { kind: 'code', text: first.text };
}

interface Look {
  readonly text?: string;
  readonly points?: FinderPoints;
  readonly found?: Found;
}

function look(picture: Picture, { milliseconds }: Effort): Look {
  let points: FinderPoints | undefined;
  try {
    const text = decodeQR(picture, {
      format: 'RGBA',
      timeLimit: milliseconds,
      textDecoder: textOfBytes,
      pointsOnDetect: (found) => (points = found),
    });
    return { text, ...(points === undefined ? {} : { points }) };
  } catch {
    // It throws for every picture without a code that can be read.
    return points === undefined ? {} : { found: { corners: points.bounds } };
  }
}

function paintOver({ data, height, width }: Picture, { boundingBox }: FinderPoints): void {
  const { x, y, width: boxWidth, height: boxHeight } = boundingBox;
  const left = Math.max(0, Math.floor(x));
  const right = Math.min(width, Math.ceil(x + boxWidth));
  for (let row = Math.max(0, Math.floor(y)); row < Math.min(height, y + boxHeight); row++) {
    if (right > left) data.fill(GREY, (row * width + left) * 4, (row * width + right) * 4);
  }
}
