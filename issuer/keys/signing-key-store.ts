/**
 * The signing keys of one issuer on one machine, in a sealed file:
 *
 *   { "version": 1, "current": "<kid>", "keys": [{ "kid": "…", "createdAtSeconds": 1671610000, "jwk": JWK }] }
 *
 * One is current, others wait to become so or have been. A former key is kept until its owner removes it: for signing
 * again what had not been anchored when it ended. One process writes at a time; readers see the old file or the new.
 */
import { generateKeyPairSync } from 'node:crypto';
import { fromJwk } from '../../core/credential/key.ts';
import { kidOf } from '../../core/credential/thumbprint.ts';
import type { RandomBytes } from '../../service/clock.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { Closed, Type, type TSchema } from '../../service/schema.ts';
import { Value } from 'typebox/value';
import type { PrivateJwk } from '../secrets.ts';
import { checkSigningKey } from './check-keys.ts';
import { KeyError } from './errors.ts';
import { readSealedFile, writeSealedFile } from './sealed-file.ts';
import type { UnlockSecret } from './unlock.ts';

export interface StoredSigningKey {
  /** RFC 7638 thumbprint, base64url. */
  readonly kid: string;
  readonly createdAtSeconds: number;
  readonly jwk: PrivateJwk;
}

interface StoreText {
  readonly version: 1;
  readonly current: string;
  readonly keys: readonly StoredSigningKey[];
}

export interface SigningKeyStoreOptions {
  readonly path: string;
  readonly secret: UnlockSecret;
  readonly randomBytes: RandomBytes;
}

const part = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' });
const StoreFile: TSchema = Closed({
  version: Type.Literal(1),
  current: part,
  keys: Type.Array(
    Closed({
      kid: part,
      createdAtSeconds: Type.Integer({ minimum: 0 }),
      jwk: Closed({ kty: Type.Literal('EC'), crv: Type.Literal('P-256'), x: part, y: part, d: part }),
    }),
    { minItems: 1 },
  ),
});
const PURPOSE = 'signing-keys';

export class SigningKeyStore {
  readonly #options: SigningKeyStoreOptions;
  #text: StoreText;

  private constructor(options: SigningKeyStoreOptions, text: StoreText) {
    this.#options = options;
    this.#text = text;
  }

  /** A new store around a first key. */
  static async create(options: SigningKeyStoreOptions, first: StoredSigningKey): Promise<SigningKeyStore> {
    const store = new SigningKeyStore(options, { version: 1, current: first.kid, keys: [first] });
    await store.#write(store.#text);
    return store;
  }

  /** Throws what `readSealedFile` throws, and for bad contents `KEY_FILE_DAMAGED`, `KEY_WEAK`, `KEY_WELL_KNOWN`, `KEY_MISMATCH`. */
  static async open(options: SigningKeyStoreOptions): Promise<SigningKeyStore> {
    const { path, secret } = options;
    const text = parse(await readSealedFile(path, { purpose: PURPOSE, secret }), path);
    for (const { jwk, kid } of text.keys) {
      checkSigningKey(jwk);
      if (kid !== kidOfJwk(jwk)) throw new KeyError('KEY_MISMATCH', `a key in ${path} has another name`);
    }
    return new SigningKeyStore(options, text);
  }

  get keys(): readonly StoredSigningKey[] {
    return this.#text.keys;
  }

  get current(): StoredSigningKey {
    return this.key(this.#text.current);
  }

  /** Throws `KEY_UNKNOWN`. */
  key(kid: string): StoredSigningKey {
    const found = this.#text.keys.find((key) => key.kid === kid);
    if (found === undefined) throw new KeyError('KEY_UNKNOWN', `the key store holds no key ${kid}`);
    return found;
  }

  /** Makes another key; on the disk when it resolves. The current one stays. */
  async add(createdAtSeconds: number): Promise<StoredSigningKey> {
    const key = newSigningKey(createdAtSeconds);
    await this.#write({ ...this.#text, keys: [...this.#text.keys, key] });
    return key;
  }

  /** From now on, also after a restart, this key signs. Throws `KEY_UNKNOWN`. */
  async makeCurrent(kid: string): Promise<void> {
    this.key(kid);
    if (kid !== this.#text.current) await this.#write({ ...this.#text, current: kid });
  }

  /** Destroys a key that is not current. Throws `KEY_UNKNOWN`, and `KEY_NOT_EFFECTIVE` for the current one. */
  async remove(kid: string): Promise<void> {
    if (this.key(kid).kid === this.#text.current) {
      throw new KeyError('KEY_NOT_EFFECTIVE', 'the current key cannot be removed: rotate first');
    }
    await this.#write({ ...this.#text, keys: this.#text.keys.filter((key) => key.kid !== kid) });
  }

  async #write(text: StoreText): Promise<void> {
    const { path, secret, randomBytes } = this.#options;
    await writeSealedFile(path, JSON.stringify(text), { purpose: PURPOSE, secret, randomBytes });
    this.#text = text;
  }
}

export function newSigningKey(createdAtSeconds: number): StoredSigningKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // A P-256 private key has exactly these members.
  return toStoredKey(privateKey.export({ format: 'jwk' }) as unknown as PrivateJwk, createdAtSeconds);
}

export function toStoredKey(jwk: PrivateJwk, createdAtSeconds: number): StoredSigningKey {
  const { kty, crv, x, y, d } = jwk;
  return { kid: kidOfJwk(jwk), createdAtSeconds, jwk: { kty, crv, x, y, d } };
}

function kidOfJwk(jwk: PrivateJwk): string {
  return kidOf(nodeCrypto, fromJwk(jwk));
}

function parse(text: string, path: string): StoreText {
  const value: unknown = JSON.parse(text);
  // The schema says what StoreText says.
  if (Value.Check(StoreFile, value)) return value as StoreText;
  throw new KeyError('KEY_FILE_DAMAGED', `what ${path} holds is no store of signing keys`);
}
