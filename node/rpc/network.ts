/** `web3_`, `net_` and the part of `eth_` that describes the node and its fees. */
import { BLOCK_GAS_LIMIT } from '../chain-rules.ts';
import type { RpcMethods } from './context.ts';
import { invalidParams } from './errors.ts';
import { quantity } from './json.ts';
import { findBlock } from './block-lookup.ts';
import { parseArray, parseBlockReference, parseQuantity, requireAtMost } from './parameters.ts';

const CLIENT_VERSION = 'health-code-ledger/embedded/1';
const MAX_FEE_HISTORY = 1_024n;

export const networkMethods: RpcMethods = {
  web3_clientVersion: () => CLIENT_VERSION,
  net_version: ({ rules }) => rules.chainId.toString(),
  net_listening: () => true,
  net_peerCount: () => '0x0',
  eth_chainId: ({ rules }) => quantity(rules.chainId),
  // The node follows nobody, so it is never behind.
  eth_syncing: () => false,
  // The node holds no senders' keys.
  eth_accounts: () => [],
  eth_gasPrice: () => '0x0',
  eth_maxPriorityFeePerGas: () => '0x0',

  /** Gas costs nothing, so of the history only the fill of the blocks is not zero. */
  eth_feeHistory: (context, params) => {
    requireAtMost(params, 3);
    const wanted = parseQuantity(params[0], 'blockCount');
    const newest = findBlock(context, parseBlockReference(params[1]));
    if (newest === undefined || wanted > MAX_FEE_HISTORY) {
      throw invalidParams(`blockCount: at most ${MAX_FEE_HISTORY}, ending at a known block`);
    }
    const percentiles = params[2] === undefined ? [] : parsePercentiles(params[2]);
    const last = newest.header.number;
    const count = Number(wanted < last + 1n ? wanted : last + 1n);
    const ratios = Array.from({ length: count }, (_, index) => {
      const block = context.store.blockByNumber(last - BigInt(count - 1 - index));
      return block === undefined ? 0 : Number(block.header.gasUsed) / Number(BLOCK_GAS_LIMIT);
    });
    return {
      oldestBlock: quantity(last - BigInt(count) + 1n),
      baseFeePerGas: zeros(count + 1),
      gasUsedRatio: ratios,
      ...(percentiles.length > 0 && { reward: ratios.map(() => zeros(percentiles.length)) }),
    };
  },
};

/** Numbers from 0 to 100 that do not fall. */
function parsePercentiles(value: unknown): readonly number[] {
  let last = 0;
  return parseArray(value, 'rewardPercentiles', 100).map((one) => {
    if (typeof one !== 'number' || one < last || one > 100) {
      throw invalidParams('rewardPercentiles: expected ascending numbers from 0 to 100');
    }
    last = one;
    return one;
  });
}

function zeros(count: number): string[] {
  return Array.from({ length: count }, () => '0x0');
}
