/** Step 4: ES256 over the JWS signing input, through the platform's own operation. */
import { signingInput } from '../../credential/signing-input.ts';
import type { Es256PublicKey } from '../../crypto.ts';
import type { CodeParts } from '../../qr/code.ts';
import type { VerifyContext } from '../context.ts';

export function isSignatureGood(
  { headerBytes, payloadBytes, signature }: CodeParts,
  key: Es256PublicKey,
  { crypto }: VerifyContext,
): boolean | Promise<boolean> {
  return crypto.verifyEs256(key, signingInput(headerBytes, payloadBytes), signature);
}
