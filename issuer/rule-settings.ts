/**
 * Rules of an authority's own, from folders of JSON files: what gives its health codes their colours
 * (`HCL_ISSUER_HEALTH_POLICIES`; docs/policies.md), and what becomes of codes on their way to and from elsewhere
 * (`HCL_ISSUER_MAPPINGS`; docs/conversion.md). A file is a policy or a mapping, alone or, as we ship them, as member
 * `policy` beside its cases.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject, parseStrictJson, type JsonObject } from '../core/bytes/strict-json.ts';
import { parseMapping } from '../core/conversion/mapping-form.ts';
import { HclError } from '../core/errors.ts';
import { SCHEME_FORMS } from '../core/health/schemes.ts';
import { parsePolicy } from '../core/policy/policy-form.ts';
import type { Policy } from '../core/policy/policy.ts';
import { ConfigError, readEnv, type Environment } from '../service/config.ts';
import type { IssuerConfig } from './config.ts';

type RuleSettings = Pick<IssuerConfig, 'healthPolicies' | 'mappings'>;

/** Throws `CONFIG_INVALID`; messages name the variable and the file. */
export async function readRuleSettings(environment: Environment): Promise<RuleSettings> {
  const env = readEnv(environment, 'HCL_ISSUER_');
  const healthPolicies = env.optionalText('HEALTH_POLICIES');
  const mappings = env.optionalText('MAPPINGS');
  return {
    ...(healthPolicies === undefined
      ? {}
      : { healthPolicies: await readAll('HCL_ISSUER_HEALTH_POLICIES', healthPolicies, toHealthPolicy) }),
    ...(mappings === undefined
      ? {}
      : { mappings: await readAll('HCL_ISSUER_MAPPINGS', mappings, parseMapping) }),
  };
}

function toHealthPolicy(json: JsonObject): Policy {
  const policy = parsePolicy(json);
  if (Object.values(SCHEME_FORMS).some(({ policyId }) => policyId === policy.id)) return policy;
  throw new ConfigError('CONFIG_INVALID', `no scheme has its colours from ${policy.id}`);
}

/** Each version of a rule once. */
async function readAll<Rule extends { readonly id: string; readonly version: number }>(
  variable: string,
  folder: string,
  parse: (json: JsonObject) => Rule,
): Promise<readonly Rule[]> {
  const rules = new Map<string, Rule>();
  for (const file of await filesIn(variable, folder)) {
    const rule = await readOne(`${variable}: ${file}`, join(folder, file), parse);
    const name = `${rule.id}.${rule.version}`;
    if (rules.has(name))
      throw new ConfigError('CONFIG_INVALID', `${variable}: ${file}: ${name} stands there twice`);
    rules.set(name, rule);
  }
  if (rules.size === 0)
    throw new ConfigError('CONFIG_INVALID', `${variable} must name a folder of JSON files`);
  return [...rules.values()];
}

async function filesIn(variable: string, folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  } catch (cause) {
    throw new ConfigError('CONFIG_INVALID', `${variable} must name a folder that can be read`, { cause });
  }
}

async function readOne<Rule>(where: string, path: string, parse: (json: JsonObject) => Rule): Promise<Rule> {
  try {
    const json = parseStrictJson(await readFile(path));
    if (!isJsonObject(json)) throw new ConfigError('CONFIG_INVALID', 'not an object');
    const { policy } = json;
    return parse(isJsonObject(policy) ? policy : json);
  } catch (cause) {
    const why = cause instanceof HclError ? cause.message : 'cannot be read';
    throw new ConfigError('CONFIG_INVALID', `${where}: ${why}`, { cause });
  }
}
