/** By which mapping the target decides: what holds now does, and a version that is yet to come holds for nobody. */
import { ConversionError } from '../../../core/conversion/errors.ts';
import type { Mapping } from '../../../core/conversion/mapping.ts';
import type { ConversionClaims } from '../../../core/credential/claims.ts';
import { ledgerSeconds } from '../house-time.ts';
import { mappingInForce, type Between } from '../mapping-in-force.ts';
import type { Referred, TargetEntry } from './entry.ts';
import type { TargetHouse } from './house.ts';

type House = Pick<TargetHouse, 'crypto' | 'did' | 'ledger' | 'mappings' | 'now'>;

/** Throws `CONVERSION_MAPPING_NOT_IN_FORCE`, also where the source went by another mapping, or by a later version. */
export function mappingNow(
  house: House,
  between: Between,
  named: Pick<ConversionClaims, 'ruleId' | 'mappingVersion' | 'sourceScheme' | 'targetScheme'>,
): Mapping {
  const { state } = house.ledger;
  const mapping = mappingInForce(between, ledgerSeconds(house), { ...house, state });
  const isKnown = named.ruleId === mapping.id && named.mappingVersion <= mapping.version;
  const isBetweenSchemes =
    named.sourceScheme === mapping.source.scheme && named.targetScheme === mapping.target.scheme;
  if (!isKnown || !isBetweenSchemes) throw new ConversionError('CONVERSION_MAPPING_NOT_IN_FORCE');
  return mapping;
}

/** The same for what was referred. */
export function mappingOfReferred(
  house: House,
  { source: id, ruleId, mappingVersion }: TargetEntry,
  { sourceScheme, scheme: targetScheme }: Referred,
): Mapping {
  const { trust } = house.ledger.state;
  const [source, target] = [trust.issuer(id), trust.issuerByDid(house.did)];
  if (source === undefined || target === undefined)
    throw new ConversionError('CONVERSION_MAPPING_NOT_IN_FORCE');
  return mappingNow(house, { source, target }, { ruleId, mappingVersion, sourceScheme, targetScheme });
}
