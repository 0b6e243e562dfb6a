/**
 * What two people approve when they rule: the legal act names this digest, and a change of colour by hand shows all that
 * it is made of, so that an auditor sees that it was this person's colour which they approved.
 *
 *   digest = SHA-256("hcl/ruling/1\0" ‖ canonical JSON of the ruling, the person's random name, and 128 random bits)
 */
import { toCanonicalJson } from '../bytes/canonical-json.ts';
import { concatBytes } from '../bytes/concat.ts';
import { toHex, type Hex } from '../bytes/hex.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { Crypto } from '../crypto.ts';
import type { Colour, Scheme } from '../record/derived.ts';

export interface RuledColour {
  /** What colour acts call the person. */
  readonly subject: string;
  readonly scheme: Scheme;
  readonly state: Colour;
  readonly ground: string;
  readonly untilSeconds: number;
  /** Digest of the references that it rests on, under a salt that stands nowhere: `evidenceDigest`. */
  readonly evidence: Hex;
  readonly proposedBy: string;
  /** 16 random bytes, base64url. */
  readonly salt: string;
}

const DOMAIN = toUtf8('hcl/ruling/1\0');

export function rulingDigest(crypto: Crypto, ruled: RuledColour): Hex {
  const { subject, scheme, state, ground, untilSeconds, evidence, proposedBy, salt } = ruled;
  const told = { subject, scheme, state, ground, untilSeconds, evidence, proposedBy, salt };
  return toHex(crypto.sha256(concatBytes(DOMAIN, toUtf8(toCanonicalJson(told)))));
}
