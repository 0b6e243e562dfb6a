/**
 * A colour act: that the colour of one person in one scheme became another, by which version of which rule, on what
 * evidence, by whom. Every change is one, and every one is a leaf of an anchored batch. Its bytes are canonical JSON
 * (RFC 8785) with 128 random bits, so that nobody can guess them from the leaf:
 *
 *   {"actor":"rule","at":1671610000,"evidence":"0x…","from":"green","ground":"hcl|under-order","issuer":"did:web:…",
 *    "ruleId":"hk.hc","ruleVersion":1,"salt":"…","scheme":"HK-HC","subject":"…","to":"red","version":1}
 *
 *   leaf data = "hcl/colour/1\0" ‖ SHA-256(bytes)       leaf = SHA-256(0x00 ‖ leaf data)
 *   id        = first 16 bytes of the leaf, 32 hex digits
 *
 * `subject` is a random name that the issuer alone can lead to a person; `evidence` a salted digest of what the change
 * rests on; people are named by the ids of their keys. A change by hand names the legal act (its leaf) that two people
 * have approved, and them.
 */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { parseCanonicalJson, toCanonicalJson } from '../bytes/canonical-json.ts';
import { concatBytes } from '../bytes/concat.ts';
import { toHex, type Hex } from '../bytes/hex.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import { leafHash } from '../commitment/leaf.ts';
import type { Crypto } from '../crypto.ts';
import { HclError } from '../errors.ts';
import { COLOURS, SCHEMES, type Colour, type Scheme } from '../record/derived.ts';
import type { Code } from '../record/record.ts';
import { ColourError } from './errors.ts';
import { isGround } from './grounds.ts';
import type { RuledColour } from './ruling-digest.ts';
import { severityOf } from './schemes.ts';

/** Who made a change without a person. */
export const BY_RULE = 'rule';

export const COLOUR_CAUSES = ['order', 'release'] as const;
export type ColourCause = (typeof COLOUR_CAUSES)[number];

export interface ColourAct {
  readonly version: 1;
  readonly issuer: string;
  /** 16 random bytes, base64url. */
  readonly subject: string;
  readonly scheme: Scheme;
  /** Absent: the first colour that the person has in the scheme. */
  readonly from?: Colour;
  readonly to: Colour;
  readonly ruleId: string;
  readonly ruleVersion: number;
  /** Needed unless `to` is the scheme's best colour. */
  readonly ground?: Code;
  /** SHA-256, see {@link evidenceDigest}. */
  readonly evidence: Hex;
  /** `rule`, or the address of the key of the person who asked for it. */
  readonly actor: string;
  /** By hand: the leaf of the approved legal act … */
  readonly act?: Hex;
  /** … and the addresses of the two who approved it. */
  readonly approvers?: readonly Hex[];
  /** By hand: with the rest of the act, all that the approved digest is made of (`rulingDigest`). */
  readonly ruling?: Pick<RuledColour, 'untilSeconds' | 'evidence' | 'salt'>;
  /** By a rule, because an order was entered or released: what the operator says and nobody has signed. */
  readonly cause?: ColourCause;
  /** Unix seconds. */
  readonly at: number;
  /** 16 random bytes, base64url. */
  readonly salt: string;
}

const DOMAIN = toUtf8('hcl/colour/1\0');
const EVIDENCE_DOMAIN = toUtf8('hcl/evidence/1\0');
const ID_BYTES = 16;
const Random16 = Type.String({ pattern: '^[A-Za-z0-9_-]{21}[AQgw]$' });
const Hash = Type.String({ pattern: '^0x[0-9a-f]{64}$' });
const Seconds = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Address = Type.String({ pattern: '^0x[0-9a-f]{40}$' });
const ColourName = Type.Union(COLOURS.map((colour) => Type.Literal(colour)));

