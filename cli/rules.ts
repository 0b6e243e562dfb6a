/** Rules as data on the command line: those that we ship, by name, and those in files. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { JsonValue } from '../core/bytes/canonical-json.ts';
import { isJsonObject, type JsonObject } from '../core/bytes/strict-json.ts';
import { PolicyError } from '../core/policy/errors.ts';
import type { Policy } from '../core/policy/policy.ts';
import { parsePolicyFile, parsePolicyJson, type PolicySet } from '../core/policy/policy-set.ts';
import { questionsFor, Rulebook, type Versions } from '../core/policy/rulebook.ts';
import type { PolicyRules } from '../core/verify/policy-rules.ts';
import { CliError, usageError } from './errors.ts';

const NAME = /^[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*(?:@\d+)?$/;

/** Loaded only when somebody asks: checking a code without rules must not wait for them. */
export async function shippedPolicies(): Promise<PolicySet> {
  return (await import('../core/policy/default-policies.ts')).defaultPolicies();
}

/** All versions for `hk.vp`, the one for `hk.vp@3`; `undefined` when nothing that we ship has that name. */
export async function rulesByName(name: string): Promise<Versions | undefined> {
  if (!NAME.test(name)) return undefined;
  const shipped = await shippedPolicies();
  const one = shipped.find(name);
  const versions = one === undefined ? shipped.versionsOf(name) : [one];
  return versions.length === 0 ? undefined : versions;
}

/** Whether a text is a policy of rules, alone or with its cases, and not a checkpoint's settings. */
export function isRuleFile(text: string): boolean {
  try {
    const value = parsePolicyJson(text);
    return isJsonObject(value) && (Object.hasOwn(value, 'form') || isJsonObject(value['policy']));
  } catch {
    // Whoever reads it next says what is wrong.
    return false;
  }
}

/** Throws `CLI_FILE_INVALID` with the reason. */
export function rulesInText(text: string, path: string): Policy {
  return orInvalid(path, () => parsePolicyFile(text));
}

/** Throws `CLI_FILE_INVALID` with the reason. */
export function jsonInText(text: string, path: string): JsonValue {
  return orInvalid(path, () => parsePolicyJson(text));
}

/** Throws `CLI_FILE_UNREADABLE`. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read`, { cause });
  }
}

export function toRulebook(questions: readonly Versions[], trip: JsonObject): Rulebook {
  return new Rulebook({ questions, trip });
}

/** The rules that a checkpoint's settings name; `undefined`: none. Throws `CLI_USAGE`. */
export async function readRules(
  settings: ReadonlyMap<string, unknown>,
  path: string,
): Promise<PolicyRules | undefined> {
  const trip = objectOf(settings.get('trip') ?? {}, 'trip');
  const passage = settings.get('passage');
  const names = settings.get('rules');
  if (passage !== undefined && names !== undefined) throw wrong('rules and passage exclude each other');
  if (passage !== undefined) return rulesOfPassage(objectOf(passage, 'passage'), trip);
  if (names === undefined) return undefined;
  if (!Array.isArray(names) || names.length === 0) throw wrong('rules is not a list');
  const questions = await Promise.all(names.map((name: unknown) => oneQuestion(name, path)));
  return toRulebook(questions, trip);
}

async function rulesOfPassage(passage: JsonObject, trip: JsonObject): Promise<PolicyRules> {
  const { jurisdiction, place, route, traveller } = passage;
  const isWhole =
    typeof jurisdiction === 'string' &&
    typeof place === 'string' &&
    typeof route === 'string' &&
    typeof traveller === 'string';
  if (!isWhole) throw wrong('passage is not {jurisdiction, place, route, traveller}');
  const { policies } = await shippedPolicies();
  const given = { place, route, traveller };
  const questions = questionsFor(policies, jurisdiction, given);
  if (questions.length === 0) throw wrong('passage is one that no rules are for');
  return toRulebook(questions, { ...trip, ...given });
}

async function oneQuestion(name: unknown, path: string): Promise<Versions> {
  if (typeof name !== 'string') throw wrong('rules holds what is no name');
  const versions = await rulesByName(name);
  if (versions !== undefined) return versions;
  const file = resolve(dirname(path), name);
  return [rulesInText(await readText(file), name)];
}

function objectOf(value: unknown, name: string): JsonObject {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) throw wrong(`${name} is not an object`);
  // Read from JSON.
  return value as JsonObject;
}

function orInvalid<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new CliError('CLI_FILE_INVALID', `${path}: ${cause.message} (${cause.code})`, { cause });
  }
}

function wrong(problem: string): CliError {
  return usageError(`policy file: ${problem}`);
}
