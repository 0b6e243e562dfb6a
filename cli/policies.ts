/**
 * Policies on the command line: `base`, `ledger` (ledger mode: inclusion stands in for the signature; for
 * venues with queues, never for borders), rules as data by name (`hk.vp`, or one version of them, `hk.vp@3`) or in
 * a file of their own, or a JSON file that names what differs from `base`, and which rules apply:
 *
 *   { "id": "venue-strict", "version": 3, "acceptStaticPrint": false, "profiles": ["travel"] }
 *   { "id": "lane-3", "version": 1, "rules": ["hk.vp", "my-rules.json"], "trip": {"place": "venue:active"} }
 *   { "id": "lane-4", "version": 1, "passage": {"jurisdiction": "HK", "place": "port:SZB", "route": "CN>HK",
 *     "traveller": "resident"}, "trip": {"booked": true} }
 */
import { readFile } from 'node:fs/promises';
import type { Policy } from '../core/policy/policy.ts';
import { defaultPolicy, type VerifyPolicy } from '../core/verify/policy.ts';
import { usageError } from './errors.ts';
import { isRuleFile, readRules, rulesByName, rulesInText, toRulebook } from './rules.ts';

const BUILT_IN: ReadonlyMap<string, VerifyPolicy> = new Map([
  ['base', defaultPolicy],
  ['ledger', { ...defaultPolicy, id: 'ledger', ledgerMode: true }],
]);

const SECONDS = ['clockSkewSeconds', 'freshSeconds', 'ageingSeconds', 'statusGraceSeconds'] as const;
const FLAGS = ['ledgerMode', 'acceptStaticPrint', 'acceptUndatedLists'] as const;
const RULES = ['rules', 'passage', 'trip'] as const;
const KNOWN: ReadonlySet<string> = new Set(['id', 'version', ...SECONDS, ...FLAGS, 'profiles', ...RULES]);

/** @param path the name as a path, should it be no policy's name. Throws `CLI_USAGE`. */
export async function readPolicy(name: string, path: string): Promise<VerifyPolicy> {
  const builtIn = BUILT_IN.get(name);
  if (builtIn !== undefined) return builtIn;
  const versions = await rulesByName(name);
  if (versions !== undefined) return underRules(versions);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const names = [...BUILT_IN.keys()].join(', ');
    throw usageError(
      `--policy "${name}" is none of ${names}, no rules that "hcl policy list" knows, and no file that can be read`,
      {
        cause,
      },
    );
  }
  if (isRuleFile(text)) return underRules([rulesInText(text, path)]);
  const rules = await readRules(parseFields(text), path);
  return { ...parsePolicy(text), ...(rules === undefined ? {} : { rules }) };
}

/** `base`, and these versions of one policy. */
function underRules(versions: readonly Policy[]): VerifyPolicy {
  const { id = '', version = 0 } = versions.at(-1) ?? {};
  return { ...defaultPolicy, id, version, rules: toRulebook([versions], {}) };
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
