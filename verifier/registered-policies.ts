/** The ledger's word on policies, as the service and `hcl verify` ask for it. */
import type { Crypto } from '../core/crypto.ts';
import {
  policyNamer,
  registryOver,
  type PolicyNames,
  type RegistryKnowledge,
} from '../core/policy/ledger-registry.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { PolicyRegistry } from '../core/verify/policy-rules.ts';
import { policyIdOf } from '../ledger/policy-id.ts';

/** What becomes of rules that the ledger says nothing of. */
export const UNREGISTERED = ['tell', 'refer'] as const;
export type Unregistered = (typeof UNREGISTERED)[number];

export class RegisteredPolicies {
  readonly namesOf: (policy: Pick<Policy, 'id' | 'json'>) => PolicyNames;
  readonly #isRequired: boolean;

  constructor(crypto: Pick<Crypto, 'sha256'>, unregistered: Unregistered = 'tell') {
    this.namesOf = policyNamer(crypto, policyIdOf);
    this.#isRequired = unregistered === 'refer';
  }

  /** What `state` says now. */
  over(state: RegistryKnowledge): PolicyRegistry {
    return registryOver(state, { namesOf: this.namesOf, isRequired: this.#isRequired });
  }
}
