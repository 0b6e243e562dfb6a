/** What the ledger, as far as it is known, says of a policy: the digest in force under its id, by its jurisdiction's authorities. */
import { toHex, type Hex } from '../bytes/hex.ts';
import type { Crypto } from '../crypto.ts';
import type { LedgerState } from '../trust/ledger-state.ts';
import type { PolicyRegistry, RegisteredAt, Registration } from '../verify/policy-rules.ts';
import { policyDigest } from './digest.ts';
import type { Policy } from './policy.ts';

/** How the ledger names a policy and its content. */
export interface PolicyNames {
  readonly id: Hex;
  readonly digest: Hex;
}

/** What is known of the ledger. */
export interface RegistryKnowledge extends Pick<LedgerState, 'head' | 'trust'> {
  /** Absent: a bundle says nothing of policies. */
  readonly policies?: Pick<LedgerState['policies'], 'policyAt' | 'policyVersions'>;
}

export const NOTHING_REGISTERED: PolicyRegistry = {
  isRequired: false,
  find: () => ({ registration: 'unknown', untilSeconds: Infinity }),
};

/** Makes a policy's names once. @param policyIdOf keccak256 of an id's UTF-8 bytes */
export function policyNamer(
  crypto: Pick<Crypto, 'sha256'>,
  policyIdOf: (id: string) => Hex,
): (policy: Pick<Policy, 'id' | 'json'>) => PolicyNames {
  const made = new WeakMap<object, PolicyNames>();
  return (policy) => {
    const known = made.get(policy.json);
    if (known !== undefined) return known;
    const names = { id: policyIdOf(policy.id), digest: toHex(policyDigest(crypto, policy)) };
    made.set(policy.json, names);
    return names;
  };
}

export interface RegistryOptions {
  readonly namesOf: (policy: Pick<Policy, 'id' | 'json'>) => PolicyNames;
  /** Only what is registered counts. */
  readonly isRequired: boolean;
}

export function registryOver(
  known: RegistryKnowledge,
  { isRequired, namesOf }: RegistryOptions,
): PolicyRegistry {
  const { head, policies, trust } = known;
  if (policies === undefined || head.number < 0) return { ...NOTHING_REGISTERED, isRequired };
  return {
    isRequired,
    find: (policy, atSeconds) =>
      registeredAt({ ...namesOf(policy), jurisdiction: policy.jurisdiction }, atSeconds, { policies, trust }),
  };
}

/**
 * Of a content by its names alone. Where its own jurisdiction has said nothing under the id, or nothing yet, what others
 * said counts against it, and never for it: else it would be enough for a bent content to name another jurisdiction.
 */
export function registeredAt(
  { digest, id, jurisdiction }: PolicyNames & { readonly jurisdiction: string },
  atSeconds: number,
  { policies, trust }: Pick<Required<RegistryKnowledge>, 'policies' | 'trust'>,
): RegisteredAt {
  const said = [...trust.authorities()].map((authority) => ({
    isOwn: authority.jurisdiction === jurisdiction,
    times: policies.policyVersions(authority.id, id).map(({ effectiveFrom }) => effectiveFrom),
    inForce: policies.policyAt(authority.id, id, atSeconds),
  }));
  const begun = said.filter(({ times }) => times.some((time) => time <= atSeconds));
  const own = begun.filter(({ isOwn }) => isOwn);
  const counting = own.length === 0 ? begun : own;
  const registration = registrationOf({
    digest,
    inForce: counting.flatMap(({ inForce }) => inForce ?? []),
    hasBegun: counting.length > 0,
  });
  return {
    registration: own.length === 0 && registration === 'registered' ? 'unregistered' : registration,
    untilSeconds: Math.min(
      Infinity,
      ...said.flatMap(({ times }) => times).filter((time) => time > atSeconds),
    ),
  };
}

/** With several authorities in a jurisdiction, one that has this content in force is enough. */
function registrationOf({
  digest,
  hasBegun,
  inForce,
}: {
  readonly digest: Hex;
  readonly hasBegun: boolean;
  readonly inForce: readonly { readonly digest: Hex }[];
}): Registration {
  if (inForce.some((version) => version.digest === digest)) return 'registered';
  if (inForce.length > 0) return 'other';
  return hasBegun ? 'withdrawn' : 'unregistered';
}
