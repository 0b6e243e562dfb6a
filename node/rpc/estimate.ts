/**
 * `eth_estimateGas`: the least gas, to within 1.5 %, with which a message still returns.
 *
 * More than what a run uses can be needed, because a call passes on only 63/64 of its gas (EIP-150) and refunds come
 * last, so the gas is searched for; geth's first guess makes that two runs for most calls.
 */
import { createLegacyTx } from '@ethereumjs/tx';
import type { ChainRules } from '../chain-rules.ts';
import type { Outcome } from '../simulator.ts';
import type { CallRequest } from './parameters.ts';

const CALL_STIPEND = 2_300n;
const TOLERANCE_PER_MILLE = 15n;

export interface Estimate {
  /** Gas limit for a transaction; absent when the message fails with all the gas there is. */
  readonly gas?: bigint;
  /** How it failed. */
  readonly outcome?: Outcome;
}

/** Gas that a transaction costs before its first instruction. */
export function intrinsicGas(call: CallRequest, rules: ChainRules): bigint {
  const plain = createLegacyTx(
    { ...(call.to === undefined ? {} : { to: call.to }), data: call.data },
    { common: rules.common, allowUnlimitedInitCodeSize: true },
  );
  const listed = call.accessList.reduce(
    (gas, { slots }) =>
      gas +
      plain.common.param('accessListAddressGas') +
      BigInt(slots.length) * plain.common.param('accessListStorageKeyGas'),
    0n,
  );
  return plain.getIntrinsicGas() + listed;
}

/** `run` executes the message with the given gas after the intrinsic gas; `allowance` is the most there is in all. */
export async function estimateGas(
  allowance: bigint,
  intrinsic: bigint,
  run: (gas: bigint) => Promise<Outcome>,
): Promise<Estimate> {
  if (allowance < intrinsic) return {};
  const first = await run(allowance - intrinsic);
  if (first.kind !== 'returned') return { outcome: first };

  const used = intrinsic + first.gasUsed;
  const succeeds = async (gas: bigint): Promise<boolean> => (await run(gas - intrinsic)).kind === 'returned';
  if (await succeeds(used)) return { gas: used };

  let bounds: Bounds = { tooLittle: used, enough: allowance };
  const guess = ((used + first.gasRefund + CALL_STIPEND) * 64n) / 63n;
  if (guess < allowance) bounds = await narrow(bounds, guess, succeeds);
  while ((bounds.enough - bounds.tooLittle) * 1_000n > bounds.enough * TOLERANCE_PER_MILLE) {
    bounds = await narrow(bounds, (bounds.enough + bounds.tooLittle) / 2n, succeeds);
  }
  return { gas: bounds.enough };
}

interface Bounds {
  readonly tooLittle: bigint;
  readonly enough: bigint;
}

async function narrow(
  bounds: Bounds,
  gas: bigint,
  succeeds: (gas: bigint) => Promise<boolean>,
): Promise<Bounds> {
  return (await succeeds(gas)) ? { ...bounds, enough: gas } : { ...bounds, tooLittle: gas };
}
