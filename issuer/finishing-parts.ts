/** What finishing needs, made from the issuer's name and secrets: the same here and in the thread. */
import type { Crypto } from '../core/crypto.ts';
import type { RandomBytes } from '../service/clock.ts';
import { Envelope } from '../service/envelope.ts';
import type { FinishingParts } from './finish.ts';
import { RecordSealer } from './record-entry.ts';
import type { IssuerSecrets } from './secrets.ts';
import { issuerKeyOf } from './signing.ts';

export interface FinishingSecrets extends Pick<IssuerSecrets, 'signingKey' | 'keyEncryption'> {
  readonly did: string;
}

/** Throws `ISSUER_SECRET_INVALID`. */
export function finishingPartsOf(
  { did, signingKey, keyEncryption }: FinishingSecrets,
  {
    crypto,
    randomBytes,
    envelope = new Envelope(keyEncryption, randomBytes),
  }: { readonly crypto: Crypto; readonly randomBytes: RandomBytes; readonly envelope?: Envelope },
): FinishingParts {
  const sealer = new RecordSealer(envelope, did);
  return { crypto, key: issuerKeyOf(crypto, signingKey), sealer };
}
