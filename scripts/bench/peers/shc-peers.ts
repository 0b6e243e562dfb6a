/**
 * `shc-protocol` takes the digits and answers; it asks the issuer's server for its keys with every card, so what asks
 * is replaced by the pinned keys. `jose` and `fflate` are the parts that others put together. `@pathcheck/shc-sdk` is
 * under the GPL and not installed here.
 */
import { Buffer } from 'node:buffer';
import type { JsonObject } from '../../../core/bytes/strict-json.ts';
import type { Inputs, Peer } from './peer.ts';

interface ShcProtocol {
  default(text: string): Promise<{ readonly verifications: { readonly trustable: boolean } }>;
}

interface NodeJose {
  readonly JWK: { asKeyStore(set: { readonly keys: readonly JsonObject[] }): Promise<unknown> };
}

interface ShcProtocolKeys {
  default: (issuer: string) => Promise<unknown>;
}

const PREFIX = 'shc:/';
const OFFSET = 45;

const shcProtocol: Peer = {
  name: 'shc-protocol',
  role: 'whole',
  packages: ['shc-protocol'],
  async open({ trust }, load) {
    const { JWK } = load('node-jose') as NodeJose;
    const stores = new Map<string, unknown>();
    for (const { iss, keys } of issuersOf(trust)) stores.set(iss, await JWK.asKeyStore({ keys }));
    const asking = load('shc-protocol/dist/keys.js') as ShcProtocolKeys;
    asking.default = (issuer) => Promise.resolve(stores.get(issuer));
    const { default: decode } = load('shc-protocol') as ShcProtocol;
    return async ({ text }) => (await decode(text)).verifications.trustable;
  },
};

const joseAndFflate: Peer = {
  name: 'jose + fflate',
  role: 'parts',
  packages: ['jose', 'fflate'],
  async open({ trust }) {
    const { compactVerify, decodeProtectedHeader, importJWK } = await import('jose');
    const { inflateSync } = await import('fflate');
    const signers = new Map<
      unknown,
      { readonly iss: string; readonly key: Parameters<typeof compactVerify>[1] }
    >();
    for (const { iss, keys } of issuersOf(trust)) {
      for (const jwk of keys) signers.set(jwk['kid'], { iss, key: await importJWK({ ...jwk }, 'ES256') });
    }
    return async ({ text, nowSeconds }) => {
      const token = tokenOf(text);
      const signer = signers.get(decodeProtectedHeader(token).kid);
      if (signer === undefined) return false;
      const { payload } = await compactVerify(token, signer.key, { algorithms: ['ES256'] });
      // A card's payload has these members.
      const { iss, exp = Infinity } = JSON.parse(Buffer.from(inflateSync(payload)).toString()) as {
        iss: string;
        exp?: number;
      };
      return iss === signer.iss && nowSeconds < exp;
    };
  },
};

export const SHC_PEERS: readonly Peer[] = [shcProtocol, joseAndFflate];

function issuersOf(
  trust: Inputs['trust'],
): readonly { readonly iss: string; readonly keys: readonly JsonObject[] }[] {
  // As shc-inputs.ts made it.
  return trust['shc'] as unknown as readonly { readonly iss: string; readonly keys: readonly JsonObject[] }[];
}

function tokenOf(text: string): string {
  return text.slice(PREFIX.length).replace(/../g, (pair) => String.fromCharCode(Number(pair) + OFFSET));
}
