/** Opens a box of the log of checks (`core/checkpoint-log/box.ts`) with the authority's private key, by OpenSSL. */
import { createDecipheriv, createPublicKey, diffieHellman, hkdfSync, type KeyObject } from 'node:crypto';
import { concatBytes } from '../../core/bytes/concat.ts';
import { equalBytes } from '../../core/bytes/equal.ts';
import { fromUtf8 } from '../../core/bytes/utf8.ts';
import { BOX_INFO, BOX_TAG_BYTES, boxAad, parseBox, type Box } from '../../core/checkpoint-log/box.ts';
import { parseEntry, type LogEntry } from '../../core/checkpoint-log/entry.ts';
import { LogError } from '../../core/checkpoint-log/errors.ts';
import { toJwk } from '../../core/credential/key.ts';
import type { LogKey } from './log-key.ts';

const KEY_BYTES = 32;

/** Throws `LOG_VERSION_UNKNOWN`, `LOG_KEY_OTHER`, `LOG_BOX_DAMAGED`, `LOG_ENTRY_INVALID`. */
export function openBox({ privateKey, thumbprint }: LogKey, bytes: Uint8Array): LogEntry {
  const box = parseBox(bytes);
  if (!equalBytes(box.recipient, thumbprint))
    throw new LogError('LOG_KEY_OTHER', 'the box was sealed for another key');
  const text = fromUtf8(unseal(privateKey, box));
  if (text === undefined) throw new LogError('LOG_ENTRY_INVALID', 'what is in the box is not UTF-8');
  return parseEntry(text.trimEnd());
}

function unseal(privateKey: KeyObject, { nonce, oneTimeKey, recipient, sealed }: Box): Uint8Array {
  try {
    const publicKey = createPublicKey({ key: { ...toJwk(oneTimeKey) }, format: 'jwk' });
    const secret = diffieHellman({ privateKey, publicKey });
    const key = new Uint8Array(hkdfSync('sha256', secret, oneTimeKey, BOX_INFO, KEY_BYTES));
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAAD(boxAad(recipient));
    decipher.setAuthTag(sealed.subarray(-BOX_TAG_BYTES));
    return concatBytes(decipher.update(sealed.subarray(0, -BOX_TAG_BYTES)), decipher.final());
  } catch (cause) {
    throw new LogError('LOG_BOX_DAMAGED', 'the box was changed', { cause });
  }
}
