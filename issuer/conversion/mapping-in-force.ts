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

/**
 * When recognition ends, Unix seconds: since then no version of the mapping holds, whatever newer one has yet to begin;
 * ahead, it is the end of the one that holds. `undefined`: one holds without an end, or none was ever withdrawn.
 */
export function withdrawnFrom(
  { policies }: Pick<ConversionKnowledge, 'policies'>,
  { source, target }: { readonly source: Hex; readonly target: Hex },
  nowSeconds: number,
): number | undefined {
  const holdsAt = (seconds: number): boolean => policies.mappingAt(source, target, seconds) !== undefined;
  // Whatever holds begins and ends with one of the versions.
  const times = policies
    .mappingVersions(source, target)
    .map(({ effectiveFrom }) => effectiveFrom)
    .toSorted((a, b) => a - b);
  const held = times.findLast((time) => time <= nowSeconds && holdsAt(time)) ?? -Infinity;
  return times.find((time) => time > held && !holdsAt(time));
}
