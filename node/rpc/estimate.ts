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
  const guess = ((used + first.gasRefund + CALL_STIPEND) * 64n) / 63n;
  let enough = allowance;
  let tooLittle = used - 1n;
  const succeeds = async (gas: bigint): Promise<boolean> => (await run(gas - intrinsic)).kind === 'returned';
  const tryGas = async (gas: bigint): Promise<void> => {
    if (await succeeds(gas)) enough = gas;
    else tooLittle = gas;
  };
  if (await succeeds(used)) return { gas: used };
  tooLittle = used;
  if (guess < enough) await tryGas(guess);
  while ((enough - tooLittle) * 1_000n > enough * 15n) await tryGas((enough + tooLittle) / 2n);
  return { gas: enough };
}
