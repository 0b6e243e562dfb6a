/** Rules as data on the command line: those that we ship, and JSON files about them. */
import { readFile } from 'node:fs/promises';
import type { JsonValue } from '../core/bytes/canonical-json.ts';
import { PolicyError } from '../core/policy/errors.ts';
import { parsePolicyJson, type PolicySet } from '../core/policy/policy-set.ts';
import { CliError } from './errors.ts';

/** Loaded only when somebody asks: checking a code without rules must not wait for them. */
export async function shippedPolicies(): Promise<PolicySet> {
  return (await import('../core/policy/default-policies.ts')).defaultPolicies();
}

/** Throws `CLI_FILE_INVALID` with the reason. */
export function jsonInText(text: string, path: string): JsonValue {
  try {
    return parsePolicyJson(text);
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new CliError('CLI_FILE_INVALID', `${path}: ${cause.message} (${cause.code})`, { cause });
  }
}

/** Throws `CLI_FILE_UNREADABLE`. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read`, { cause });
  }
}
