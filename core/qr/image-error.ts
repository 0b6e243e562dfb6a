/** Why a QR image cannot be made or read. */
import { HclError } from '../errors.ts';

export type ImageErrorCode =
  /** Not a PNG of a form that we read. */
  | 'IMAGE_INVALID'
  | 'IMAGE_TOO_LARGE'
  /** The picture shows no readable QR code. */
  | 'IMAGE_WITHOUT_CODE'
  /** The text has more characters than a symbol at this level, or others than the alphanumeric ones. */
  | 'IMAGE_TEXT_UNFIT';

export class ImageError extends HclError<ImageErrorCode> {}
