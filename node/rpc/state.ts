/** Accounts, code, storage, calls and estimates, at any block: the state of every block is kept. */
import { getMerkleStateProof } from '@ethereumjs/statemanager';
import { bytesToHex } from '@ethereumjs/util';
import type { Header } from '../header.ts';
import type { Message, Moment, Outcome } from '../simulator.ts';
import { requireBlock } from './block-lookup.ts';
import type { RpcContext, RpcMethods } from './context.ts';
import { invalidParams, refused, RPC_EXECUTION_REVERTED, RpcError } from './errors.ts';
import { estimateGas, intrinsicGas } from './estimate.ts';
import { quantity, wordToHex } from './json.ts';
import {
  parseAddress,
  parseArray,
  parseBlockReference,
  parseCall,
  parseObject,
  parseSlot,
  requireAtMost,
  type CallRequest,
} from './parameters.ts';
import { revertReason } from './revert-reason.ts';

const MAX_PROOF_KEYS = 1_024;

export const stateMethods: RpcMethods = {
  eth_getBalance: async (context, params) => {
    requireAtMost(params, 2);
    const address = parseAddress(params[0], 'address');
    const account = await context.states.read(headerAt(context, params[1]), (state) =>
      state.getAccount(address),
    );
    return quantity(account?.balance ?? 0n);
  },

  eth_getCode: async (context, params) => {
    requireAtMost(params, 2);
    const address = parseAddress(params[0], 'address');
    return bytesToHex(
      await context.states.read(headerAt(context, params[1]), (state) => state.getCode(address)),
    );
  },

  eth_getStorageAt: async (context, params) => {
    requireAtMost(params, 3);
    const address = parseAddress(params[0], 'address');
    const slot = parseSlot(params[1], 'slot');
    return wordToHex(
      await context.states.read(headerAt(context, params[2]), (state) => state.getStorage(address, slot)),
    );
  },

  /** EIP-1186. */
  eth_getProof: async (context, params) => {
    requireAtMost(params, 3);
    const address = parseAddress(params[0], 'address');
    const slots = parseArray(params[1], 'storage keys', MAX_PROOF_KEYS).map((key) =>
      parseSlot(key, 'storage key'),
    );
    return context.states.read(headerAt(context, params[2]), (state) =>
      getMerkleStateProof(state, address, slots),
    );
  },

  eth_call: async (context, params) => {
    requireNoOverrides(params);
    const call = parseCall(params[0]);
    const intrinsic = intrinsicGas(call, context.rules);
    if (call.gas < intrinsic) throw refused(`intrinsic gas too low: have ${call.gas}, want ${intrinsic}`);
    const moment = momentOf(context, params[1]);
    const outcome = await context.simulator.run(toMessage(call, call.gas - intrinsic), moment);
    if (outcome.kind !== 'returned') throw callError(outcome);
    return bytesToHex(outcome.data);
  },

  eth_estimateGas: async (context, params) => {
    requireNoOverrides(params);
    const call = parseCall(params[0]);
    const moment = momentOf(context, params[1]);
    const intrinsic = intrinsicGas(call, context.rules);
    const { gas, outcome } = await estimateGas(call.gas, intrinsic, (given) =>
      context.simulator.run(toMessage(call, given), moment),
    );
    if (gas !== undefined) return quantity(gas);
    if (outcome?.kind === 'reverted') throw callError(outcome);
    throw refused(`gas required exceeds allowance (${call.gas})`);
  },
};

/** Overrides of state or block are a debugging aid of some nodes; ignoring them would give wrong answers. */
function requireNoOverrides(params: readonly unknown[]): void {
  requireAtMost(params, 4);
  for (const overrides of params.slice(2)) {
    if (overrides === undefined || overrides === null) continue;
    if (Object.keys(parseObject(overrides, 'overrides')).length > 0) {
      throw invalidParams('state and block overrides are not supported');
    }
  }
}

function headerAt(context: RpcContext, block: unknown): Header {
  return requireBlock(context, parseBlockReference(block)).header;
}

/**
 * A block's own number and time, as geth has it, even where that is long ago; `pending` is the block that would be
 * made now, with the clock's time, before anything that waits.
 */
function momentOf(context: RpcContext, block: unknown): Moment {
  const reference = parseBlockReference(block);
  const { header } = requireBlock(context, reference);
  const isPending = reference.by === 'tag' && reference.tag === 'pending';
  return isPending ? { ...context.sealer.nextPosition, stateRoot: header.stateRoot } : header;
}

function toMessage({ from, to, value, data, gasPrice, accessList }: CallRequest, gas: bigint): Message {
  return { from, to, value, data, gasPrice, accessList, gas };
}

function callError(outcome: Exclude<Outcome, { kind: 'returned' }>): RpcError {
  if (outcome.kind === 'halted') return refused(outcome.reason);
  const reason = revertReason(outcome.data);
  const message = reason === undefined ? 'execution reverted' : `execution reverted: ${reason}`;
  return new RpcError(RPC_EXECUTION_REVERTED, message, bytesToHex(outcome.data));
}