const schema = Compile(
  Type.Object(
    {
      version: Type.Literal(1),
      issuer: Type.String({ minLength: 1 }),
      subject: Random16,
      scheme: Type.Union(SCHEMES.map((scheme) => Type.Literal(scheme))),
      from: Type.Optional(ColourName),
      to: ColourName,
      ruleId: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,39}$' }),
      ruleVersion: Type.Integer({ minimum: 1, maximum: 9999 }),
      ground: Type.Optional(Type.String()),
      evidence: Hash,
      actor: Type.Union([Type.Literal(BY_RULE), Address]),
      act: Type.Optional(Hash),
      approvers: Type.Optional(Type.Array(Address, { minItems: 2, maxItems: 2 })),
      ruling: Type.Optional(
        Type.Object(
          { untilSeconds: Seconds, evidence: Hash, salt: Random16 },
          { additionalProperties: false },
        ),
      ),
      cause: Type.Optional(Type.Union(COLOUR_CAUSES.map((cause) => Type.Literal(cause)))),
      at: Seconds,
      salt: Random16,
    },
    { additionalProperties: false },
  ),
);

/** The act's bytes; throws `COLOUR_ACT_INVALID` for what {@link parseColourAct} would refuse. */
export function encodeColourAct(act: ColourAct): Uint8Array {
  check(act);
  return toUtf8(toCanonicalJson(act));
}

/** Throws `COLOUR_ACT_INVALID`: no bytes without rule version, evidence, actor and, by hand, two approvers are an act. */
export function parseColourAct(bytes: Uint8Array): ColourAct {
  const value = readJson(bytes);
  check(value);
  return value;
}

/** SHA-256(0x00 ‖ leaf data), 32 bytes. */
export function colourLeaf(crypto: Crypto, actBytes: Uint8Array): Uint8Array {
  return colourLeafOf(crypto, crypto.sha256(actBytes));
}

/** @param digest SHA-256 of the act's bytes */
export function colourLeafOf(crypto: Crypto, digest: Uint8Array): Uint8Array {
  return leafHash(crypto, concatBytes(DOMAIN, digest));
}

export function colourIdOf(leaf: Uint8Array): string {
  return toHex(leaf.subarray(0, ID_BYTES)).slice(2);
}

/**
 * What a change rests on, so that only who knows the salt can tell.
 *
 * @param references ids of records and orders, numbers of cases at the authority
 * @param salt the issuer's own: never one that the act shows
 */
export function evidenceDigest(crypto: Crypto, references: readonly string[], salt: string): Hex {
  const told = toUtf8(toCanonicalJson([...references].toSorted()));
  return toHex(crypto.sha256(concatBytes(EVIDENCE_DOMAIN, toUtf8(salt), told)));
}

/** Made by people, not by a dated rule. */
export function isByHand({ actor }: Pick<ColourAct, 'actor'>): boolean {
  return actor !== BY_RULE;
}

function check(value: unknown): asserts value is ColourAct {
  if (!schema.Check(value)) throw invalid('not a colour act of version 1');
  // The schema says what ColourAct says, but for what `problemOf` looks at.
  const problem = problemOf(value as ColourAct);
  if (problem !== undefined) throw invalid(problem);
}

/** What no schema says: which parts go together. */
function problemOf(act: ColourAct): string | undefined {
  const { scheme, from, to, ground, approvers, cause } = act;
  const severity = severityOf(scheme, to);
  if (severity === undefined) return 'the scheme does not know the colour';
  if (from !== undefined && severityOf(scheme, from) === undefined)
    return 'the scheme does not know the colour';
  if (ground !== undefined && !isGround(ground)) return 'a ground that there is not';
  if (ground === undefined && severity > 0) return 'it names no ground';
  if (!isByHand(act)) {
    const parts = [act.act, approvers, act.ruling];
    return parts.every((part) => part === undefined) ? undefined : 'a rule needs no approval';
  }
  if (act.act === undefined || approvers === undefined) return 'by hand, and not approved by two people';
  if (cause !== undefined) return 'by hand, and by an order';
  return approvers[0] === approvers[1] ? 'one person approved it twice' : undefined;
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return parseCanonicalJson(bytes);
  } catch (cause) {
    if (!(cause instanceof HclError)) throw cause;
    throw invalid('not canonical JSON', cause);
  }
}

function invalid(what: string, cause?: unknown): ColourError {
  return new ColourError('COLOUR_ACT_INVALID', what, cause === undefined ? {} : { cause });
}
