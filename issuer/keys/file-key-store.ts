/** The key store of one machine as a running issuer changes from it: read anew each time, since `hcl key` adds to it. */
import type { KeyStorePort } from './ports.ts';
import { SigningKeyStore, type SigningKeyStoreOptions } from './signing-key-store.ts';

export function fileKeyStore(options: SigningKeyStoreOptions): KeyStorePort {
  return {
    load: async (kid) => (await SigningKeyStore.open(options)).key(kid).jwk,
    makeCurrent: async (kid) => await (await SigningKeyStore.open(options)).makeCurrent(kid),
  };
}
