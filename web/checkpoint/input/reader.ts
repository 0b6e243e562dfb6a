/** The worker that reads codes out of pictures. */
import readerUrl from './reader-worker.ts?worker&url';
import { WorkerClient } from '../../shared/worker-client.ts';
import type { Reading } from './read-picture.ts';
import type { ReadRequest } from './reader-worker.ts';

/** `undefined`: the file is no picture that this browser can show. */
export type ReadUpload = (file: Blob) => Promise<Reading | undefined>;

/** Longer sides are made this short: a phone's picture has more points than a code needs. */
const MAX_SIDE = 2400;

export class PictureReader {
  readonly #worker = new WorkerClient<ReadRequest, Reading>(readerUrl);

  /** Takes the picture over. */
  readonly readFrame = (bitmap: ImageBitmap): Promise<Reading> => {
    return this.#worker.ask({ bitmap, from: 'camera' }, [bitmap]);
  };

  readonly readUpload: ReadUpload = async (file) => {
    const whole = await createImageBitmap(file).catch(() => undefined);
    if (whole === undefined) return undefined;
    const scale = Math.min(1, MAX_SIDE / Math.max(whole.width, whole.height));
    const bitmap =
      scale === 1
        ? whole
        : await createImageBitmap(whole, {
            resizeWidth: Math.round(whole.width * scale),
            resizeHeight: Math.round(whole.height * scale),
            resizeQuality: 'high',
          });
    return this.#worker.ask({ bitmap, from: 'upload' }, [bitmap]);
  };
}
