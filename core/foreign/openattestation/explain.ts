/**
 * OpenAttestation documents (Singapore's HealthCerts and others): what one is, told without checking it. Whether it was
 * issued and still holds is known to the Ethereum network or the DNS it names, which nothing here asks.
 */
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { JsonValue } from '../../bytes/canonical-json.ts';
import { concatBytes } from '../../bytes/concat.ts';
import { BytesError } from '../../bytes/errors.ts';
import { fromHex, toHex } from '../../bytes/hex.ts';
import { isJsonArray, isJsonObject, parseStrictJsonText, type JsonObject } from '../../bytes/strict-json.ts';

/** What a document of a system that is not checked here turns out to be. */
export interface Explanation {
  readonly format: string;
  readonly facts: JsonObject;
}

const MAX_CHARACTERS = 1_000_000;
const MAX_STEPS = 64;
const HASH = /^[0-9a-f]{64}$/;

/** `undefined` when it is none. */
export function explainOpenAttestation(text: string): Explanation | undefined {
  const document = documentOf(text);
  if (document === undefined) return undefined;
  const { version, proof, signature } = document;
  const number = typeof version === 'string' ? /\/([23])\.0\//.exec(version)?.[1] : undefined;
  const wrapping = number === '2' ? signature : proof;
  return {
    format: `OpenAttestation document${number === undefined ? '' : `, version ${number}.0`}`,
    facts: {
      wrapped: number !== undefined,
      identifiedBy: identityOf(document),
      ...(isJsonObject(wrapping) ? pathFacts(wrapping, number) : {}),
      hiddenFields: hiddenFields(document),
      signed: isSigned(document),
    },
  };
}

function documentOf(text: string): JsonObject | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  try {
    const value = parseStrictJsonText(text);
    return isJsonObject(value) && isOpenAttestation(value) ? value : undefined;
  } catch (error) {
    if (error instanceof BytesError) return undefined;
    throw error;
  }
}

function isOpenAttestation({ version, type, openAttestationMetadata, $template }: JsonObject): boolean {
  const isVersioned =
    typeof version === 'string' && version.startsWith('https://schema.openattestation.com/');
  const isTyped = isJsonArray(type) && type.includes('OpenAttestationCredential');
  return isVersioned || isTyped || isJsonObject(openAttestationMetadata) || isJsonObject($template);
}

/** How the issuer is to be found: version 2 names each of its stores, version 3 a method. */
function identityOf({ data, issuers, openAttestationMetadata }: JsonObject): JsonValue {
  const metadata = isJsonObject(openAttestationMetadata) ? openAttestationMetadata : {};
  const proof = metadata['identityProof'];
  const method = metadata['proof'];
  if (isJsonObject(proof)) {
    return {
      type: proof['type'] ?? null,
      method: (isJsonObject(method) ? method['method'] : undefined) ?? null,
    };
  }
  const list = isJsonObject(data) ? data['issuers'] : issuers;
  const [first] = isJsonArray(list) ? list : [];
  if (!isJsonObject(first)) return null;
  const stores = ['documentStore', 'tokenRegistry', 'certificateStore', 'revocation', 'identityProof'];
  return stores.filter((name) => Object.hasOwn(first, name));
}

/** Whether the Merkle path leads from the document's hash to its root: pairs in order, keccak-256. */
function pathFacts(wrapping: JsonObject, version: string | undefined): JsonObject {
  const { targetHash, merkleRoot } = wrapping;
  const path = version === '2' ? wrapping['proof'] : wrapping['proofs'];
  if (
    !isHash(targetHash) ||
    !isHash(merkleRoot) ||
    !isJsonArray(path) ||
    path.length > MAX_STEPS ||
    !path.every(isHash)
  ) {
    return { merklePath: 'damaged' };
  }
  const root = path.reduce((hash, step) => keccakPair(hash, bytesOf(step)), bytesOf(targetHash));
  const isConsistent = toHex(root) === `0x${merkleRoot}`;
  return { merkleRoot, batchSteps: path.length, merklePath: isConsistent ? 'consistent' : 'broken' };
}

function keccakPair(a: Uint8Array, b: Uint8Array): Uint8Array {
  return keccak_256(toHex(a) < toHex(b) ? concatBytes(a, b) : concatBytes(b, a));
}

function hiddenFields({ privacy, proof }: JsonObject): number {
  const inProof = isJsonObject(proof) ? proof['privacy'] : undefined;
  const found = isJsonObject(inProof) ? inProof['obfuscated'] : undefined;
  const obfuscated = isJsonObject(privacy) ? privacy['obfuscatedData'] : found;
  return isJsonArray(obfuscated) ? obfuscated.length : 0;
}

function isSigned({ proof }: JsonObject): boolean {
  if (isJsonArray(proof)) return proof.length > 0;
  return isJsonObject(proof) && typeof proof['signature'] === 'string';
}

function isHash(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && HASH.test(value);
}

function bytesOf(hash: string): Uint8Array {
  return fromHex(`0x${hash}`);
}
