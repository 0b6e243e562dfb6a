/**
 * Policies on the command line: `base`, `ledger` (ledger mode: inclusion stands in for the signature; for
 * venues with queues, never for borders), or a JSON file that names what differs from `base`:
 *
 *   { "id": "venue-strict", "version": 3, "acceptStaticPrint": false, "profiles": ["travel"] }
 */
import { readFile } from 'node:fs/promises';
import { defaultPolicy, type VerifyPolicy } from '../core/verify/policy.ts';
import { usageError } from './errors.ts';

const BUILT_IN: ReadonlyMap<string, VerifyPolicy> = new Map([
  ['base', defaultPolicy],
  ['ledger', { ...defaultPolicy, id: 'ledger', ledgerMode: true }],
]);

const SECONDS = ['clockSkewSeconds', 'freshSeconds', 'ageingSeconds', 'statusGraceSeconds'] as const;
const FLAGS = ['ledgerMode', 'acceptStaticPrint'] as const;
const KNOWN: ReadonlySet<string> = new Set(['id', 'version', ...SECONDS, ...FLAGS, 'profiles']);

/** @param path the name as a path, should it be none of the built-in policies. Throws `CLI_USAGE`. */
export async function readPolicy(name: string, path: string): Promise<VerifyPolicy> {
  const builtIn = BUILT_IN.get(name);
  if (builtIn !== undefined) return builtIn;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const names = [...BUILT_IN.keys()].join(', ');
    throw usageError(`--policy "${name}" is none of ${names}, and no file that can be read`, { cause });
  }
  return parsePolicy(text);
}

/** Throws `CLI_USAGE` and names the field. */
export function parsePolicy(text: string): VerifyPolicy {
  const fields = parseFields(text);
  for (const name of fields.keys()) if (!KNOWN.has(name)) throw wrong(name, 'is not known');
  const id = fields.get('id');
  const version = fields.get('version');
  if (typeof id !== 'string' || id === '') throw wrong('id', 'is not a text');
  if (!isCount(version)) throw wrong('version', 'is not a whole number');
  const profiles = fields.get('profiles');
  return {
    ...defaultPolicy,
    id,
    version,
    ...Object.fromEntries(SECONDS.flatMap((name) => seconds(name, fields.get(name)))),
    ...Object.fromEntries(FLAGS.flatMap((name) => flag(name, fields.get(name)))),
    ...(profiles === undefined ? {} : { profiles: toProfiles(profiles) }),
  };
}

function parseFields(text: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return new Map(Object.entries(value));
  } catch {
    // Said below.
  }
  throw usageError('the policy file is not a JSON object');
}

function seconds(name: string, value: unknown): readonly (readonly [string, number])[] {
  if (value === undefined) return [];
  if (!isCount(value)) throw wrong(name, 'is not a number of seconds');
  return [[name, value]];
}

function flag(name: string, value: unknown): readonly (readonly [string, boolean])[] {
  if (value === undefined) return [];
  if (typeof value !== 'boolean') throw wrong(name, 'is not true or false');
  return [[name, value]];
}

function toProfiles(value: unknown): readonly ('venue' | 'travel')[] {
  const isList = Array.isArray(value) && value.length > 0;
  if (!isList) throw wrong('profiles', 'is not a list');
  return value.map((profile: unknown) =>
    profile === 'venue' || profile === 'travel'
      ? profile
      : fail('profiles', 'holds other than venue and travel'),
  );
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function fail(name: string, problem: string): never {
  throw wrong(name, problem);
}

function wrong(name: string, problem: string): Error {
  return usageError(`policy file: ${name} ${problem}`);
}
