/**
 * The systems that a record is told in beside our own: `hcert` as EU Digital COVID Certificate (`HC1:`), `shc` as SMART
 * Health Card (`shc:/`). A code of theirs is a credential of the record too: kept, anchored and erased with it.
 */
import type { Crypto } from '../../core/crypto.ts';
import { isJsonObject, type JsonObject } from '../../core/bytes/strict-json.ts';
import { invariant } from '../../core/errors.ts';
import { decodeForeign } from '../../core/foreign/decode.ts';
import { hcertHeader, unsignedHcert } from '../../core/foreign/hcert/encode.ts';
import { shcHeader, unsignedShc } from '../../core/foreign/shc/encode.ts';
import type { UnsignedCode } from '../../core/foreign/unsigned-code.ts';
import type { ForeignFormat, SignedParts } from '../record-entry.ts';
import { certificateKid, type DocumentSigner } from './document-signers.ts';

/** Protected header under this key and certificate; `undefined` when the key cannot sign in this format. */
export function headerOf(
  format: ForeignFormat,
  { kid, certificate }: DocumentSigner,
  crypto: Crypto,
): Uint8Array | undefined {
  if (format === 'shc') return shcHeader(kid);
  return certificate === undefined ? undefined : hcertHeader(certificateKid(crypto, certificate));
}

export function unsignedOf(
  format: ForeignFormat,
  headerBytes: Uint8Array,
  payloadBytes: Uint8Array,
): UnsignedCode {
  return format === 'hcert'
    ? unsignedHcert(headerBytes, payloadBytes)
    : unsignedShc(headerBytes, payloadBytes);
}

/** The text of a code that was signed here. */
export function foreignText(
  format: ForeignFormat,
  { headerBytes, payloadBytes, signature }: SignedParts,
): string {
  return unsignedOf(format, headerBytes, payloadBytes).toText(signature);
}

/** All that such a code says. */
export function foreignContent(format: ForeignFormat, parts: SignedParts, crypto: Crypto): JsonObject {
  const code = decodeForeign(foreignText(format, parts), crypto);
  invariant(code !== undefined, 'what was made here is read here');
  const { content } = code.read();
  invariant(isJsonObject(content), 'a health certificate is an object');
  return content;
}
