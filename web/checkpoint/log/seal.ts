/**
 * A box that only the authority can open: ECIES with WebCrypto.
 *
 *   65 bytes one-time P-256 public key ‖ 12 bytes nonce ‖ AES-256-GCM(padded text)
 *   key = HKDF-SHA-256(ECDH secret, salt = one-time public key, info = "hcl/checkpoint-log/1")
 *
 * The text is padded to 1024 bytes, so that its length tells nothing. Whoever holds the device, its
 * owner included, can add boxes and cannot read one.
 */
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { invariant } from '../../../core/errors.ts';

const INFO = new TextEncoder().encode('hcl/checkpoint-log/1');
const P256 = { name: 'ECDH', namedCurve: 'P-256' } as const;
const POINT_BYTES = 65;
const NONCE_BYTES = 12;
const TEXT_BYTES = 1024;
const SPACE = 0x20;

export async function importRecipient(subtle: SubtleCrypto, publicKey: JsonWebKey): Promise<CryptoKey> {
  return subtle.importKey('jwk', publicKey, P256, true, []);
}

/** Whether a box has room for it. */
export function isSealable(text: string): boolean {
  return toUtf8(text).length <= TEXT_BYTES;
}

/** @param nonce 12 random bytes */
export async function seal(
  subtle: SubtleCrypto,
  text: string,
  { nonce, recipient }: { readonly nonce: Uint8Array<ArrayBuffer>; readonly recipient: CryptoKey },
): Promise<Uint8Array<ArrayBuffer>> {
  const once = await subtle.generateKey(P256, false, ['deriveBits']);
  const point = new Uint8Array(await subtle.exportKey('raw', once.publicKey));
  const secret = await subtle.deriveBits({ name: 'ECDH', public: recipient }, once.privateKey, 256);
  const key = await keyFrom(subtle, secret, point);
  const sealed = new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, padded(text)));
  return joined(point, nonce, sealed);
}

/** For the authority. Rejects for a box that was not made for this key, or was changed. */
export async function open(
  subtle: SubtleCrypto,
  box: Uint8Array<ArrayBuffer>,
  privateKey: CryptoKey,
): Promise<string> {
  const point = box.slice(0, POINT_BYTES);
  const once = await subtle.importKey('raw', point, P256, true, []);
  const secret = await subtle.deriveBits({ name: 'ECDH', public: once }, privateKey, 256);
  const iv = box.slice(POINT_BYTES, POINT_BYTES + NONCE_BYTES);
  const sealed = box.slice(POINT_BYTES + NONCE_BYTES);
  const text = await subtle.decrypt({ name: 'AES-GCM', iv }, await keyFrom(subtle, secret, point), sealed);
  return new TextDecoder().decode(text).trimEnd();
}

async function keyFrom(
  subtle: SubtleCrypto,
  secret: ArrayBuffer,
  point: Uint8Array<ArrayBuffer>,
): Promise<CryptoKey> {
  const material = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: point, info: INFO };
  return subtle.deriveKey(hkdf, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

function padded(text: string): Uint8Array<ArrayBuffer> {
  invariant(isSealable(text), 'a box has one size');
  const all = new Uint8Array(TEXT_BYTES).fill(SPACE);
  all.set(toUtf8(text));
  return all;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
