/** Reads codes out of pictures on a thread of its own. */
import { sayLoaded } from '../../shared/worker-loaded.ts';
import { CAMERA_EFFORT, readPicture, UPLOAD_EFFORT, type Reading } from './read-picture.ts';

export interface ReadRequest {
  readonly bitmap: ImageBitmap;
  readonly from: 'camera' | 'upload';
}

interface Envelope<Content> {
  readonly id: number;
  readonly content: Content;
}

const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext('2d', { willReadFrequently: true });

addEventListener('message', ({ data }: MessageEvent<Envelope<ReadRequest>>) => {
  const answer: Envelope<Reading> = { id: data.id, content: read(data.content) };
  postMessage(answer);
});
sayLoaded();

function read({ bitmap, from }: ReadRequest): Reading {
  const { width, height } = bitmap;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  if (context === null) return { kind: 'trouble', trouble: 'nothing' };
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const picture = context.getImageData(0, 0, width, height);
  return readPicture(picture, from === 'camera' ? CAMERA_EFFORT : UPLOAD_EFFORT);
}
