/** Policies with their cases, by name or from a file, and a whole set with what is wrong with it. */
import type { Crypto } from '../core/crypto.ts';
import { toHex } from '../core/bytes/hex.ts';
import { parseCases, type PolicyCase } from '../core/policy/cases.ts';
import { policyDigest } from '../core/policy/digest.ts';
import { PolicyError } from '../core/policy/errors.ts';
import type { JsonValue } from '../core/bytes/canonical-json.ts';
import { nameOf, type Policy } from '../core/policy/policy.ts';
import { parsePolicyFile, parsePolicyJson } from '../core/policy/policy-set.ts';
import { CliError, usageError } from './errors.ts';
import { resolvePath, type Io } from './io.ts';
import { readText, shippedPolicies } from './rules.ts';

export interface PolicySource {
  /** `hk.vp@3`, or the file as it was named. */
  readonly name: string;
  readonly policy: Policy;
  readonly cases: readonly PolicyCase[];
}

export async function shippedSources(): Promise<readonly PolicySource[]> {
  const { DEFAULT_POLICY_FILES } = await import('../core/policy/default-policies.ts');
  return DEFAULT_POLICY_FILES.map((file) => toSource(file));
}

/** A file of a policy, with or without cases. Throws `CLI_FILE_INVALID`, `CLI_FILE_UNREADABLE`. */
export async function fileSource(name: string, io: Io): Promise<PolicySource> {
  const text = await readText(resolvePath(io, name));
  try {
    return { name, policy: parsePolicyFile(text), cases: parseCases(parsePolicyJson(text)) };
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new CliError('CLI_FILE_INVALID', `${name}: ${cause.message} (${cause.code})`, { cause });
  }
}

/** `hk.vp@3`, `hk.vp` (its newest version), or a file. Throws `CLI_USAGE` for a name that is neither. */
export async function sourceOf(name: string, io: Io): Promise<PolicySource> {
  const shipped = await shippedPolicies();
  const policy = shipped.find(name) ?? shipped.versionsOf(name).at(-1);
  if (policy === undefined && !/[./\\]json$|[/\\]/.test(name)) {
    throw usageError(`there are no rules "${name}"; "hcl policy list" shows those that there are`);
  }
  if (policy === undefined) return fileSource(name, io);
  const found = (await shippedSources()).find((source) => source.name === nameOf(policy));
  // Every shipped policy is in its file.
  return found ?? { name: nameOf(policy), policy, cases: [] };
}

export function digestOf(crypto: Crypto, policy: Policy): string {
  return toHex(policyDigest(crypto, policy));
}

function toSource(file: JsonValue): PolicySource {
  const policy = parsePolicyFile(JSON.stringify(file));
  return { name: nameOf(policy), policy, cases: parseCases(file) };
}
