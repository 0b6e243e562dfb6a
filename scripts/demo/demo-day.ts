/** The day whose rules the demonstration plays, for ever: mappings and health policies that held then. */
import { defaultMappings } from '../../core/conversion/default-mappings.ts';
import { mappingDigest } from '../../core/conversion/mapping.ts';
import { shippedHealthPolicies } from '../../core/health/policies.ts';
import { isEffective, type Policy } from '../../core/policy/policy.ts';
import { nodeCrypto } from '../../service/node-crypto.ts';
import type { DemoMapping } from './found-mappings.ts';

const DEMO_DAY_SECONDS: number = Date.parse('2022-12-21T12:00:00+08:00') / 1000;

/** The last version of each mapping that had begun by then. */
export function demoMappings(): readonly DemoMapping[] {
  const { all } = defaultMappings();
  const held = all.filter((mapping) => {
    const begun = all.filter(({ id, fromSeconds }) => id === mapping.id && fromSeconds <= DEMO_DAY_SECONDS);
    return mapping.version === Math.max(...begun.map(({ version }) => version));
  });
  return held.map((mapping) => ({
    source: mapping.source.authority,
    target: mapping.target.authority,
    digest: mappingDigest(nodeCrypto, mapping),
  }));
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
