/** The name of a policy's content, as the ledger registers it: SHA-256 of its RFC 8785 bytes, 32 bytes. */
import { toCanonicalJson } from '../bytes/canonical-json.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { Crypto } from '../crypto.ts';
import type { Policy } from './policy.ts';

export function policyDigest(crypto: Pick<Crypto, 'sha256'>, { json }: Pick<Policy, 'json'>): Uint8Array {
  return crypto.sha256(toUtf8(toCanonicalJson(json)));
}
