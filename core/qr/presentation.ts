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
 *
 * Where a code is shown at a counter that is no gate, it is made for an audience: bytes that say which counter it is and
 * what for, and that both sides make alike. Gate is then the first bits of their hash, the highest one set, and the
 * signature covers all of them:
 *
 *   gate = 2^31 ‖ last 31 bits of the first u32 of SHA-256(audience)
 *   "hcl/present/2\0" ‖ commitment (75) ‖ time u32 ‖ gate u32 ‖ audience
 *
 * No gate takes such a code, whatever its number, and no such counter one that was made for a gate, or for any.
 */
import { ByteWriter } from '../bytes/byte-writer.ts';
import { concatBytes } from '../bytes/concat.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { Crypto } from '../crypto.ts';

/** When and where a code is shown. */
export interface Occasion {
  /** Unix seconds, below 2^32. */
  readonly timeSeconds: number;
  /** Number of the gate that it is for, below 2^32; 0 = whichever. Of an audience: see {@link audienceGate}. */
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
const AUDIENCE_DOMAIN = toUtf8('hcl/present/2\0');
const NO_GATE = 0x8000_0000;

/** What the holder signs. @param commitment 75 bytes @param audience whom alone it is for, where that is no gate */
export function presentationMessage(
  commitment: Uint8Array,
  occasion: Occasion,
  audience?: Uint8Array,
): Uint8Array {
  const place = occasionBytes(occasion);
  return audience === undefined
    ? concatBytes(DOMAIN, commitment, place)
    : concatBytes(AUDIENCE_DOMAIN, commitment, place, audience);
}

/** What stands for the gate in a code that is made for an audience. */
export function audienceGate({ sha256 }: Pick<Crypto, 'sha256'>, audience: Uint8Array): number {
  const hash = sha256(audience);
  return (new DataView(hash.buffer, hash.byteOffset).getUint32(0) | NO_GATE) >>> 0;
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
