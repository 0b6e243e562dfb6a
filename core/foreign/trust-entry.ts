/** Reads one entry of a trust list; each getter names the entry and the member that is wrong. */
import { isJsonArray, isJsonObject, type JsonObject } from '../bytes/strict-json.ts';
import type { JsonValue } from '../bytes/canonical-json.ts';
import { fromBase64url } from '../bytes/base64url.ts';
import { TrustListError } from './trust-error.ts';

export class TrustEntry {
  /** Where it stands: `hcert[3]`. */
  readonly place: string;
  readonly #members: JsonObject;

  /** Throws `TRUST_LIST_INVALID` unless `value` is an object. */
  constructor(place: string, value: JsonValue | undefined) {
    this.place = place;
    if (!isJsonObject(value)) throw new TrustListError('TRUST_LIST_INVALID', `${place} is not an object`);
    this.#members = value;
  }

  get members(): JsonObject {
    return this.#members;
  }

  only(names: readonly string[]): void {
    for (const name of Object.keys(this.#members)) {
      if (!names.includes(name))
        throw this.invalid(/^\w{1,40}$/.test(name) ? name : 'a member', 'is not known');
    }
  }

  get(name: string): JsonValue | undefined {
    return Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
  }

  text(name: string): string {
    return this.optionalText(name) ?? this.#fail(name, 'is missing');
  }

  optionalText(name: string): string | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    return typeof value === 'string' && value !== '' ? value : this.#fail(name, 'is not a text');
  }

  /** base64 with or without its padding, or base64url. */
  bytes(name: string): Uint8Array {
    const text = this.text(name)
      .replaceAll(/\s/g, '')
      .replace(/={1,2}$/, '');
    try {
      return fromBase64url(text.replaceAll('+', '-').replaceAll('/', '_'));
    } catch {
      return this.#fail(name, 'is not base64');
    }
  }

  /** The entries of a list; none when it is absent. */
  entries(name: string): readonly TrustEntry[] {
    return this.values(name).map((item, index) => new TrustEntry(this.#placeOf(`${name}[${index}]`), item));
  }

  values(name: string): readonly JsonValue[] {
    const value = this.get(name);
    if (value === undefined) return [];
    return isJsonArray(value) ? value : this.#fail(name, 'is not a list');
  }

  invalid(name: string, problem: string, options?: ErrorOptions): TrustListError {
    return new TrustListError('TRUST_LIST_INVALID', `${this.#placeOf(name)} ${problem}`, options);
  }

  #placeOf(name: string): string {
    return this.place === '' ? name : `${this.place}.${name}`;
  }

  #fail(name: string, problem: string): never {
    throw this.invalid(name, problem);
  }
}
