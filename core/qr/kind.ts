/**
 * What a text that is not an HCL1 code most likely is, told from how it begins: a checkpoint then says which
 * code it was shown. Reads no further than that, and proves nothing.
 */

/** First match wins. Names are for people and may be reworded. */
const KINDS: readonly (readonly [start: RegExp, kind: string])[] = [
  [/^HC1:/, 'EU Digital COVID Certificate or WHO HCERT'],
  [/^shc:\//i, 'SMART Health Card'],
  [/^\s*\{\s*(?:"verifiableCredential"\s*:|"resourceType"\s*:\s*"Parameters")/, 'SMART Health Card'],
  [/^(?:https:\/\/[^\s#]+#)?shlink:\//i, 'SMART Health Link'],
  [/^vhlink:\//i, 'verifiable health link'],
  [/^[\s[]*\{.{0,200}"t"\s*:\s*"icao\./s, 'ICAO VDS-NC'],
  [
    /^\s*\{[\s\S]{0,4000}(?:schema\.openattestation\.com|OpenAttestation|"\$template")/,
    'OpenAttestation document',
  ],
  [/^HKSARG\|VAC\|/, 'Hong Kong vaccination record'],
  [/^HKSARG\|MEC\|/, 'Hong Kong medical exemption certificate'],
  [/^HKSARG\|/, 'Hong Kong government record'],
  [/^NL\d:/, 'Dutch domestic code'],
  [/^NZCP:\//i, 'New Zealand COVID pass'],
  [/^LT1:/, 'Swiss light certificate'],
  [/^DC0[1-4][A-Z0-9]{4}/, 'French 2D-Doc'],
  [/^mdoc:/i, 'ISO 18013-5 mobile document'],
  [/^PK\x03\x04/, 'DIVOC certificate'],
  [/^\s*\{[\s\S]{0,400}"https:\/\/[\w./-]+\/credentials\/vaccination\/v1"/, 'DIVOC certificate'],
  [/^openid4vp:/i, 'OpenID4VP request'],
  [/^openid-credential-offer:/i, 'OpenID4VCI credential offer'],
  [/^eyJ[\w-]+\.[\w-]+\.[\w-]*~/, 'SD-JWT'],
  [/^eyJ[\w-]+\.[\w-]+\.[\w-]*$/, 'JWT'],
  [/^0oR[A-Za-z0-9+/_-]{40,}={0,2}$/, 'COSE'],
  [/^https?:\/\//i, 'web link'],
];

/** The foreign kind that `text` begins like, or `undefined`. */
export function recogniseKind(text: string): string | undefined {
  return KINDS.find(([start]) => start.test(text))?.[1];
}
