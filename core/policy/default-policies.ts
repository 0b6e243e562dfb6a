/**
 * The policies that we ship: what Hong Kong, Macao and the mainland asked for between 2020 and 2023, with dates and
 * sources, and the yellow fever rule of the International Health Regulations for today. Operators bring their own;
 * docs/policies.md explains how.
 */
import { isJsonObject, type JsonObject } from '../bytes/strict-json.ts';
import { parsePolicy } from './policy-form.ts';
import { PolicySet } from './policy-set.ts';
import cnNorth1 from './rules/cn.north.1.json' with { type: 'json' };
import cnNorth2 from './rules/cn.north.2.json' with { type: 'json' };
import hkColour1 from './rules/hk.colour.1.json' with { type: 'json' };
import hkCome2hk1 from './rules/hk.come2hk.1.json' with { type: 'json' };
import hkDeclaration1 from './rules/hk.declaration.1.json' with { type: 'json' };
import hkHealthCode1 from './rules/hk.health-code.1.json' with { type: 'json' };
import hkReturn2hk1 from './rules/hk.return2hk.1.json' with { type: 'json' };
import hkReturn2hk2 from './rules/hk.return2hk.2.json' with { type: 'json' };
import hkVp1 from './rules/hk.vp.1.json' with { type: 'json' };
import hkVp2 from './rules/hk.vp.2.json' with { type: 'json' };
import hkVp3 from './rules/hk.vp.3.json' with { type: 'json' };
import hkVp4 from './rules/hk.vp.4.json' with { type: 'json' };
import hkVp5 from './rules/hk.vp.5.json' with { type: 'json' };
import icvpYellowFever1 from './rules/icvp.yellow-fever.1.json' with { type: 'json' };
import moZh1 from './rules/mo-zh.1.json' with { type: 'json' };
import moZh2 from './rules/mo-zh.2.json' with { type: 'json' };
import moArrival1 from './rules/mo.arrival.1.json' with { type: 'json' };
import moArrival2 from './rules/mo.arrival.2.json' with { type: 'json' };

/** Policy and cases, as the files have them. */
export const DEFAULT_POLICY_FILES: readonly JsonObject[] = [
  cnNorth1,
  cnNorth2,
  hkColour1,
  hkCome2hk1,
  hkDeclaration1,
  hkHealthCode1,
  hkReturn2hk1,
  hkReturn2hk2,
  hkVp1,
  hkVp2,
  hkVp3,
  hkVp4,
  hkVp5,
  icvpYellowFever1,
  moZh1,
  moZh2,
  moArrival1,
  moArrival2,
];

/** Read anew each time: a checkpoint that chooses none pays for none. */
export function defaultPolicies(): PolicySet {
  return new PolicySet(DEFAULT_POLICY_FILES.map((file) => parsePolicy(policyIn(file))));
}

function policyIn(file: JsonObject): JsonObject {
  const { policy } = file;
  return isJsonObject(policy) ? policy : {};
}
