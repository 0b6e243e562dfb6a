/**
 * Publishes the mappings by which the demonstration converts: those that held on the day whose rules it plays, each
 * signed by both authorities' admins. What the ledger has already is left as it is.
 */
import { defaultMappings } from '../../core/conversion/default-mappings.ts';
import { mappingDigest, type Mapping } from '../../core/conversion/mapping.ts';
import { isEffective } from '../../core/policy/policy.ts';
import { shippedHealthPolicies } from '../../core/health/policies.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { authorityIdOf } from '../../ledger/identifiers.ts';
import { approveMapping } from '../../ledger/mapping-approval.ts';
import { PolicyRegistryClient } from '../../ledger/policy-registry.ts';
import { LedgerRpc } from '../../ledger/rpc.ts';
import { Sender } from '../../ledger/sender.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import type { Member } from './found-ledger.ts';

/** The day whose rules hold in the demonstration, for ever. */
export const DEMO_DAY_SECONDS: number = Date.parse('2022-12-21T12:00:00+08:00') / 1000;

/** A version holds from the block after it was handed in: a real consortium waits for days. */
const AHEAD_SECONDS = 5;
const APPROVED_FOR_SECONDS = 3_600;

export async function foundMappings(
  rpcUrl: string,
  deployment: Deployment,
  members: readonly Member[],
): Promise<void> {
  using rpc = new LedgerRpc({ url: rpcUrl });
  for (const mapping of demoMappings()) {
    const [source, target] = [mapping.source, mapping.target].map(({ authority }) =>
      members.find(({ name }) => name === authority),
    );
    if (source !== undefined && target !== undefined)
      await publish(mapping, { source, target, rpc, deployment });
  }
}

/** The last version of each mapping that had begun by then. */
export function demoMappings(): readonly Mapping[] {
  const { all } = defaultMappings();
  return all.filter((mapping) => {
    const begun = all.filter(({ id, fromSeconds }) => id === mapping.id && fromSeconds <= DEMO_DAY_SECONDS);
    return mapping.version === Math.max(...begun.map(({ version }) => version));
  });
}

/** The policies of that day, without their end. */
export function demoHealthPolicies(): readonly Policy[] {
  return shippedHealthPolicies()
    .filter((policy) => isEffective(policy, DEMO_DAY_SECONDS))
    .map((policy) => {
      const { untilSeconds: _, ...endless } = policy;
      return endless;
    });
}

async function publish(
  mapping: Mapping,
  {
    source,
    target,
    rpc,
    deployment,
  }: {
    readonly source: Member;
    readonly target: Member;
    readonly rpc: LedgerRpc;
    readonly deployment: Deployment;
  },
): Promise<void> {
  const privateKey = source.keys.authorityAdmin;
  const sender = new Sender({ rpc, privateKey, chainId: deployment.chainId });
  const registry = new PolicyRegistryClient({ rpc, deployment, sender });
  const ends = { source: authorityIdOf(source.name), target: authorityIdOf(target.name) };
  if ((await registry.mapping(ends.source, ends.target)) !== undefined) return;
  const nowSeconds = Math.floor(Date.now() / 1000);
  const next = {
    ...ends,
    version: 1,
    digest: mappingDigest(nodeCrypto, mapping),
    effectiveFrom: nowSeconds + AHEAD_SECONDS,
    deadline: nowSeconds + APPROVED_FOR_SECONDS,
  };
  await registry.publishMapping(next, {
    bySource: approveMapping(source.keys.authorityAdmin, deployment, next),
    byTarget: approveMapping(target.keys.authorityAdmin, deployment, next),
  });
}
