/** The health policies that we ship: what gave each scheme's colours, with dates and sources. */
import { isJsonObject, type JsonObject } from '../bytes/strict-json.ts';
import gdCode1 from '../policy/health/gd.code.1.json' with { type: 'json' };
import hkHc1 from '../policy/health/hk.hc.1.json' with { type: 'json' };
import hkVpColour1 from '../policy/health/hk.vp-colour.1.json' with { type: 'json' };
import moCode1 from '../policy/health/mo.code.1.json' with { type: 'json' };
import moCode2 from '../policy/health/mo.code.2.json' with { type: 'json' };
import { parsePolicy } from '../policy/policy-form.ts';
import { isEffective, type Policy } from '../policy/policy.ts';
import type { Scheme } from '../record/derived.ts';
import { SCHEME_FORMS } from './schemes.ts';

/** Policy and cases, as the files have them. */
export const HEALTH_POLICY_FILES: readonly JsonObject[] = [gdCode1, hkHc1, hkVpColour1, moCode1, moCode2];

export function shippedHealthPolicies(): readonly Policy[] {
  return HEALTH_POLICY_FILES.map(({ policy }) => parsePolicy(isJsonObject(policy) ? policy : {}));
}

/** The one in force; `undefined` when there is none, or more than one: then nobody can say the colour. */
export function healthPolicyAt(
  policies: readonly Policy[],
  scheme: Scheme,
  atSeconds: number,
): Policy | undefined {
  const { policyId } = SCHEME_FORMS[scheme];
  const [policy, ...others] = policies.filter((one) => one.id === policyId && isEffective(one, atSeconds));
  return others.length === 0 ? policy : undefined;
}
