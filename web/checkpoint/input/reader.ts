/** The worker that reads codes out of pictures. */
import readerUrl from './reader-worker.ts?worker&url';
import { WorkerClient } from '../../shared/worker-client.ts';
import type { Reading } from './read-picture.ts';
import type { ReadRequest } from './reader-worker.ts';
import { scaledTo } from './scaled.ts';

/** `undefined`: the file is no picture that this browser can show. */
export type ReadUpload = (file: Blob) => Promise<Reading | undefined>;

/** Of a phone's picture; a code may be a small part of it. */
const LONGEST_SIDE = 2400;

export class PictureReader {
  readonly #worker = new WorkerClient<ReadRequest, Reading>(readerUrl);

  /** Takes the picture over. */
  readonly readFrame = (bitmap: ImageBitmap): Promise<Reading> => {
    return this.#worker.ask({ bitmap, from: 'camera' }, [bitmap]);
  };

  readonly readUpload: ReadUpload = async (file) => {
    const whole = await createImageBitmap(file).catch(() => undefined);
    if (whole === undefined) return undefined;
    const scaled = scaledTo(LONGEST_SIDE, whole);
    const bitmap = scaled === undefined ? whole : await createImageBitmap(whole, scaled);
    return this.#worker.ask({ bitmap, from: 'upload' }, [bitmap]);
  };
}
