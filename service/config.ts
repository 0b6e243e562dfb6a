/**
 * Reads settings from the environment, typed. Only the `config.ts` of a service calls this; a mistake names
 * the variable, never its value.
 */
import { HclError } from '../core/errors.ts';

export class ConfigError extends HclError<'CONFIG_MISSING' | 'CONFIG_INVALID'> {}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentReader {
  /** Throws `CONFIG_MISSING` when there is neither a value nor a default. */
  text(name: string, fallback?: string): string;
  optionalText(name: string): string | undefined;
  /** A decimal integer from `min` to `max`. */
  integer(
    name: string,
    options: { readonly fallback?: number; readonly min: number; readonly max: number },
  ): number;
  /** An absolute `http:` or `https:` URL, without a slash at its end. */
  url(name: string, fallback?: string): string;
  oneOf<Value extends string>(name: string, values: readonly Value[], fallback?: Value): Value;
}

/** A reader of the variables `<prefix><name>`. */
export function readEnv(environment: Environment, prefix: string): EnvironmentReader {
  const lookUp = (name: string): string | undefined => {
    const value = environment[prefix + name];
    return value === '' ? undefined : value;
  };
  const text = (name: string, fallback?: string): string => {
    const value = lookUp(name) ?? fallback;
    if (value === undefined) throw new ConfigError('CONFIG_MISSING', `${prefix}${name} is not set`);
    return value;
  };
  const invalid = (name: string, expected: string): ConfigError =>
    new ConfigError('CONFIG_INVALID', `${prefix}${name} must be ${expected}`);
  return {
    text,
    optionalText: lookUp,
    integer(name, { fallback, min, max }) {
      const value = text(name, fallback?.toString());
      const parsed = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
      if (!(parsed >= min && parsed <= max)) throw invalid(name, `an integer from ${min} to ${max}`);
      return parsed;
    },
    url(name, fallback) {
      const value = text(name, fallback);
      const protocol = URL.canParse(value) ? new URL(value).protocol : '';
      if (protocol !== 'http:' && protocol !== 'https:') throw invalid(name, 'an http or https URL');
      return value.replace(/\/+$/, '');
    },
    oneOf(name, values, fallback) {
      const value = text(name, fallback);
      const found = values.find((candidate) => candidate === value);
      if (found === undefined) throw invalid(name, `one of ${values.join(', ')}`);
      return found;
    },
  };
}
