/**
 * A legal act on the status of credentials: what is done, why, on which legal basis, to which credentials, from
 * when. Its bytes are canonical JSON (RFC 8785) with 128 random bits, so that nobody can guess them from the leaf:
 *
 *   {"affected":{"credentials":2,"places":"0x…"},"effectiveFrom":1671580800,"issuer":"did:web:…","kind":"suspend",
 *    "legalBasis":"Cap. 599L s. 14","notice":{"en":"…"},"proposedAt":1671580000,"proposedBy":"0x…",
 *    "reason":"lot-under-review","salt":"…","selector":{"by":"lot","lot":"210102"},"until":1674000000,"version":1}
 *
 *   leaf data = "hcl/act/1\0" ‖ SHA-256(bytes)          leaf = SHA-256(0x00 ‖ leaf data)
 *   id        = first 16 bytes of the leaf, 32 hex digits
 *
 * Only leaves leave the issuer. People are named by the ids of their keys.
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
import { ActError } from './errors.ts';
import {
  ACT_KINDS,
  COLOUR_DERIVED,
  COLOUR_RULED,
  ERASED,
  isReasonFor,
  mayEnd,
  type ActKind,
  type ActReason,
} from './kinds.ts';
import { selectorSchema, type Selector } from './selector.ts';

/** What holders are told; English always, and any other language we speak. */
export interface Notice {
  readonly en: string;
  readonly 'zh-Hant'?: string;
  readonly 'zh-Hans'?: string;
  readonly pt?: string;
}

export interface Act {
  readonly version: 1;
  /** DID of whoever issued the credentials. */
  readonly issuer: string;
  readonly kind: ActKind;
  readonly reason: ActReason;
  readonly legalBasis: string;
  readonly notice: Notice;
  readonly selector: Selector;
  /** Unix seconds; the act holds from this second on. It may lie in the past. */
  readonly effectiveFrom: number;
  /** The first second at which a suspension or a stay holds no more; absent: until another act. */
  readonly until?: number;
  /** Unix seconds. */
  readonly proposedAt: number;
  /** Address of the proposer's key; absent when no key was named. */
  readonly proposedBy?: Hex;
  /** What the selector found: how many credentials, and the digest of their places (`places.ts`). */
  readonly affected: { readonly credentials: number; readonly places: Hex };
  /** 16 random bytes, base64url. */
  readonly salt: string;
}

const DOMAIN = toUtf8('hcl/act/1\0');
const ID_BYTES = 16;
const CLOSED = { additionalProperties: false } as const;
const Seconds = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

export const LEGAL_BASIS_SCHEMA: Type.TString = Type.String({ minLength: 1, maxLength: 300 });
const NoticeText = Type.String({ minLength: 1, maxLength: 1000 });
export const NOTICE_SCHEMA: Type.TUnsafe<Notice> = Type.Unsafe<Notice>(
  Type.Object(
    {
      en: NoticeText,
      'zh-Hant': Type.Optional(NoticeText),
      'zh-Hans': Type.Optional(NoticeText),
      pt: Type.Optional(NoticeText),
    },
    CLOSED,
  ),
);

const schema = Compile(
  Type.Object(
    {
      version: Type.Literal(1),
      issuer: Type.String({ minLength: 1 }),
      kind: Type.Union(ACT_KINDS.map((kind) => Type.Literal(kind))),
      reason: Type.String(),
      legalBasis: LEGAL_BASIS_SCHEMA,
      notice: NOTICE_SCHEMA,
      selector: selectorSchema,
      effectiveFrom: Seconds,
      until: Type.Optional(Seconds),
      proposedAt: Seconds,
      proposedBy: Type.Optional(Type.String({ pattern: '^0x[0-9a-f]{40}$' })),
      affected: Type.Object(
        {
          // None where a ruling is on a person who has no health code now.
          credentials: Type.Integer({ minimum: 0 }),
          places: Type.String({ pattern: '^0x[0-9a-f]{64}$' }),
        },
        CLOSED,
      ),
      salt: Type.String({ pattern: '^[A-Za-z0-9_-]{21}[AQgw]$' }),
    },
    CLOSED,
  ),
);

/** The act's bytes; throws `ACT_INVALID` for what {@link parseAct} would refuse. */
export function encodeAct(act: Act): Uint8Array {
  const problem = problemOf(act);
  if (problem !== undefined) throw new ActError('ACT_INVALID', problem);
  return toUtf8(toCanonicalJson(act));
}

/** Reads an act's bytes; throws `ACT_INVALID`. */
export function parseAct(bytes: Uint8Array): Act {
  const value = readJson(bytes);
  if (!schema.Check(value)) throw new ActError('ACT_INVALID', 'not an act of version 1');
  // The schema says what Act says, but for the pairs that problemOf looks at.
  const act = value as Act;
  const problem = problemOf(act);
  if (problem !== undefined) throw new ActError('ACT_INVALID', problem);
  return act;
}

/** SHA-256(0x00 ‖ leaf data), 32 bytes. */
export function actLeaf(crypto: Crypto, actBytes: Uint8Array): Uint8Array {
  return leafHash(crypto, concatBytes(DOMAIN, crypto.sha256(actBytes)));
}

/** 32 hex digits: typed on a command line, a dash in front would be an option. */
export function actIdOf(leaf: Uint8Array): string {
  return toHex(leaf.subarray(0, ID_BYTES)).slice(2);
}

/** What no schema says: which parts go together. In words, without what stands in the act. */
export function problemOf({
  kind,
  reason,
  selector,
  effectiveFrom,
  until,
  affected,
}: Partial<Pick<Act, 'affected'>> & Pick<Act, 'kind' | 'reason' | 'selector' | 'effectiveFrom' | 'until'>):
  string | undefined {
  if (!isReasonFor(kind, reason)) return 'the reason is one for another kind of act';
  if (affected?.credentials === 0 && selector.by !== 'colour') return 'it concerns nothing';
  if (until !== undefined && !mayEnd(kind)) return 'only a suspension or a stay has an end';
  if (until !== undefined && until <= effectiveFrom) return 'it would end before it begins';
  if ((selector.by === 'erasure') !== (reason === ERASED)) return 'an erasure is an act of its own';
  if ((selector.by === 'colour') !== (reason === COLOUR_DERIVED || reason === COLOUR_RULED)) {
    return 'a change of colour is an act of its own';
  }
  if (selector.by === 'laboratory' && selector.until <= selector.from)
    return 'the window ends before it begins';
  const isOne = ['record', 'credential', 'colour'].includes(selector.by);
  if (kind === 'supersede' && !isOne) return 'one record is superseded at a time';
  return undefined;
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return parseCanonicalJson(bytes);
  } catch (cause) {
    if (!(cause instanceof HclError)) throw cause;
    throw new ActError('ACT_INVALID', 'not canonical JSON', { cause });
  }
}
