/**
 * Encryption at rest: each value under a fresh data key, the data key under a key-encryption key that has an
 * epoch. Destroying a value's envelope, or the epoch, destroys the value.
 *
 *   version u8 = 1 ‖ epoch u32 ‖ IV 12 ‖ wrapped data key 32 ‖ tag 16 ‖ ciphertext ‖ tag 16
 *
 * AES-256-GCM (NIST SP 800-38D) twice, both bound to the caller's `aad`, so that an envelope moved under
 * another name does not open. The data key serves once, so its own IV is zero; the IV of the wrapping is
 * random, and an epoch must end before 2^32 values (§8.3).
 */
import type { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { HclError } from '../core/errors.ts';
import { readUint32, writeUint32 } from './big-endian.ts';
import type { RandomBytes } from './clock.ts';

export class EnvelopeError extends HclError<
  'ENVELOPE_VERSION_UNKNOWN' | 'ENVELOPE_EPOCH_UNKNOWN' | 'ENVELOPE_TAMPERED'
> {}

export interface KeyEncryptionKey {
  readonly epoch: number;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

const VERSION = 1;
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const WRAPPED_AT = 5 + IV_BYTES;
const CIPHERTEXT_AT = WRAPPED_AT + KEY_BYTES + TAG_BYTES;
const ZERO_IV = new Uint8Array(IV_BYTES);

export class Envelope {
  readonly #keys = new Map<number, KeyObject>();
  readonly #randomBytes: RandomBytes;
  #epoch = 0;

  /** Seals under the newest epoch, opens under all. */
  constructor(keys: readonly [KeyEncryptionKey, ...KeyEncryptionKey[]], randomBytes: RandomBytes) {
    for (const key of keys) this.addKey(key);
    this.#randomBytes = randomBytes;
  }

  /** The epoch that seals: the newest. */
  get epoch(): number {
    return this.#epoch;
  }

  /** One more epoch; it seals from now on when it is the newest. */
  addKey({ epoch, key }: KeyEncryptionKey): void {
    this.#keys.set(epoch, createSecretKey(key));
    this.#epoch = Math.max(this.#epoch, epoch);
  }

  /** Forgets all older keys: what they sealed does not open any more. */
  dropKeysBefore(epoch: number): void {
    for (const known of this.#keys.keys()) if (known < epoch) this.#keys.delete(known);
  }

  seal(plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
    const dataKey = this.#randomBytes(KEY_BYTES);
    const sealed = new Uint8Array(CIPHERTEXT_AT + plaintext.length + TAG_BYTES);
    this.#wrap(dataKey, aad, sealed);
    const key = createSecretKey(dataKey);
    encrypt({ key, iv: ZERO_IV, aad, plaintext, target: sealed, at: CIPHERTEXT_AT });
    dataKey.fill(0);
    return sealed;
  }

  /** Throws `ENVELOPE_TAMPERED` unless these are exactly the bytes sealed under the same `aad`. */
  open(sealed: Uint8Array, aad: Uint8Array): Uint8Array {
    const dataKey = this.#unwrap(sealed, aad);
    const key = createSecretKey(dataKey);
    const plaintext = decrypt(key, ZERO_IV, aad, sealed.subarray(CIPHERTEXT_AT));
    dataKey.fill(0);
    return plaintext;
  }

  /** The same value under the newest epoch: its data key is wrapped anew, its ciphertext stays. Throws as `open`. */
  rewrap(sealed: Uint8Array, aad: Uint8Array): Uint8Array {
    const dataKey = this.#unwrap(sealed, aad);
    const rewrapped = sealed.slice();
    this.#wrap(dataKey, aad, rewrapped);
    dataKey.fill(0);
    return rewrapped;
  }

  /** Writes all that stands before the ciphertext. */
  #wrap(dataKey: Uint8Array, aad: Uint8Array, target: Uint8Array): void {
    const iv = this.#randomBytes(IV_BYTES);
    target[0] = VERSION;
    writeUint32(target, 1, this.#epoch);
    target.set(iv, 5);
    encrypt({ key: this.#keyOf(this.#epoch), iv, aad, plaintext: dataKey, target, at: WRAPPED_AT });
  }

  #unwrap(sealed: Uint8Array, aad: Uint8Array): Uint8Array {
    const key = this.#keyOf(epochOf(sealed));
    const iv = sealed.subarray(5, WRAPPED_AT);
    return decrypt(key, iv, aad, sealed.subarray(WRAPPED_AT, CIPHERTEXT_AT));
  }

  #keyOf(epoch: number): KeyObject {
    const key = this.#keys.get(epoch);
    if (key === undefined) throw new EnvelopeError('ENVELOPE_EPOCH_UNKNOWN', 'the key of this epoch is gone');
    return key;
  }
}

/** The epoch that a sealed value depends on; throws `ENVELOPE_VERSION_UNKNOWN`. */
export function epochOf(sealed: Uint8Array): number {
  if (sealed[0] !== VERSION) throw new EnvelopeError('ENVELOPE_VERSION_UNKNOWN', 'unknown envelope version');
  return readUint32(sealed, 1);
}

/** Keys are key objects, since Node takes 40 µs to find out that a key of bytes is none. */
interface Encryption {
  readonly key: KeyObject;
  readonly iv: Uint8Array;
  readonly aad: Uint8Array;
  readonly plaintext: Uint8Array;
  readonly target: Uint8Array;
  readonly at: number;
}

function encrypt({ key, iv, aad, plaintext, target, at }: Encryption): void {
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(aad);
  target.set(cipher.update(plaintext), at);
  cipher.final();
  target.set(cipher.getAuthTag(), at + plaintext.length);
}

function decrypt(key: KeyObject, iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer {
  try {
    const end = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(end));
    const plaintext = decipher.update(sealed.subarray(0, end));
    decipher.final();
    return plaintext;
  } catch (cause) {
    throw new EnvelopeError('ENVELOPE_TAMPERED', 'the envelope does not open', { cause });
  }
}
