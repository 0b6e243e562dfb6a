/** Text → a code of another system that is read here. */
import type { Crypto } from '../crypto.ts';
import { decodeHkText } from './hk/hk-text.ts';
import { decodeHcert, HCERT_PREFIX } from './hcert/hcert.ts';
import type { ForeignCode } from './foreign-code.ts';
import { decodeCredentialCose, decodeSdJwt } from './jose/credential.ts';
import { decodeJwt } from './jose/jwt.ts';
import { decodeVdsnc } from './vdsnc/vdsnc.ts';
import { decodeShc, decodeShcFile } from './shc/shc.ts';

/** First match wins. */
const READERS: readonly (readonly [start: RegExp, decode: (text: string, crypto: Crypto) => ForeignCode])[] =
  [
    [new RegExp(`^${HCERT_PREFIX}`), decodeHcert],
    [/^shc:\//i, decodeShc],
    [/^\s*\{\s*(?:"verifiableCredential"\s*:|"resourceType"\s*:\s*"Parameters")/, decodeShcFile],
    [/^[\s[]*\{.{0,200}"t"\s*:\s*"icao\./s, decodeVdsnc],
    [/^HKSARG\|(?:VAC|MEC)\|/, decodeHkText],
    [/^eyJ[\w-]+\.[\w-]+\.[\w-]*~/, decodeSdJwt],
    [/^eyJ[\w-]+\.[\w-]+\.[\w-]*$/, decodeJwt],
    [/^0oR[A-Za-z0-9+/_-]+={0,2}$/, decodeCredentialCose],
  ];

/** `undefined` for a system that is only known by name. Throws `ForeignError`. */
export function decodeForeign(text: string, crypto: Crypto): ForeignCode | undefined {
  return READERS.find(([start]) => start.test(text))?.[1](text, crypto);
}
