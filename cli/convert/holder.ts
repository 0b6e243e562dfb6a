/** A holder's device: a P-256 key and what it signs. */
import { createPrivateKey, generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readSecretFile } from '../../service/files.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { commitmentOf } from '../../core/commitment/leaf.ts';
import type { P256Jwk } from '../../core/credential/key.ts';
import { decodeCode, encodeCode } from '../../core/qr/code.ts';
import { audienceGate, presentationMessage } from '../../core/qr/presentation.ts';
import { CliError } from '../errors.ts';

/** What identifies a code, 75 bytes. */
export function commitmentIn(code: string): Uint8Array {
  const { headerBytes, payloadBytes } = decodeCode(code);
  return commitmentOf(nodeCrypto, headerBytes, payloadBytes);
}

export class HolderDevice {
  readonly jwk: P256Jwk;
  readonly #key: KeyObject;

  constructor(key: KeyObject) {
    const { crv, x = '', y = '' } = key.export({ format: 'jwk' });
    if (crv !== 'P-256') throw new CliError('CLI_FILE_INVALID', 'the holder’s key is not on P-256');
    this.jwk = { kty: 'EC', crv: 'P-256', x, y };
    this.#key = key;
  }

  static make(): HolderDevice {
    return new HolderDevice(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  }

  /** From a private JWK; throws `CLI_FILE_INVALID`, `FILE_READABLE_BY_OTHERS`. */
  static async read(path: string): Promise<HolderDevice> {
    const text = await readSecretFile(path);
    let key: KeyObject;
    try {
      key = createPrivateKey({ key: JSON.parse(text) as JsonWebKey, format: 'jwk' });
    } catch {
      // The cause may quote the key.
      throw new CliError('CLI_FILE_INVALID', `${path} is no private key in JWK form`);
    }
    return new HolderDevice(key);
  }

  /** For a file that nobody else may read. */
  get privateJwk(): JsonWebKey {
    return this.#key.export({ format: 'jwk' });
  }

  /** ES256, r ‖ s. */
  sign(message: Uint8Array): Uint8Array {
    return new Uint8Array(sign('sha256', message, { key: this.#key, dsaEncoding: 'ieee-p1363' }));
  }

  /** The dynamic code of this moment, for this audience alone. */
  present(code: string, timeSeconds: number, audience: Uint8Array): string {
    const parts = decodeCode(code);
    const occasion = { timeSeconds, gate: audienceGate(nodeCrypto, audience) };
    const signature = this.sign(presentationMessage(commitmentIn(code), occasion, audience));
    return encodeCode({ ...parts, presentation: { ...occasion, signature } });
  }
}
