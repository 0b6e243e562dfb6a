/** `--policy`: what a checkpoint asks, by name or from files (`core/policy/checkpoint-policy.ts`), and what the ledger says of it. */
import { PolicyError } from '../core/policy/errors.ts';
import type { CheckpointPolicy } from '../core/policy/checkpoint-policy.ts';
import { NOTHING_REGISTERED, type RegistryKnowledge } from '../core/policy/ledger-registry.ts';
import { refuseOthers } from '../core/policy/registration.ts';
import type { PolicyRegistry } from '../core/verify/policy-rules.ts';
import { FileReads } from '../service/file-reads.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import { readPolicyFiles } from '../verifier/policy-files.ts';
import { CliError, usageError } from './errors.ts';
import { resolvePath, type Io } from './io.ts';
import { styled } from './page.ts';

/** Tells overlaps and gaps on standard error. Throws `CLI_USAGE`, `CLI_FILE_INVALID`. */
export async function readPolicy(name: string, io: Io): Promise<CheckpointPolicy> {
  const named = { name, path: resolvePath(io, name), nowSeconds: io.nowSeconds() };
  try {
    const read = await readPolicyFiles(named, new FileReads(nodeCrypto));
    for (const { kind, what } of read.problems) {
      await io.err.write(`${styled(io.err, 'yellow', 'hcl verify:')} ${kind}: ${what}\n`);
    }
    return read;
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw toCliError(cause);
  }
}

/**
 * What the ledger says of the rules; without any, it is not asked, and what asks it not loaded. Rejects with
 * `CLI_FILE_INVALID` where the ledger has another content in force then.
 */
export async function registryFor(
  { policy, questions }: CheckpointPolicy,
  known: RegistryKnowledge,
  atSeconds: number,
): Promise<PolicyRegistry> {
  if (policy.rules === undefined) return NOTHING_REGISTERED;
  const { RegisteredPolicies } = await import('../verifier/registered-policies.ts');
  const registry = new RegisteredPolicies(nodeCrypto).over(known);
  try {
    refuseOthers(questions, atSeconds, registry);
    return registry;
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw toCliError(cause);
  }
}

function toCliError(cause: PolicyError): CliError {
  const isUsage = cause.code === 'POLICY_SETTINGS' || cause.code === 'POLICY_UNKNOWN';
  if (isUsage)
    return usageError(cause.code === 'POLICY_UNKNOWN' ? `--policy ${cause.message}` : cause.message, {
      cause,
    });
  return new CliError('CLI_FILE_INVALID', `${cause.message} (${cause.code})`, { cause });
}
