/**
 * Names under a secret key, so that a stolen store cannot be searched by guessing: handles and records as
 * HMAC-SHA-256 cut to 16 bytes, and record ids as the record's number enciphered (AES-256, one block: eight
 * zero bytes ‖ number), which nobody without the key can count or guess.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type Cipheriv,
  type KeyObject,
} from 'node:crypto';
import { fromBase64url, toBase64url } from '../core/bytes/base64url.ts';
import { readUint64, writeUint64 } from '../service/big-endian.ts';

const INDEX_BYTES = 16;
const ID_TEXT = /^[A-Za-z0-9_-]{21}[AQgw]$/;

export class KeyedIndex {
  // Key objects: imported once, and Node takes them five times as fast as bytes.
  readonly #handleKey: KeyObject;
  readonly #recordKey: KeyObject;
  readonly #idKey: KeyObject;
  /** A single block cipher keeps no state between blocks, so one serves for all ids. */
  readonly #idCipher: Cipheriv;

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    const derive = (purpose: string): KeyObject =>
      createSecretKey(createHmac('sha256', key).update(`hcl/index/1/${purpose}`).digest());
    this.#handleKey = derive('handle');
    this.#recordKey = derive('record');
    this.#idKey = derive('id');
    this.#idCipher = createCipheriv('aes-256-ecb', this.#idKey, null).setAutoPadding(false);
  }

  ofHandle(handle: string): Uint8Array {
    return keyed(this.#handleKey, handle);
  }

  ofRecord(canonicalRecord: Uint8Array): Uint8Array {
    return keyed(this.#recordKey, canonicalRecord);
  }

  /** 22 characters of base64url. */
  toRecordId(number: number): string {
    const block = new Uint8Array(16);
    writeUint64(block, 8, number);
    return toBase64url(this.#idCipher.update(block));
  }

  /** The number, or `undefined` when this key made no such id. */
  fromRecordId(id: string): number | undefined {
    if (!ID_TEXT.test(id)) return undefined;
    const block = createDecipheriv('aes-256-ecb', this.#idKey, null)
      .setAutoPadding(false)
      .update(fromBase64url(id));
    return readUint64(block, 0) === 0 ? readUint64(block, 8) : undefined;
  }
}

function keyed(key: KeyObject, value: string | Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(value).digest().subarray(0, INDEX_BYTES);
}
