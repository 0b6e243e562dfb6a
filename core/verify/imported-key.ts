/**
 * Imports a trusted key once and remembers it: an import costs as much as a verification. Trust list entries
 * never change (a new event makes a new entry), so the memory holds as long as its entry lives.
 */
import { kidOf } from '../credential/thumbprint.ts';
import type { Crypto, Es256PublicKey } from '../crypto.ts';
import type { TrustedKey } from '../trust/trust-list.ts';

const ES256 = 1;
const memory = new WeakMap<Crypto, WeakMap<TrustedKey, Es256PublicKey | 'unusable'>>();

/**
 * The key ready for use, or `undefined` when it is none: another algorithm, no point of the curve, or a
 * thumbprint that is not its own (the contract takes the issuer's word for it).
 */
export function importedKey(crypto: Crypto, trusted: TrustedKey): Es256PublicKey | undefined {
  let keys = memory.get(crypto);
  if (keys === undefined) memory.set(crypto, (keys = new WeakMap()));
  let key = keys.get(trusted);
  if (key === undefined) keys.set(trusted, (key = importKey(crypto, trusted)));
  return key === 'unusable' ? undefined : key;
}

function importKey(crypto: Crypto, { algorithm, publicKey, kid }: TrustedKey): Es256PublicKey | 'unusable' {
  if (algorithm !== ES256) return 'unusable';
  try {
    return kidOf(crypto, publicKey) === kid ? crypto.importEs256(publicKey) : 'unusable';
  } catch {
    return 'unusable';
  }
}
