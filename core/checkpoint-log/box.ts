/**
 * A box of the log of checks, which only the authority can open: ECIES on P-256. 1,150 bytes, whatever is in it:
 *
 *   version u8 (1) ‖ recipient 32 ‖ one-time public key 65 ‖ nonce 12 ‖ AES-256-GCM(text 1024) ‖ tag 16
 *
 *   recipient = RFC 7638 thumbprint of the authority's public key
 *   key       = HKDF-SHA-256(ECDH secret, salt = one-time public key, info = "hcl/checkpoint-log/1")
 *   AAD       = version ‖ recipient
 *
 * The text is UTF-8 and filled up with spaces, so that its length tells nothing. Pages seal with WebCrypto
 * (`web/checkpoint/log/seal.ts`), the command line opens with OpenSSL (`cli/log/open-box.ts`).
 */
import { concatBytes } from '../bytes/concat.ts';
import { LogError } from './errors.ts';

export interface Box {
  /** 32 bytes. */
  readonly recipient: Uint8Array;
  /** 65 bytes, SEC 1 uncompressed. */
  readonly oneTimeKey: Uint8Array;
  /** 12 bytes. */
  readonly nonce: Uint8Array;
  /** With its tag at the end. */
  readonly sealed: Uint8Array;
}

export const BOX_INFO = 'hcl/checkpoint-log/1';
export const BOX_TEXT_BYTES = 1024;
export const BOX_NONCE_BYTES = 12;
export const BOX_TAG_BYTES = 16;
const VERSION = 1;
const RECIPIENT_END = 1 + 32;
const KEY_END = RECIPIENT_END + 65;
const NONCE_END = KEY_END + BOX_NONCE_BYTES;
const BOX_BYTES = NONCE_END + BOX_TEXT_BYTES + BOX_TAG_BYTES;

/** What the seal covers beside the text. */
export function boxAad(recipient: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(VERSION), recipient);
}

export function toBox({ nonce, oneTimeKey, recipient, sealed }: Box): Uint8Array {
  return concatBytes(boxAad(recipient), oneTimeKey, nonce, sealed);
}

/** Throws `LOG_VERSION_UNKNOWN`, `LOG_BOX_DAMAGED`. */
export function parseBox(bytes: Uint8Array): Box {
  if (bytes.length > 0 && bytes[0] !== VERSION)
    throw new LogError('LOG_VERSION_UNKNOWN', 'the box is of another version');
  if (bytes.length !== BOX_BYTES) throw new LogError('LOG_BOX_DAMAGED', `a box has ${BOX_BYTES} bytes`);
  return {
    recipient: bytes.subarray(1, RECIPIENT_END),
    oneTimeKey: bytes.subarray(RECIPIENT_END, KEY_END),
    nonce: bytes.subarray(KEY_END, NONCE_END),
    sealed: bytes.subarray(NONCE_END),
  };
}
