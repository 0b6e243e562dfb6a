/** What both admins sign of a mapping (EIP-712), as `IPolicyRegistry.publishMapping` says. */
import { bytes32, type Consortium, END, IDS, LEAD_TIME, type Role, START } from './consortium.ts';

export interface MappingContent {
  readonly source: string;
  readonly target: string;
  readonly version: bigint;
  readonly digest: string;
  readonly effectiveFrom: bigint;
  readonly deadline: bigint;
}

export const MAPPING_TYPES: Record<string, { name: string; type: string }[]> = {
  ApproveMapping: [
    { name: 'source', type: 'bytes32' },
    { name: 'target', type: 'bytes32' },
    { name: 'version', type: 'uint64' },
    { name: 'digest', type: 'bytes32' },
    { name: 'effectiveFrom', type: 'uint64' },
    { name: 'deadline', type: 'uint64' },
  ],
};

/** The first version of the mapping from `authority` to `otherAuthority`. */
export function mappingContent(changes: Partial<MappingContent> = {}): MappingContent {
  return {
    source: IDS.authority,
    target: IDS.otherAuthority,
    version: 1n,
    digest: bytes32('mapping'),
    effectiveFrom: START + LEAD_TIME,
    deadline: END,
    ...changes,
  };
}

export async function approveMapping(
  world: Consortium,
  by: Role,
  content: MappingContent,
  domain: object = {},
): Promise<string> {
  const verifyingContract = await world.policyRegistry.getAddress();
  const full = { name: 'PolicyRegistry', version: '1', chainId: world.chainId, verifyingContract, ...domain };
  return world.signer(by).signTypedData(full, MAPPING_TYPES, { ...content });
}

/** The arguments of `publishMapping`; without signatures, with those of both admins. */
export async function mappingArguments(
  world: Consortium,
  content: MappingContent,
  signatures?: readonly [string, string],
): Promise<readonly unknown[]> {
  const { source, target, version, digest, effectiveFrom, deadline } = content;
  const [bySource, byTarget] = signatures ?? [
    await approveMapping(world, 'authorityAdmin', content),
    await approveMapping(world, 'otherAuthorityAdmin', content),
  ];
  return [source, target, version, digest, effectiveFrom, deadline, bySource, byTarget];
}
