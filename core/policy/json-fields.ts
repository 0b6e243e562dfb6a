/** Reading a JSON object member by member: each is asked for by name, and what nobody asked for is refused. */
import type { JsonValue } from '../bytes/canonical-json.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../bytes/strict-json.ts';
import { toUnixSeconds } from '../record/calendar.ts';
import { PolicyError } from './errors.ts';

/** Throws `POLICY_FIELD`, and names the field, for everything that is not as asked for. */
export class JsonFields {
  readonly #members: JsonObject;
  readonly #path: string;
  readonly #asked = new Set<string>();

  /** @param path where the object stands, for messages: `policy.scope` */
  constructor(value: JsonValue | undefined, path: string) {
    if (!isJsonObject(value)) throw fieldError(path, 'is not an object');
    this.#members = value;
    this.#path = path;
  }

  get names(): readonly string[] {
    return Object.keys(this.#members);
  }

  pathOf(name: string): string {
    return `${this.#path}.${name}`;
  }

  /** `undefined` when absent; inherited members are absent. */
  value(name: string): JsonValue | undefined {
    this.#asked.add(name);
    return Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#members, name);
  }

  object(name: string): JsonFields {
    return new JsonFields(this.value(name), this.pathOf(name));
  }

  text(name: string, form: RegExp = /^[^\p{Cc}]{1,500}$/u): string {
    const value = this.value(name);
    if (typeof value !== 'string' || !form.test(value)) throw this.wrong(name, 'is not a text of its form');
    return value;
  }

  count(name: string, { min, max }: { readonly min: number; readonly max: number }): number {
    const value = this.value(name);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      throw this.wrong(name, `is not a whole number from ${min} to ${max}`);
    }
    return value;
  }

  oneOf<Value extends string>(name: string, values: readonly Value[]): Value {
    const value = this.value(name);
    const known = values.find((candidate) => candidate === value);
    if (known === undefined) throw this.wrong(name, `is none of ${values.join(', ')}`);
    return known;
  }

  /** RFC 3339 with offset → Unix seconds. */
  moment(name: string): number {
    const seconds = toUnixSeconds(this.text(name));
    if (seconds === undefined) throw this.wrong(name, 'is not a moment like 2022-12-21T00:00:00+08:00');
    return seconds;
  }

  list(
    name: string,
    { min = 0, max }: { readonly min?: number; readonly max: number },
  ): readonly JsonValue[] {
    const value = this.value(name);
    if (!isJsonArray(value) || value.length < min || value.length > max) {
      throw this.wrong(name, `is not a list of ${min} to ${max}`);
    }
    return value;
  }

  texts(
    name: string,
    form: RegExp,
    limits: { readonly min?: number; readonly max: number },
  ): readonly string[] {
    return this.list(name, limits).map((item) => {
      if (typeof item !== 'string' || !form.test(item))
        throw this.wrong(name, 'holds what is not of its form');
      return item;
    });
  }

  /** Call last: a member that was not asked for is a mistake that would otherwise go unnoticed. */
  refuseOthers(): void {
    const other = this.names.find((name) => !this.#asked.has(name));
    if (other !== undefined) throw fieldError(this.#path, `has a member that is not known: ${shown(other)}`);
  }

  wrong(name: string, problem: string): PolicyError {
    return fieldError(this.pathOf(name), problem);
  }
}

function fieldError(path: string, problem: string): PolicyError {
  return new PolicyError('POLICY_FIELD', `${path} ${problem}`);
}

function shown(name: string): string {
  return /^[\w.$-]{1,40}$/.test(name) ? name : '(a name that is not shown)';
}
