/** The mapping that both authorities have on the ledger, as far as this house has its content. */
import type { Hex } from '../../core/bytes/hex.ts';
import { ConversionError } from '../../core/conversion/errors.ts';
import type { Mapping } from '../../core/conversion/mapping.ts';
import type { MappingSet } from '../../core/conversion/mapping-set.ts';
import type { Crypto } from '../../core/crypto.ts';
import type { Issuer } from '../../core/trust/trust-list.ts';
import type { ConversionKnowledge } from './ports.ts';

export interface Between {
  readonly source: Issuer;
  readonly target: Issuer;
}

/**
 * Throws `CONVERSION_MAPPING_NOT_IN_FORCE`, also for a digest whose content nobody has given us, or whose content is of
 * another way than the one that it stands for on the ledger.
 */
export function mappingInForce(
  { source, target }: Between,
  nowSeconds: number,
  {
    crypto,
    mappings,
    state,
  }: { readonly crypto: Crypto; readonly mappings: MappingSet; readonly state: ConversionKnowledge },
): Mapping {
  const found = state.policies.mappingAt(source.authority.id, target.authority.id, nowSeconds);
  const mapping = found === undefined ? undefined : mappings.byDigest(crypto, found.digest);
  const isOfThisWay =
    mapping?.source.authority === source.authority.name && mapping.target.authority === target.authority.name;
  if (!isOfThisWay) throw new ConversionError('CONVERSION_MAPPING_NOT_IN_FORCE');
  return mapping;
}

/** When recognition ended: from then on no version of the mapping holds. `undefined`: it has not. */
export function withdrawnFrom(state: ConversionKnowledge, source: Hex, target: Hex): number | undefined {
  const last = state.policies.mappingVersions(source, target).at(-1);
  return last === undefined || last.digest !== undefined ? undefined : last.effectiveFrom;
}
