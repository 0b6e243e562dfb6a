/**
 * A checkpoint's settings: what differs from `base`, and which rules apply.
 *
 *   { "id": "venue-strict", "version": 3, "acceptStaticPrint": false, "profiles": ["travel"] }
 *   { "id": "lane-3", "version": 1, "rules": ["hk.vp", "my-rules.json"], "trip": {"place": "venue:active"} }
 *   { "id": "lane-4", "version": 1, "passage": {"jurisdiction": "HK", "place": "port:SZB", "route": "CN>HK",
 *     "traveller": "resident"}, "trip": {"booked": true}, "policies": ["mine.json"] }
 *   { "id": "lane-5", "version": 1, "national": {"country": "DE", "rules": ["DE"], "valueSets": ["valueSets.json"]} }
 *
 * Of `rules`, `passage` and `national` there is one at most. `policies` are files beside those that we ship, for
 * passages; without a passage of its own the checkpoint may be told one with each scan.
 */
import type { JsonValue } from '../bytes/canonical-json.ts';
import { isJsonObject, type JsonObject } from '../bytes/strict-json.ts';
import { defaultPolicy, type VerifyPolicy } from '../verify/policy.ts';
import { PolicyError } from './errors.ts';
import { parsePolicyJson } from './policy-set.ts';
import type { Passage } from './scope.ts';

export interface NationalSettings {
  readonly country: string;
  readonly region?: string;
  /** Folders or files of rules. */
  readonly rules: readonly string[];
  readonly valueSets: readonly string[];
}

export interface JurisdictionPassage extends Passage {
  readonly jurisdiction: string;
}

export interface CheckpointSettings {
  /** Without rules. */
  readonly policy: VerifyPolicy;
  readonly rules?: readonly string[];
  readonly passage?: JurisdictionPassage;
  readonly national?: NationalSettings;
  readonly policies: readonly string[];
  readonly trip: JsonObject;
}

const SECONDS = ['clockSkewSeconds', 'freshSeconds', 'ageingSeconds', 'statusGraceSeconds'] as const;
const FLAGS = ['ledgerMode', 'acceptStaticPrint', 'acceptUndatedLists', 'enrolledDevicesOnly'] as const;
const NAMES = ['id', 'version', 'profiles', 'rules', 'passage', 'national', 'policies', 'trip'] as const;
const KNOWN: ReadonlySet<string> = new Set([...NAMES, ...SECONDS, ...FLAGS]);

/** Throws `POLICY_SETTINGS` and names the field. */
export function parseSettings(text: string): CheckpointSettings {
  const fields = fieldsIn(text);
  const other = Object.keys(fields).find((name) => !KNOWN.has(name));
  if (other !== undefined) throw wrong(/^\w{1,40}$/.test(other) ? other : 'a member', 'is not known');
  const { id, national, passage, policies, profiles, rules, trip, version } = fields;
  if (typeof id !== 'string' || id === '') throw wrong('id', 'is not a text');
  if (!isCount(version)) throw wrong('version', 'is not a whole number');
  if ([rules, passage, national].filter((one) => one !== undefined).length > 1) {
    throw wrong('rules, passage and national', 'exclude each other');
  }
  return {
    policy: {
      ...defaultPolicy,
      id,
      version,
      ...Object.fromEntries(SECONDS.flatMap((name) => seconds(name, fields[name]))),
      ...Object.fromEntries(FLAGS.flatMap((name) => flag(name, fields[name]))),
      ...(profiles === undefined ? {} : { profiles: toProfiles(profiles) }),
    },
    ...(rules === undefined ? {} : { rules: names('rules', rules) }),
    ...(passage === undefined ? {} : { passage: toPassage(passage) }),
    ...(national === undefined ? {} : { national: toNational(national) }),
    policies: policies === undefined ? [] : names('policies', policies),
    trip: trip === undefined ? {} : objectOf('trip', trip),
  };
}

/** Throws `POLICY_SETTINGS`. */
export function toPassage(value: JsonValue): JurisdictionPassage {
  const { jurisdiction, place, route, traveller, ...others } = objectOf('passage', value);
  const isWhole =
    typeof jurisdiction === 'string' &&
    typeof place === 'string' &&
    typeof route === 'string' &&
    typeof traveller === 'string' &&
    Object.keys(others).length === 0;
  if (!isWhole) throw wrong('passage', 'is not {jurisdiction, place, route, traveller}');
  return { jurisdiction, place, route, traveller };
}

function toNational(value: JsonValue): NationalSettings {
  const { country, region, rules, valueSets, ...others } = objectOf('national', value);
  if (Object.keys(others).length > 0) throw wrong('national', 'is not {country, region, rules, valueSets}');
  if (typeof country !== 'string' || !/^[A-Z]{2}$/.test(country)) {
    throw wrong('national.country', 'is not two letters');
  }
  if (region !== undefined && (typeof region !== 'string' || region === '')) {
    throw wrong('national.region', 'is not a text');
  }
  return {
    country,
    ...(region === undefined ? {} : { region }),
    rules: names('national.rules', rules),
    valueSets: valueSets === undefined ? [] : names('national.valueSets', valueSets),
  };
}

function fieldsIn(text: string): JsonObject {
  let value: JsonValue;
  try {
    value = parsePolicyJson(text);
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new PolicyError('POLICY_SETTINGS', 'the policy file is not JSON', { cause });
  }
  if (!isJsonObject(value)) throw new PolicyError('POLICY_SETTINGS', 'the policy file is not a JSON object');
  // A member that is inherited is no member.
  return Object.assign(Object.create(null), value) as JsonObject;
}

function seconds(name: string, value: JsonValue | undefined): readonly (readonly [string, number])[] {
  if (value === undefined) return [];
  if (!isCount(value)) throw wrong(name, 'is not a number of seconds');
  return [[name, value]];
}

function flag(name: string, value: JsonValue | undefined): readonly (readonly [string, boolean])[] {
  if (value === undefined) return [];
  if (typeof value !== 'boolean') throw wrong(name, 'is not true or false');
  return [[name, value]];
}

function toProfiles(value: JsonValue): readonly ('venue' | 'travel')[] {
  return names('profiles', value).map((profile) => {
    if (profile === 'venue' || profile === 'travel') return profile;
    throw wrong('profiles', 'holds other than venue and travel');
  });
}

function names(name: string, value: JsonValue | undefined): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  if (items.length === 0) throw wrong(name, 'is not a list');
  return items.map((item) => {
    if (typeof item === 'string' && item !== '') return item;
    throw wrong(name, 'holds what is no name');
  });
}

function objectOf(name: string, value: JsonValue): JsonObject {
  if (!isJsonObject(value)) throw wrong(name, 'is not an object');
  return value;
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function wrong(name: string, problem: string): PolicyError {
  return new PolicyError('POLICY_SETTINGS', `policy file: ${name} ${problem}`);
}
