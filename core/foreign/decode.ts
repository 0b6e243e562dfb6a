/** Text → a code of another system that is read here. */
import { decodeHcert, HCERT_PREFIX } from './hcert/hcert.ts';
import type { ForeignCode } from './foreign-code.ts';
import { decodeJwt } from './jose/jwt.ts';
import { decodeVdsnc } from './vdsnc/vdsnc.ts';
import { decodeShc, decodeShcFile } from './shc/shc.ts';

/** First match wins. */
const READERS: readonly (readonly [start: RegExp, decode: (text: string) => ForeignCode])[] = [
  [new RegExp(`^${HCERT_PREFIX}`), decodeHcert],
  [/^shc:\//i, decodeShc],
  [/^\s*\{\s*(?:"verifiableCredential"\s*:|"resourceType"\s*:\s*"Parameters")/, decodeShcFile],
  [/^[\s[]*\{.{0,200}"t"\s*:\s*"icao\./s, decodeVdsnc],
  [/^eyJ[\w-]+\.[\w-]*\.[\w-]*$/, decodeJwt],
];

/** `undefined` for a system that is only known by name. Throws `ForeignError`. */
export function decodeForeign(text: string): ForeignCode | undefined {
  return READERS.find(([start]) => start.test(text))?.[1](text);
}
