/** Text → a code of another system that is read here. */
import type { Crypto } from '../crypto.ts';
import { decodeDivocText, decodeDivocZip } from './divoc/divoc.ts';
import { decodeHkText } from './hk/hk-text.ts';
import { decodeHcert, HCERT_PREFIX } from './hcert/hcert.ts';
import type { ForeignCode } from './foreign-code.ts';
import { decodeCredentialCose, decodeSdJwt } from './jose/credential.ts';
import { decodeJwt } from './jose/jwt.ts';
import { decodeVdsnc } from './vdsnc/vdsnc.ts';
import { decodeShc, decodeShcFile } from './shc/shc.ts';

/** A JSON-LD credential with a proof whose first context is the W3C's. */
const DIVOC_TEXT = /^\s*\{[\s\S]{0,400}"https:\/\/[\w./-]+\/credentials\/vaccination\/v1"/;

/** First match wins. */
const READERS: readonly (readonly [start: RegExp, decode: (text: string, crypto: Crypto) => ForeignCode])[] =
  [
    [new RegExp(`^${HCERT_PREFIX}`), decodeHcert],
    [/^shc:\//i, decodeShc],
    [/^\s*\{\s*(?:"verifiableCredential"\s*:|"resourceType"\s*:\s*"Parameters")/, decodeShcFile],
    [/^[\s[]*\{.{0,200}"t"\s*:\s*"icao\./s, decodeVdsnc],
    [/^PK\u0003\u0004/, decodeDivocZip],
    [DIVOC_TEXT, decodeDivocText],
    [/^HKSARG\|(?:VAC|MEC)\|/, decodeHkText],
    [/^eyJ[\w-]+\.[\w-]+\.[\w-]*~/, decodeSdJwt],
    [/^eyJ[\w-]+\.[\w-]+\.[\w-]*$/, decodeJwt],
    [/^0oR[A-Za-z0-9+/_-]+={0,2}$/, decodeCredentialCose],
  ];

/** `undefined` for a system that is only known by name. Throws `ForeignError`. */
export function decodeForeign(text: string, crypto: Crypto): ForeignCode | undefined {
  return READERS.find(([start]) => start.test(text))?.[1](text, crypto);
}
