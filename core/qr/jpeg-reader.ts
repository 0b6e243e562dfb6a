/** JPEG pictures (photos of codes) as RGB bytes, for the QR decoder: through npm `jpeg-js`, bounded. */
import { decode } from 'jpeg-js';
import { ImageError } from './image-error.ts';
import type { RgbImage } from './png-reader.ts';

const MAX_MEGAPIXELS = 16;
const MAX_MEMORY_MB = 256;

/** Throws `IMAGE_INVALID`, also for what is larger than 16 million pixels. */
export function readJpeg(bytes: Uint8Array): RgbImage {
  try {
    const { width, height, data } = decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: MAX_MEGAPIXELS,
      maxMemoryUsageInMB: MAX_MEMORY_MB,
    });
    return { width, height, data };
  } catch (cause) {
    throw new ImageError('IMAGE_INVALID', 'not a JPEG that can be read', { cause });
  }
}
