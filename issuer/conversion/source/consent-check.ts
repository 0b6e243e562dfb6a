/** Whether the holder has agreed, and now. */
import { consentMessage, isPresentConsent, withdrawalMessage } from '../../../core/conversion/consent.ts';
import { ConversionError } from '../../../core/conversion/errors.ts';
import type { CredentialClaims } from '../../../core/credential/claims.ts';
import { ownSeconds } from '../house-time.ts';
import { isSignedByHolder } from '../judged-code.ts';
import type { SourceHouse } from './entry.ts';
import type { ConversionRequest } from './request.ts';

/** How wrong the clock of a device may be. */
const CLOCK_SECONDS = 300;

type Asked = Pick<ConversionRequest, 'terms' | 'signature'>;
type Bound = Pick<CredentialClaims, 'cnf'>;

/** Throws `CONVERSION_WRONG_HOLDER`, `CONVERSION_CONSENT_INVALID`, `CONVERSION_CLOCK_OFF`. */
export async function checkConsent(
  house: SourceHouse,
  asked: Asked,
  of: { readonly claims: Bound; readonly commitment: Uint8Array },
): Promise<void> {
  await checkSigned(house, asked, of);
  if (!isPresentConsent(asked.terms.text)) throw new ConversionError('CONVERSION_CONSENT_INVALID');
  checkClock(house, asked.terms.at);
}

/** Throws `CONVERSION_WRONG_HOLDER`. @param commitment of the code that is converted, 75 bytes */
export async function checkSigned(
  { crypto }: SourceHouse,
  { terms, signature }: Asked,
  { claims, commitment }: { readonly claims: Bound; readonly commitment: Uint8Array },
): Promise<void> {
  const signed = { message: consentMessage(commitment, terms), signature };
  if (!(await isSignedByHolder(crypto, claims, signed))) throw new ConversionError('CONVERSION_WRONG_HOLDER');
}

/** Throws `CONVERSION_CLOCK_OFF`, `CONVERSION_WRONG_HOLDER`. */
export async function checkWithdrawal(
  house: SourceHouse,
  { id, at, signature }: { readonly id: string; readonly at: number; readonly signature: Uint8Array },
  claims: Bound,
): Promise<void> {
  checkClock(house, at);
  const signed = { message: withdrawalMessage({ id, at }), signature };
  if (!(await isSignedByHolder(house.crypto, claims, signed)))
    throw new ConversionError('CONVERSION_WRONG_HOLDER');
}

function checkClock(house: SourceHouse, at: number): void {
  if (Math.abs(at - ownSeconds(house)) > CLOCK_SECONDS) throw new ConversionError('CONVERSION_CLOCK_OFF');
}
