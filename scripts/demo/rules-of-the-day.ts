/** The rules by which the demonstration gives colours and converts: those of one day, which holds there for ever. */
import { defaultMappings } from '../../core/conversion/default-mappings.ts';
import { mappingDigest, type Mapping } from '../../core/conversion/mapping.ts';
import { shippedHealthPolicies } from '../../core/health/policies.ts';
import { isEffective, type Policy } from '../../core/policy/policy.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import type { DemoMapping } from './found-mappings.ts';

const DAY_SECONDS = Date.parse('2022-12-21T12:00:00+08:00') / 1000;

/** As the ledger is to name them, see `found-mappings.ts`. */
export function mappingsToFound(): readonly DemoMapping[] {
  return mappingsOfTheDay().map((mapping) => ({
    source: mapping.source.authority,
    target: mapping.target.authority,
    digest: mappingDigest(nodeCrypto, mapping),
  }));
}

/** The policies of that day, without their end. */
export function healthPoliciesOfTheDay(): readonly Policy[] {
  return shippedHealthPolicies()
    .filter((policy) => isEffective(policy, DAY_SECONDS))
    .map((policy) => {
      const { untilSeconds: _, ...endless } = policy;
      return endless;
    });
}

/** The last version of each mapping that had begun by then. */
function mappingsOfTheDay(): readonly Mapping[] {
  const { all } = defaultMappings();
  return all.filter((mapping) => {
    const begun = all.filter(({ id, fromSeconds }) => id === mapping.id && fromSeconds <= DAY_SECONDS);
    return mapping.version === Math.max(...begun.map(({ version }) => version));
  });
}
