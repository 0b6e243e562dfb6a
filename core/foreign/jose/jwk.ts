/** JSON Web Keys (RFC 7517, 7518 §6, 8037) that an operator pins, as SubjectPublicKeyInfo. */
import { fromBase64url, toBase64url } from '../../bytes/base64url.ts';
import { toCanonicalJson } from '../../bytes/canonical-json.ts';
import { concatBytes } from '../../bytes/concat.ts';
import { DER, derNode } from '../../bytes/der.ts';
import { fromHex } from '../../bytes/hex.ts';
import type { JsonObject } from '../../bytes/strict-json.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import type { Crypto, KeyKind } from '../../crypto.ts';
import type { TrustEntry } from '../trust-entry.ts';

export interface PublicJwk {
  readonly members: JsonObject;
  readonly spki: Uint8Array;
  /** Members of its thumbprint (RFC 7638 §3.2). */
  readonly required: JsonObject;
}

interface Curve {
  readonly kind: KeyKind;
  /** AlgorithmIdentifier, DER. */
  readonly algorithm: Uint8Array;
  readonly bytes: number;
}

const CURVES: ReadonlyMap<unknown, Curve> = new Map<unknown, Curve>([
  ['P-256', curve('P-256', '301306072a8648ce3d020106082a8648ce3d030107', 32)],
  ['P-384', curve('P-384', '301006072a8648ce3d020106052b81040022', 48)],
  ['P-521', curve('P-521', '301006072a8648ce3d020106052b81040023', 66)],
  ['secp256k1', curve('secp256k1', '301006072a8648ce3d020106052b8104000a', 32)],
]);
const RSA_ALGORITHM = fromHex('0x300d06092a864886f70d0101010500');
const ED25519_ALGORITHM = fromHex('0x300506032b6570');
/** Which algorithm a key of a kind may name as its own. */
const ALGORITHMS: Readonly<Record<KeyKind, RegExp>> = {
  'P-256': /^ES256$/,
  'P-384': /^ES384$/,
  'P-521': /^ES512$/,
  secp256k1: /^ES256K$/,
  Ed25519: /^(?:EdDSA|Ed25519)$/,
  RSA: /^[PR]S(?:256|384|512)$/,
};

/** Throws `TRUST_LIST_INVALID`: a private key, one for encryption, or one whose members do not fit together. */
export function jwkOf(entry: TrustEntry): PublicJwk {
  if (['d', 'p', 'k'].some((name) => entry.get(name) !== undefined))
    throw entry.invalid('d', 'makes it a private key');
  const use = entry.optionalText('use');
  if (use !== undefined && use !== 'sig') throw entry.invalid('use', 'is not "sig"');
  const { kind, spki, required } = keyOf(entry);
  const alg = entry.optionalText('alg');
  if (alg !== undefined && !ALGORITHMS[kind].test(alg))
    throw entry.invalid('alg', 'does not go with the key');
  return { members: entry.members, spki, required };
}

/** RFC 7638, base64url. */
export function thumbprintOf(crypto: Crypto, { required }: PublicJwk): string {
  return toBase64url(crypto.sha256(toUtf8(toCanonicalJson(required))));
}

interface KeyParts {
  readonly kind: KeyKind;
  readonly spki: Uint8Array;
  readonly required: JsonObject;
}

function keyOf(entry: TrustEntry): KeyParts {
  const kty = entry.text('kty');
  switch (kty) {
    case 'EC':
      return ecKey(entry);
    case 'OKP':
      return okpKey(entry);
    case 'RSA':
      return rsaKey(entry);
    default:
      throw entry.invalid('kty', 'is none of EC, OKP and RSA');
  }
}

function ecKey(entry: TrustEntry): KeyParts {
  const crv = entry.text('crv');
  const found = CURVES.get(crv);
  if (found === undefined) throw entry.invalid('crv', 'is a curve that is not used here');
  const x = coordinate(entry, 'x', found.bytes);
  const y = coordinate(entry, 'y', found.bytes);
  const point = concatBytes(Uint8Array.of(0, 4), x, y);
  return {
    kind: found.kind,
    spki: derNode(DER.SEQUENCE, found.algorithm, derNode(DER.BIT_STRING, point)),
    required: { crv, kty: 'EC', x: entry.text('x'), y: entry.text('y') },
  };
}

function okpKey(entry: TrustEntry): KeyParts {
  const crv = entry.text('crv');
  if (crv !== 'Ed25519') throw entry.invalid('crv', 'is a curve that is not used here');
  const point = concatBytes(Uint8Array.of(0), coordinate(entry, 'x', 32));
  return {
    kind: 'Ed25519',
    spki: derNode(DER.SEQUENCE, ED25519_ALGORITHM, derNode(DER.BIT_STRING, point)),
    required: { crv, kty: 'OKP', x: entry.text('x') },
  };
}

function rsaKey(entry: TrustEntry): KeyParts {
  const numbers = ['n', 'e'].map((name) => derNode(DER.INTEGER, positive(entry, name)));
  const key = concatBytes(Uint8Array.of(0), derNode(DER.SEQUENCE, ...numbers));
  return {
    kind: 'RSA',
    spki: derNode(DER.SEQUENCE, RSA_ALGORITHM, derNode(DER.BIT_STRING, key)),
    required: { e: entry.text('e'), kty: 'RSA', n: entry.text('n') },
  };
}

function coordinate(entry: TrustEntry, name: string, length: number): Uint8Array {
  const bytes = base64url(entry, name);
  if (bytes.length !== length) throw entry.invalid(name, `is not ${length} bytes`);
  return bytes;
}

/** Content of a DER INTEGER: a zero comes before a high bit. */
function positive(entry: TrustEntry, name: string): Uint8Array {
  const bytes = base64url(entry, name);
  const [first] = bytes;
  if (first === undefined || first === 0) throw entry.invalid(name, 'is not a number in its shortest form');
  return first < 0x80 ? bytes : concatBytes(Uint8Array.of(0), bytes);
}

function base64url(entry: TrustEntry, name: string): Uint8Array {
  try {
    return fromBase64url(entry.text(name));
  } catch (cause) {
    throw entry.invalid(name, 'is not base64url', { cause });
  }
}

function curve(kind: KeyKind, algorithm: string, bytes: number): Curve {
  return { kind, algorithm: fromHex(`0x${algorithm}`), bytes };
}
