/**
 * Puts the mappings between the demonstration's authorities on the ledger: the admins of both sides sign, one of them
 * hands in. What the ledger has already is left out, so a founding that was cut short goes on where it stopped.
 */
import { authorityIdOf } from '../../ledger/identifiers.ts';
import type { Deployment } from '../../ledger/deployment.ts';
import { approveMapping } from '../../ledger/mapping-approval.ts';
import { PolicyRegistryClient } from '../../ledger/policy-registry.ts';
import { LedgerRpc } from '../../ledger/rpc.ts';
import { Sender } from '../../ledger/sender.ts';

export interface DemoAuthority {
  readonly name: string;
  readonly keys: { readonly authorityAdmin: string };
}

/** What the states of one authority's schemes propose in another's. */
export interface DemoMapping {
  /** Names of authorities. */
  readonly source: string;
  readonly target: string;
  /** 32 bytes. */
  readonly digest: Uint8Array;
}

/** Until the transaction is in a block. */
export const MARGIN_SECONDS = 5;
const APPROVALS_COUNT_SECONDS = 3600;

/** Throws `LEDGER_DEPLOYMENT_INVALID` for a ledger without the contract. */
export async function foundMappings(
  rpcUrl: string,
  deployment: Deployment,
  {
    authorities,
    mappings,
  }: { readonly authorities: readonly DemoAuthority[]; readonly mappings: readonly DemoMapping[] },
  nowSeconds: () => number = () => Math.floor(Date.now() / 1000),
): Promise<void> {
  using rpc = new LedgerRpc({ url: rpcUrl });
  const keyOf = (name: string): string => {
    const found = authorities.find((authority) => authority.name === name);
    if (found === undefined) throw new Error(`${name} takes no part in the demonstration`);
    return found.keys.authorityAdmin;
  };
  for (const { source, target, digest } of mappings) {
    const sender = new Sender({ rpc, privateKey: keyOf(source), chainId: deployment.chainId });
    const client = new PolicyRegistryClient({ rpc, deployment, sender });
    const pair = { source: authorityIdOf(source), target: authorityIdOf(target) };
    const last = await client.mapping(pair.source, pair.target);
    if (last !== undefined) continue;
    const mapping = {
      ...pair,
      version: 1,
      digest,
      effectiveFrom: nowSeconds() + (await client.leadTimeSeconds()) + MARGIN_SECONDS,
      deadline: nowSeconds() + APPROVALS_COUNT_SECONDS,
    };
    await client.publishMapping(mapping, {
      bySource: approveMapping(keyOf(source), deployment, mapping),
      byTarget: approveMapping(keyOf(target), deployment, mapping),
    });
  }
}
