/**
 * What a holder adds to a code to show that they hold its key, here and now: a dynamic code. It stands after the path
 * and is announced by flag 1:
 *
 *   time u32 (Unix seconds) ‖ gate u32 (0 = any) ‖ holder's signature r ‖ s (64), 72 bytes
 *
 * The signature is ES256 by the key in the credential's `cnf`, over
 *
 *   "hcl/present/1\0" ‖ commitment (75) ‖ time u32 ‖ gate u32
 *
 * The key itself is not repeated: the commitment covers the payload, and the payload holds it.
 */
import { ByteWriter } from '../bytes/byte-writer.ts';
import { concatBytes } from '../bytes/concat.ts';
import { toUtf8 } from '../bytes/utf8.ts';

/** When and where a code is shown. */
export interface Occasion {
  /** Unix seconds, below 2^32. */
  readonly timeSeconds: number;
  /** Number of the gate that it is for, below 2^32; 0 = whichever. */
  readonly gate: number;
}

export interface Presentation extends Occasion {
  /** r ‖ s, 64 bytes. */
  readonly signature: Uint8Array;
}

export const ANY_GATE = 0;
export const PRESENTATION_BYTES = 72;
const OCCASION_BYTES = 8;
const DOMAIN = toUtf8('hcl/present/1\0');

/** What the holder signs. @param commitment 75 bytes */
export function presentationMessage(commitment: Uint8Array, occasion: Occasion): Uint8Array {
  return concatBytes(DOMAIN, commitment, occasionBytes(occasion));
}

export function writePresentation(presentation: Presentation): Uint8Array {
  return concatBytes(occasionBytes(presentation), presentation.signature);
}

/** @param bytes {@link PRESENTATION_BYTES} */
export function readPresentation(bytes: Uint8Array): Presentation {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    timeSeconds: view.getUint32(0),
    gate: view.getUint32(4),
    signature: bytes.subarray(OCCASION_BYTES),
  };
}

function occasionBytes({ gate, timeSeconds }: Occasion): Uint8Array {
  return new ByteWriter().u32(timeSeconds).u32(gate).bytes;
}
