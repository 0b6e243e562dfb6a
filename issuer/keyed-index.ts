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
  type Decipheriv,
} from 'node:crypto';
import { concatBytes } from '../core/bytes/concat.ts';
import { fromBase64url, toBase64url } from '../core/bytes/base64url.ts';
import { toUtf8 } from '../core/bytes/utf8.ts';
import { readUint64, writeUint64 } from '../service/big-endian.ts';
import { nodeCrypto } from '../service/node-crypto.ts';

const INDEX_BYTES = 16;
const ID_TEXT = /^[A-Za-z0-9_-]{21}[AQgw]$/;

export class KeyedIndex {
  readonly #handleKey: HmacKey;
  readonly #recordKey: HmacKey;
  readonly #requestKey: HmacKey;
  readonly #actRequestKey: HmacKey;
  readonly #rowsKey: HmacKey;
  readonly #documentKey: HmacKey;
  readonly #originalKey: HmacKey;
  readonly #peopleKey: HmacKey;
  /** A single block cipher keeps no state between blocks, so one of each serves for all ids. */
  readonly #idCipher: Cipheriv;
  readonly #idDecipher: Decipheriv;

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    const derive = (purpose: string): Uint8Array =>
      createHmac('sha256', key).update(`hcl/index/1/${purpose}`).digest();
    this.#handleKey = prepare(derive('handle'));
    this.#recordKey = prepare(derive('record'));
    this.#requestKey = prepare(derive('request'));
    this.#rowsKey = prepare(derive('rows'));
    this.#documentKey = prepare(derive('document'));
    this.#originalKey = prepare(derive('original'));
    this.#peopleKey = prepare(derive('people'));
    this.#actRequestKey = prepare(derive('act-request'));
    const idKey = createSecretKey(derive('id'));
    this.#idCipher = createCipheriv('aes-256-ecb', idKey, null).setAutoPadding(false);
    this.#idDecipher = createDecipheriv('aes-256-ecb', idKey, null).setAutoPadding(false);
  }

  ofHandle(handle: string): Uint8Array {
    return keyed(this.#handleKey, toUtf8(handle));
  }

  ofRecord(canonicalRecord: Uint8Array): Uint8Array {
    return keyed(this.#recordKey, canonicalRecord);
  }

  ofIdempotencyKey(key: string): Uint8Array {
    return keyed(this.#requestKey, toUtf8(key));
  }

  /** A fingerprint of rows, to tell whether they come again. */
  ofRows(rows: Uint8Array): Uint8Array {
    return keyed(this.#rowsKey, rows);
  }

  /** @param document canonical JSON of its kind, issuer and number */
  ofDocument(document: Uint8Array): Uint8Array {
    return keyed(this.#documentKey, document);
  }

  /** @param original what names a record of elsewhere */
  ofOriginal(original: Uint8Array): Uint8Array {
    return keyed(this.#originalKey, original);
  }

  /** Of people who did something together, in whichever order: to tell whether they do it again. */
  ofPeople(people: readonly string[]): Uint8Array {
    return keyed(this.#peopleKey, toUtf8(JSON.stringify([...people].toSorted())));
  }

  /** Of a request for an act, or of the key that its sender gave it. */
  ofRequest(text: string): Uint8Array {
    return keyed(this.#actRequestKey, toUtf8(text));
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
    const block = this.#idDecipher.update(fromBase64url(id));
    return readUint64(block, 0) === 0 ? readUint64(block, 8) : undefined;
  }
}

/** A key of HMAC-SHA-256 (RFC 2104) with its two padded blocks made once. */
interface HmacKey {
  readonly inner: Uint8Array;
  readonly outer: Uint8Array;
}

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/** @param key at most 64 bytes */
function prepare(key: Uint8Array): HmacKey {
  const padded = (pad: number): Uint8Array =>
    Uint8Array.from({ length: BLOCK_BYTES }, (_, i) => (key[i] ?? 0) ^ pad);
  return { inner: padded(0x36), outer: padded(0x5c) };
}

/** Two one-shot digests: Node's own HMAC takes three times as long, most of it to set itself up. */
function keyed({ inner, outer }: HmacKey, value: Uint8Array): Uint8Array {
  const blocks = concatBytes(outer, new Uint8Array(DIGEST_BYTES));
  nodeCrypto.sha256Into(concatBytes(inner, value), blocks, BLOCK_BYTES);
  return nodeCrypto.sha256(blocks).slice(0, INDEX_BYTES);
}
