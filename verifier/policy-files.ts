/** What a checkpoint asks, from its files: the same for the service and for `hcl verify`. */
import { dirname, resolve } from 'node:path';
import { fromUtf8 } from '../core/bytes/utf8.ts';
import { readCheckpointPolicy, type CheckpointPolicy } from '../core/policy/checkpoint-policy.ts';
import { PolicyError } from '../core/policy/errors.ts';
import type { PolicySet } from '../core/policy/policy-set.ts';
import type { PolicySources } from '../core/policy/policy-sources.ts';
import type { FileReads } from '../service/file-reads.ts';

export interface NamedPolicy {
  /** Of a policy, or of a file. */
  readonly name: string;
  /** The name as a path, should it be no policy's name. */
  readonly path: string;
  readonly nowSeconds: number;
}

/** Throws `PolicyError`, `FILE_TOO_LARGE`; messages name the file. */
export function readPolicyFiles(policy: NamedPolicy, reads: FileReads): Promise<CheckpointPolicy> {
  return readCheckpointPolicy(policy.name, policy, policySources(reads));
}

export function policySources(reads: FileReads): PolicySources {
  return {
    shipped: () => (shipped ??= readShipped()),
    async readText(path) {
      const text = fromUtf8(await reads.read(path));
      if (text === undefined) throw new PolicyError('POLICY_NOT_JSON', `${path}: not UTF-8`);
      return text;
    },
    filesIn: (path) => reads.filesIn(path),
    beside: (path, name) => resolve(dirname(path), name),
  };
}

/** They do not change while we run. */
let shipped: Promise<PolicySet> | undefined;

async function readShipped(): Promise<PolicySet> {
  return (await import('../core/policy/default-policies.ts')).defaultPolicies();
}
