/** Errors of `core/health`. */
import { HclError } from '../errors.ts';

/** Bytes that are no colour act of this version, or that lack one of its parts. */
export class ColourError extends HclError<'COLOUR_ACT_INVALID'> {}
