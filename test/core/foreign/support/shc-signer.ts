/** An issuer of SMART Health Cards made for tests. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { prepareShc, type ShcToIssue } from '../../../../core/foreign/shc/encode.ts';
import { jwkOf, thumbprintOf } from '../../../../core/foreign/jose/jwk.ts';
import { TrustEntry } from '../../../../core/foreign/trust-entry.ts';
import type { JsonObject } from '../../../../core/bytes/strict-json.ts';
import { nodeCrypto } from '../../../../service/node-crypto.ts';

export const SHC_ISSUER = 'https://issuer.example/shc';

export const BUNDLE: JsonObject = {
  resourceType: 'Bundle',
  type: 'collection',
  entry: [
    {
      fullUrl: 'resource:0',
      resource: {
        resourceType: 'Patient',
        name: [{ family: 'CHAN', given: ['TAI MAN'] }],
        birthDate: '1980-01-01',
      },
    },
    {
      fullUrl: 'resource:1',
      resource: {
        resourceType: 'Immunization',
        status: 'completed',
        vaccineCode: { coding: [{ system: 'http://hl7.org/fhir/sid/cvx', code: '208' }] },
        patient: { reference: 'resource:0' },
        occurrenceDateTime: '2022-02-10',
        lotNumber: 'A12',
      },
    },
  ],
};

export interface ShcSigner {
  readonly keys: readonly JsonObject[];
  issue(changes?: Partial<ShcToIssue>): string;
}

export function makeShcSigner(): ShcSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' }) as JsonObject;
  const kid = thumbprintOf(nodeCrypto, jwkOf(new TrustEntry('key', jwk)));
  return {
    keys: [{ ...jwk, kid, use: 'sig', alg: 'ES256' }],
    issue(changes = {}) {
      const unsigned = prepareShc({
        iss: SHC_ISSUER,
        issuedAtSeconds: Date.UTC(2022, 5, 1) / 1000,
        types: ['https://smarthealth.cards#immunization', 'https://smarthealth.cards#covid19'],
        bundle: BUNDLE,
        kid,
        ...changes,
      });
      const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
      return unsigned.toText(new Uint8Array(sign('sha256', unsigned.signedBytes, key)));
    },
  };
}
