/**
 * Puts the rules that hold today on the ledger, each by the authority of its jurisdiction, all at once. What the ledger
 * has already is left out, and so is what was withdrawn.
 */
import { fromHex } from '../../core/bytes/hex.ts';
import { defaultPolicies } from '../../core/policy/default-policies.ts';
import { policyNamer, type PolicyNames } from '../../core/policy/ledger-registry.ts';
import { isEffective } from '../../core/policy/policy.ts';
import { authorityIdOf } from '../../ledger/identifiers.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { policyIdOf } from '../../ledger/policy-id.ts';
import { PolicyRegistryClient } from '../../ledger/policy-registry.ts';
import { LedgerRpc } from '../../ledger/rpc.ts';
import { Sender } from '../../ledger/sender.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import { MARGIN_SECONDS, type DemoAuthority } from './found-mappings.ts';
import type { DemoMember } from './members.ts';

export interface DemoPolicy extends PolicyNames {
  /** Name of the authority. */
  readonly authority: string;
}

/** Those that come with the program and are in force now by their own dates, as far as an authority has a say on them. */
export function policiesToday(
  members: readonly Pick<DemoMember, 'name' | 'jurisdiction'>[],
  nowSeconds: number = Math.floor(Date.now() / 1000),
): readonly DemoPolicy[] {
  const namesOf = policyNamer(nodeCrypto, policyIdOf);
  return defaultPolicies()
    .policies.filter((policy) => isEffective(policy, nowSeconds))
    .flatMap((policy) =>
      members
        .filter(({ jurisdiction }) => jurisdiction === policy.jurisdiction)
        .map(({ name }) => ({ authority: name, ...namesOf(policy) })),
    );
}

/** Throws `LEDGER_DEPLOYMENT_INVALID` for a ledger without the contract. */
export async function foundPolicies(
  rpcUrl: string,
  deployment: Deployment,
  {
    authorities,
    policies,
  }: { readonly authorities: readonly DemoAuthority[]; readonly policies: readonly DemoPolicy[] },
  nowSeconds: () => number = () => Math.floor(Date.now() / 1000),
): Promise<void> {
  using rpc = new LedgerRpc({ url: rpcUrl });
  const foundOf = async ({ keys, name }: DemoAuthority): Promise<void> => {
    const sender = new Sender({ rpc, privateKey: keys.authorityAdmin, chainId: deployment.chainId });
    const client = new PolicyRegistryClient({ rpc, deployment, sender });
    const owner = authorityIdOf(name);
    const found = policies
      .filter(({ authority }) => authority === name)
      .map(async ({ digest, id: policy }) => {
        const last = await client.policy(owner, policy);
        if (last !== undefined && (last.digest === undefined || last.digest === digest)) return;
        const effectiveFrom = nowSeconds() + (await client.leadTimeSeconds()) + MARGIN_SECONDS;
        await client.publish({
          authority: owner,
          policy,
          version: (last?.version ?? 0) + 1,
          digest: fromHex(digest),
          effectiveFrom,
        });
      });
    await Promise.all(found);
  };
  await Promise.all(authorities.map(foundOf));
}
