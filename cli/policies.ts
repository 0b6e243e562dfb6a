/** `--policy`: what a checkpoint asks, by name or from files (`core/policy/checkpoint-policy.ts`). */
import { PolicyError } from '../core/policy/errors.ts';
import type { VerifyPolicy } from '../core/verify/policy.ts';
import { FileReads } from '../service/file-reads.ts';
import { nodeCrypto } from '../service/node-crypto.ts';
import { readPolicyFiles } from '../verifier/policy-files.ts';
import { CliError, usageError } from './errors.ts';
import { resolvePath, type Io } from './io.ts';
import { styled } from './page.ts';

/** Tells overlaps and gaps on standard error. Throws `CLI_USAGE`, `CLI_FILE_INVALID`. */
export async function readPolicy(name: string, io: Io): Promise<VerifyPolicy> {
  const named = { name, path: resolvePath(io, name), nowSeconds: io.nowSeconds() };
  try {
    const { policy, problems } = await readPolicyFiles(named, new FileReads(nodeCrypto));
    for (const { kind, what } of problems) {
      await io.err.write(`${styled(io.err, 'yellow', 'hcl verify:')} ${kind}: ${what}\n`);
    }
    return policy;
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
