/**
 * Those verifiers of EU certificates on npm that may be used freely are parts: a COSE library, with base45, zlib and
 * CBOR around it. The whole ones are not installed here: `dcc-utils` is under the AGPL, `verificac19-sdk` rests on it,
 * and `@pathcheck/dcc-sdk` is under the GPL.
 */
import { Buffer } from 'node:buffer';
import { hash, X509Certificate, type KeyObject } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import type { Inputs, Peer } from './peer.ts';

interface Base45 {
  decode(text: string): Uint8Array;
}

/** Keys of a CWT and of COSE headers are numbers. */
type Numbered = ReadonlyMap<number, unknown>;

interface CborX {
  readonly Decoder: new (options: { readonly mapsAsObjects: boolean }) => {
    decode(bytes: Uint8Array): unknown;
  };
}

interface Auth0Cose {
  readonly Sign1: {
    decode(cose: Uint8Array): {
      readonly kid: Uint8Array | undefined;
      readonly payload: Uint8Array;
      verify(key: unknown, options: { readonly algorithms: readonly number[] }): Promise<void>;
    };
  };
}

interface Cbor {
  decodeFirstSync(bytes: Uint8Array): unknown;
}

interface CoseJs {
  readonly sign: {
    verify(
      cose: Uint8Array,
      verifier: { readonly key: { readonly x: Buffer; readonly y: Buffer } },
      options: { readonly defaultType: number },
    ): Promise<Uint8Array>;
  };
}

const PREFIX = 'HC1:';
const KID = 4;
const EXP = 4;
const ES256 = -7;
const SIGN1 = 18;

/** Over WebCrypto. */
const auth0: Peer = {
  name: '@auth0/cose',
  role: 'parts',
  packages: ['@auth0/cose', 'base45', 'cbor-x'],
  open({ trust }, load) {
    const { Sign1 } = load('@auth0/cose') as Auth0Cose;
    const { Decoder } = load('cbor-x') as CborX;
    const { decode } = load('base45') as Base45;
    const decoder = new Decoder({ mapsAsObjects: false });
    const keys = keysOf(trust, (key) =>
      key.toCryptoKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']),
    );
    return Promise.resolve(async ({ text, nowSeconds }) => {
      const sign1 = Sign1.decode(inflateSync(decode(text.slice(PREFIX.length))));
      const key = keys.get(hexOf(sign1.kid));
      if (key === undefined) return false;
      await sign1.verify(key, { algorithms: [ES256] });
      return isCurrent(decoder.decode(sign1.payload), nowSeconds);
    });
  },
};

/** Over `elliptic`. */
const coseJs: Peer = {
  name: 'cose-js',
  role: 'parts',
  packages: ['cose-js', 'base45', 'cbor'],
  open({ trust }, load) {
    const { sign } = load('cose-js') as CoseJs;
    const { decodeFirstSync } = load('cbor') as Cbor;
    const { decode } = load('base45') as Base45;
    const keys = keysOf(trust, (key) => {
      const { x = '', y = '' } = key.export({ format: 'jwk' });
      return { key: { x: Buffer.from(x, 'base64url'), y: Buffer.from(y, 'base64url') } };
    });
    return Promise.resolve(async ({ text, nowSeconds }) => {
      const cose = inflateSync(decode(text.slice(PREFIX.length)));
      const key = keys.get(kidOf(decodeFirstSync(cose), decodeFirstSync));
      if (key === undefined) return false;
      const payload = await sign.verify(cose, key, { defaultType: SIGN1 });
      return isCurrent(decodeFirstSync(payload), nowSeconds);
    });
  },
};

export const HC1_PEERS: readonly Peer[] = [auth0, coseJs];

/** Of a COSE_Sign1, tagged or not; the protected one first. */
function kidOf(message: unknown, decode: Cbor['decodeFirstSync']): string {
  // The signature is checked by the library; here a good code has these parts, and any other throws.
  const parts = (
    Array.isArray(message) ? message : (message as { value: unknown }).value
  ) as readonly unknown[];
  const protectedHeader = decode(parts[0] as Uint8Array) as Numbered;
  const unprotectedHeader = parts[1] as Partial<Numbered>;
  return hexOf((protectedHeader.get(KID) ?? unprotectedHeader.get?.(KID)) as Uint8Array | undefined);
}

function hexOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString('hex');
}

/** The last second counts, as in the labels of the test data. */
function isCurrent(claims: unknown, nowSeconds: number): boolean {
  // The claims of a CWT are a map.
  const expiresAtSeconds = (claims as Numbered).get(EXP);
  return expiresAtSeconds === undefined || nowSeconds <= Number(expiresAtSeconds);
}

/** By `kid` in hex. */
function keysOf<Key>(trust: Inputs['trust'], toKey: (key: KeyObject) => Key): ReadonlyMap<string, Key> {
  // As hc1-inputs.ts made it.
  const { hcert } = trust as unknown as { readonly hcert: readonly { readonly certificate: string }[] };
  return new Map(
    hcert.map(({ certificate }) => {
      const der = Buffer.from(certificate, 'base64');
      return [hash('sha256', der).slice(0, 16), toKey(new X509Certificate(der).publicKey)];
    }),
  );
}
