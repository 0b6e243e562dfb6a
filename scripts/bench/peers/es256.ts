/** Keys, signatures and tokens for the inputs, made with Node's own tools and no verifier's. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { Buffer } from 'node:buffer';
import { toUtf8 } from '../../../core/bytes/utf8.ts';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import { toBase64url } from '../../../core/bytes/base64url.ts';
import { invariant } from '../../../core/errors.ts';
import { jwkOf, thumbprintOf } from '../../../core/foreign/jose/jwk.ts';
import { TrustEntry } from '../../../core/foreign/trust-entry.ts';
import { toDerSignature } from '../../../service/der-signature.ts';
import { nodeCrypto } from '../../../service/node-crypto.ts';
import type { BareSignature } from './peer.ts';

export interface Es256Key {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** The public key, with its thumbprint as `kid`. */
  readonly jwk: JsonObject & { readonly kid: string };
}

export function makeKey(): Es256Key {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // A public P-256 key has text members only.
  const members = publicKey.export({ format: 'jwk' }) as JsonObject;
  const kid = thumbprintOf(nodeCrypto, jwkOf(new TrustEntry('key', members)));
  return { privateKey, publicKey, jwk: { ...members, kid, use: 'sig', alg: 'ES256' } };
}

/** r ‖ s, 64 bytes. */
export function signEs256(message: Uint8Array, key: KeyObject): Uint8Array {
  return new Uint8Array(sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }));
}

export function bareSignature(message: Uint8Array, signature: Uint8Array, key: KeyObject): BareSignature {
  const der = toDerSignature(signature);
  invariant(der !== undefined, 'an ES256 signature has 64 bytes');
  return { spki: new Uint8Array(key.export({ format: 'der', type: 'spki' })), message, der };
}

export function compactJws(header: JsonObject, payload: JsonObject, key: Es256Key): string {
  const signed = [header, payload].map((part) => toBase64url(toUtf8(JSON.stringify(part)))).join('.');
  return `${signed}.${toBase64url(signEs256(toUtf8(signed), key.privateKey))}`;
}

/** Of a compact JWS, whatever follows it after `~`. */
export function bareSignatureOf(text: string, publicKey: KeyObject): BareSignature {
  const [token = ''] = text.split('~');
  const end = token.lastIndexOf('.');
  return bareSignature(
    toUtf8(token.slice(0, end)),
    new Uint8Array(Buffer.from(token.slice(end + 1), 'base64url')),
    publicKey,
  );
}

/** `text` under the signature of `other`; both are compact JWS, whatever follows. */
export function underSignatureOf(other: string, text: string): string {
  const signature = /^[\w-]+\.[\w-]+\.([\w-]+)/.exec(other)?.[1] ?? '';
  return text.replace(/^([\w-]+\.[\w-]+\.)[\w-]+/, `$1${signature}`);
}
