/** The holder of a credential: a P-256 key, and what a wallet does with it. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { commitmentOf } from '../../core/commitment/leaf.ts';
import { fromJwk, type P256Jwk } from '../../core/credential/key.ts';
import { decodeCode, encodeCode } from '../../core/qr/code.ts';
import { audienceGate, presentationMessage, type Occasion } from '../../core/qr/presentation.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';

export interface Holder {
  readonly jwk: P256Jwk;
  /** 65 bytes, SEC 1 uncompressed. */
  readonly publicKey: Uint8Array;
  /** ES256, r ‖ s. */
  readonly sign: (message: Uint8Array) => Uint8Array;
  /** The dynamic code for this occasion. */
  readonly present: (text: string, occasion: Occasion) => string;
  /** The dynamic code for this audience alone. */
  readonly presentTo: (audience: Uint8Array, text: string, timeSeconds: number) => string;
}

export function makeHolder(): Holder {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const jwk = { kty: 'EC', crv: 'P-256', x, y } as const;
  const signWith = (message: Uint8Array): Uint8Array =>
    new Uint8Array(sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
  const presentWith = (text: string, occasion: Occasion, audience?: Uint8Array): string => {
    const parts = decodeCode(text);
    const commitment = commitmentOf(nodeCrypto, parts.headerBytes, parts.payloadBytes);
    const signature = signWith(presentationMessage(commitment, occasion, audience));
    return encodeCode({ ...parts, presentation: { ...occasion, signature } });
  };
  return {
    jwk,
    publicKey: fromJwk(jwk),
    sign: signWith,
    present: (text, occasion) => presentWith(text, occasion),
    presentTo: (audience, text, timeSeconds) =>
      presentWith(text, { timeSeconds, gate: audienceGate(nodeCrypto, audience) }, audience),
  };
}
