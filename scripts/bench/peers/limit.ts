/** The limit of every verifier that checks a signature: OpenSSL's ES256 over DER, the key imported once. */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { BareSignature, Peer } from './peer.ts';

export const LIMIT: Peer = {
  name: 'raw',
  role: 'limit',
  packages: [],
  open({ bare }) {
    const keys = new Map<string, KeyObject>();
    const ready = new Map(
      [...bare].map(([text, signature]) => [text, { ...signature, key: keyOf(signature, keys) }]),
    );
    return Promise.resolve(({ text }) => {
      const found = ready.get(text);
      return found !== undefined && verify('sha256', found.message, found.key, found.der);
    });
  },
};

function keyOf({ spki }: BareSignature, keys: Map<string, KeyObject>): KeyObject {
  const name = Buffer.from(spki).toString('hex');
  const key = keys.get(name) ?? createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  keys.set(name, key);
  return key;
}
