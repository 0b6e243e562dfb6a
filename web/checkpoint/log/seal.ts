/** Makes a box of the log (`core/checkpoint-log/box.ts`) with WebCrypto. Nothing here can open one. */
import { toCanonicalJson } from '../../../core/bytes/canonical-json.ts';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import { BOX_INFO, BOX_TEXT_BYTES, boxAad, toBox } from '../../../core/checkpoint-log/box.ts';
import { toJwk } from '../../../core/credential/key.ts';
import { invariant } from '../../../core/errors.ts';

export interface Recipient {
  readonly key: CryptoKey;
  /** RFC 7638. */
  readonly thumbprint: Uint8Array;
}

const P256 = { name: 'ECDH', namedCurve: 'P-256' } as const;
const SPACE = 0x20;

export async function importRecipient(subtle: SubtleCrypto, publicKey: JsonWebKey): Promise<Recipient> {
  const key = await subtle.importKey('jwk', publicKey, P256, true, []);
  const named = toJwk(new Uint8Array(await subtle.exportKey('raw', key)));
  const digest = await subtle.digest('SHA-256', toUtf8(toCanonicalJson(named)).slice());
  return { key, thumbprint: new Uint8Array(digest) };
}

/** Whether a box has room for it. */
export function isSealable(text: string): boolean {
  return toUtf8(text).length <= BOX_TEXT_BYTES;
}

/** @param nonce 12 random bytes */
export async function seal(
  subtle: SubtleCrypto,
  text: string,
  { nonce, recipient }: { readonly nonce: Uint8Array<ArrayBuffer>; readonly recipient: Recipient },
): Promise<Uint8Array<ArrayBuffer>> {
  const once = await subtle.generateKey(P256, false, ['deriveBits']);
  const oneTimeKey = new Uint8Array(await subtle.exportKey('raw', once.publicKey));
  const secret = await subtle.deriveBits({ name: 'ECDH', public: recipient.key }, once.privateKey, 256);
  const key = await keyFrom(subtle, secret, oneTimeKey);
  const additionalData = boxAad(recipient.thumbprint).slice();
  const sealed = await subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData }, key, padded(text));
  const box = { recipient: recipient.thumbprint, oneTimeKey, nonce, sealed: new Uint8Array(sealed) };
  // A copy: what is kept is kept with all of its buffer.
  return toBox(box).slice();
}

async function keyFrom(
  subtle: SubtleCrypto,
  secret: ArrayBuffer,
  salt: Uint8Array<ArrayBuffer>,
): Promise<CryptoKey> {
  const material = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt, info: toUtf8(BOX_INFO).slice() };
  return subtle.deriveKey(hkdf, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt']);
}

function padded(text: string): Uint8Array<ArrayBuffer> {
  invariant(isSealable(text), 'a box has one size');
  const all = new Uint8Array(BOX_TEXT_BYTES).fill(SPACE);
  all.set(toUtf8(text));
  return all;
}
