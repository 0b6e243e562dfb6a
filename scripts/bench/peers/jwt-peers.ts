/** Verifiers of JWT and SD-JWT: none of them knows what a vaccination is, or which issuer is to be trusted for one. */
import { createPublicKey } from 'node:crypto';
import type { P256Jwk } from '../../../core/credential/key.ts';
import { JWT_ISSUER } from './jwt-inputs.ts';
import type { Inputs, Peer } from './peer.ts';

interface SdJwtVc {
  readonly SDJwtVcInstance: new (config: object) => {
    verify(text: string, options: { readonly currentDate: number }): Promise<unknown>;
  };
}

interface SdJwtCrypto {
  readonly digest: unknown;
  readonly ES256: { getVerifier(jwk: object): Promise<unknown> };
}

interface FastJwt {
  createVerifier(options: object): (token: string) => unknown;
}

const jose: Peer = {
  name: 'jose jwtVerify',
  role: 'whole',
  packages: ['jose'],
  async open({ trust }) {
    const { importJWK, jwtVerify } = await import('jose');
    const key = await importJWK(jwkOf(trust), 'ES256');
    return async ({ text, nowSeconds }) => {
      const currentDate = new Date(nowSeconds * 1000);
      await jwtVerify(text, key, { issuer: JWT_ISSUER, algorithms: ['ES256'], currentDate });
      return true;
    };
  },
};

const didJwt: Peer = {
  name: 'did-jwt verifyJWT',
  role: 'whole',
  packages: ['did-jwt'],
  async open({ trust }) {
    const { verifyJWT } = await import('did-jwt');
    const method = {
      id: `${JWT_ISSUER}#key`,
      type: 'JsonWebKey2020',
      controller: JWT_ISSUER,
      publicKeyJwk: jwkOf(trust),
    };
    const didDocument = { id: JWT_ISSUER, verificationMethod: [method], assertionMethod: [method.id] };
    const resolution = { didResolutionMetadata: {}, didDocumentMetadata: {}, didDocument };
    const resolver = { resolve: () => Promise.resolve(resolution) };
    return async ({ text, nowSeconds }) => {
      const { verified } = await verifyJWT(text, { resolver, policies: { now: nowSeconds } });
      return verified;
    };
  },
};

const fastJwt: Peer = {
  name: 'fast-jwt',
  role: 'whole',
  packages: ['fast-jwt'],
  open({ valid, trust }, load) {
    const { createVerifier } = load('fast-jwt') as FastJwt;
    const key = createPublicKey({ key: { ...jwkOf(trust) }, format: 'jwk' }).export({
      format: 'pem',
      type: 'spki',
    });
    // Its clock is an option of the verifier; all these codes are judged at one time.
    const clockTimestamp = (valid[0]?.nowSeconds ?? 0) * 1000;
    const verify = createVerifier({
      key,
      algorithms: ['ES256'],
      allowedIss: JWT_ISSUER,
      cache: false,
      clockTimestamp,
    });
    return Promise.resolve(({ text }) => verify(text) !== undefined);
  },
};

const sdJwtVc: Peer = {
  name: '@sd-jwt/sd-jwt-vc',
  role: 'whole',
  packages: ['@sd-jwt/sd-jwt-vc', '@sd-jwt/crypto-nodejs'],
  async open({ trust }, load) {
    const { SDJwtVcInstance } = load('@sd-jwt/sd-jwt-vc') as SdJwtVc;
    const { digest, ES256 } = load('@sd-jwt/crypto-nodejs') as SdJwtCrypto;
    const verifier = await ES256.getVerifier(jwkOf(trust));
    const instance = new SDJwtVcInstance({ hasher: digest, hashAlg: 'sha-256', signAlg: 'ES256', verifier });
    return async ({ text, nowSeconds }) => {
      await instance.verify(text, { currentDate: nowSeconds });
      return true;
    };
  },
};

export const JWT_PEERS: readonly Peer[] = [jose, didJwt, fastJwt];
export const SD_JWT_PEERS: readonly Peer[] = [sdJwtVc];

function jwkOf(trust: Inputs['trust']): P256Jwk {
  // As jwt-inputs.ts made it: one issuer with one key.
  const [issuer] = trust['jwt'] as unknown as readonly [{ readonly keys: readonly [P256Jwk] }];
  const { kty, crv, x, y } = issuer.keys[0];
  return { kty, crv, x, y };
}
