/** Errors of `core/bytes`: bytes or text that are not what their format allows. */
import { HclError } from '../errors.ts';

export type BytesErrorCode =
  | 'BASE45_INVALID'
  | 'BASE64_INVALID'
  | 'BASE64URL_INVALID'
  | 'BYTES_CUT_SHORT'
  | 'HEX_INVALID'
  | 'VARINT_INVALID'
  | 'CBOR_INVALID'
  | 'DER_INVALID'
  | 'JSON_INVALID'
  | 'JSON_NOT_CANONICAL'
  | 'JSON_NOT_OF_FORM'
  | 'INFLATE_INVALID'
  | 'INFLATE_TOO_LARGE';

export class BytesError extends HclError<BytesErrorCode> {}
