/**
 * How long a conversion is remembered after it ended, on either side: what the consent promises. Until then the code
 * that it was made of has ended too, so a nullifier that is forgotten here is of no code that anybody could show.
 */
import { toUtf8 } from '../../core/bytes/utf8.ts';

export const KEPT_SECONDS: number = 31 * 86_400;

/** So many are forgotten in one write. */
export const FORGOTTEN_AT_ONCE = 500;

/** In `meta`: something was forgotten, and the files that it stood in are not rewritten yet. */
export const TO_REWRITE: Uint8Array = toUtf8('conversions-to-rewrite');
