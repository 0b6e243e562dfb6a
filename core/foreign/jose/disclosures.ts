/**
 * Selective disclosure (RFC 9901 §7): each disclosure is put in the place of its digest, and everything that does not
 * fit makes the whole thing invalid: a digest that occurs twice, a disclosure that no digest is for, a name that is
 * taken or reserved.
 */
import type { JsonValue } from '../../bytes/canonical-json.ts';
import { fromBase64url, toBase64url } from '../../bytes/base64url.ts';
import { BytesError } from '../../bytes/errors.ts';
import { isJsonArray, isJsonObject, parseStrictJson, type JsonObject } from '../../bytes/strict-json.ts';
import { toUtf8 } from '../../bytes/utf8.ts';
import type { Crypto } from '../../crypto.ts';
import { ForeignError } from '../errors.ts';

const MAX_DISCLOSURES = 200;
const MAX_DEPTH = 32;
const DIGESTS = '_sd';
const PLACEHOLDER = '...';

interface Disclosure {
  /** Absent for an item of a list. */
  readonly name?: string;
  readonly value: JsonValue;
}

/** The payload with what is disclosed, and without any digests. Throws `CONTENT_INVALID`. */
export function disclose(crypto: Crypto, payload: JsonObject, disclosures: readonly string[]): JsonObject {
  const algorithm = payload['_sd_alg'] ?? 'sha-256';
  if (algorithm !== 'sha-256')
    throw new ForeignError('ALGORITHM_NOT_SUPPORTED', 'digests other than SHA-256');
  if (disclosures.length > MAX_DISCLOSURES) throw invalid('too many disclosures');
  const byDigest = new Map<string, Disclosure>();
  for (const text of disclosures) {
    const digest = toBase64url(crypto.sha256(toUtf8(text)));
    if (byDigest.has(digest)) throw invalid('a disclosure twice');
    byDigest.set(digest, parseDisclosure(text));
  }
  const discloser = new Discloser(byDigest);
  const { _sd_alg: _, ...claims } = discloser.object(payload, 0);
  discloser.end();
  return claims;
}

class Discloser {
  readonly #byDigest: ReadonlyMap<string, Disclosure>;
  readonly #seen = new Set<string>();
  #used = 0;

  constructor(byDigest: ReadonlyMap<string, Disclosure>) {
    this.#byDigest = byDigest;
  }

  /** §7.1 step 4: a disclosure that is referenced nowhere. */
  end(): void {
    if (this.#used !== this.#byDigest.size) throw invalid('a disclosure that no digest is for');
  }

  object(value: JsonObject, depth: number): JsonObject {
    if (depth > MAX_DEPTH) throw invalid('nested too deep');
    const members = new Map<string, JsonValue>();
    for (const [name, member] of Object.entries(value)) {
      if (name === DIGESTS) continue;
      if (name === PLACEHOLDER) throw invalid('a reserved name');
      members.set(name, this.#value(member, depth + 1));
    }
    for (const digest of digestsOf(value[DIGESTS])) {
      const found = this.#take(digest);
      if (found === undefined) continue;
      const { name } = found;
      if (name === undefined) throw invalid('an item of a list in an object');
      if (name === DIGESTS || name === PLACEHOLDER || members.has(name))
        throw invalid('a name that is taken');
      members.set(name, this.#value(found.value, depth + 1));
    }
    return Object.fromEntries(members);
  }

  #value(value: JsonValue, depth: number): JsonValue {
    if (depth > MAX_DEPTH) throw invalid('nested too deep');
    if (isJsonObject(value)) return this.object(value, depth);
    return isJsonArray(value) ? value.flatMap((item) => this.#item(item, depth)) : value;
  }

  #item(item: JsonValue, depth: number): readonly JsonValue[] {
    const digest = isJsonObject(item) ? item[PLACEHOLDER] : undefined;
    if (digest === undefined) return [this.#value(item, depth + 1)];
    if (typeof digest !== 'string' || Object.keys(item as JsonObject).length !== 1)
      throw invalid('a placeholder with more');
    const found = this.#take(digest);
    if (found === undefined) return [];
    if (found.name !== undefined) throw invalid('a member of an object in a list');
    return [this.#value(found.value, depth + 1)];
  }

  #take(digest: string): Disclosure | undefined {
    if (this.#seen.has(digest)) throw invalid('a digest twice');
    this.#seen.add(digest);
    const found = this.#byDigest.get(digest);
    if (found !== undefined) this.#used++;
    return found;
  }
}

function digestsOf(value: JsonValue | undefined): readonly string[] {
  if (value === undefined) return [];
  if (!isJsonArray(value) || !value.every((item) => typeof item === 'string'))
    throw invalid('digests that are none');
  return value;
}

function parseDisclosure(text: string): Disclosure {
  let parts: JsonValue;
  try {
    parts = parseStrictJson(fromBase64url(text));
  } catch (cause) {
    if (cause instanceof BytesError) throw invalid('a disclosure that cannot be read', { cause });
    throw cause;
  }
  if (!isJsonArray(parts) || typeof parts[0] !== 'string') throw invalid('a disclosure of another form');
  const [, second, third] = parts;
  if (parts.length === 2 && second !== undefined) return { value: second };
  if (parts.length === 3 && typeof second === 'string' && third !== undefined)
    return { name: second, value: third };
  throw invalid('a disclosure of another form');
}

function invalid(what: string, options?: ErrorOptions): ForeignError {
  return new ForeignError('CONTENT_INVALID', `not an SD-JWT: ${what}`, options);
}
