/** The grade of what is known, between two verdicts: by the same rule as a verdict's. */
import { freshnessOf } from '../../../core/verify/freshness.ts';
import { defaultPolicy } from '../../../core/verify/policy.ts';
import type { LedgerFreshness } from '../../../core/verify/verdict.ts';
import type { CheckpointPolicy } from '../engine/checkpoint-policy.ts';
import type { Known } from '../engine/protocol.ts';

export function freshnessNow(
  known: Known,
  { ageingSeconds }: CheckpointPolicy,
  nowSeconds: number,
): LedgerFreshness {
  const { blockHash, blockNumber, timeSeconds } = known;
  const state = { head: { number: blockNumber, hash: blockHash, timeSeconds } };
  return freshnessOf({ nowSeconds, state, policy: { ...defaultPolicy, ageingSeconds } }, undefined);
}
