/**
 * Transaction receipts in their consensus form (EIP-658, EIP-2718), which is also how they are stored:
 *
 *     payload = rlp([status, cumulative gas, bloom, [[address, [topic, …], data], …]])
 *     receipt = payload for legacy transactions, type byte ‖ payload for typed ones
 *
 * The receipts root is the root of the trie that maps rlp(index) to the receipt.
 */
import { RLP } from '@ethereumjs/rlp';
import { bigIntToUnpaddedBytes, bytesToBigInt, concatBytes } from '@ethereumjs/util';

export interface Log {
  /** 20 bytes. */
  readonly address: Uint8Array;
  /** Up to four topics of 32 bytes. */
  readonly topics: readonly Uint8Array[];
  readonly data: Uint8Array;
}

export interface Receipt {
  /** EIP-2718 transaction type, 0 for legacy. */
  readonly type: number;
  readonly succeeded: boolean;
  /** Gas used in the block up to and with this transaction. */
  readonly cumulativeGasUsed: bigint;
  /** 256 bytes. */
  readonly logsBloom: Uint8Array;
  readonly logs: readonly Log[];
}

export function encodeReceipt(receipt: Receipt): Uint8Array {
  const payload = RLP.encode([
    receipt.succeeded ? Uint8Array.of(1) : new Uint8Array(0),
    bigIntToUnpaddedBytes(receipt.cumulativeGasUsed),
    receipt.logsBloom,
    receipt.logs.map((log) => [log.address, [...log.topics], log.data]),
  ]);
  return receipt.type === 0 ? payload : concatBytes(Uint8Array.of(receipt.type), payload);
}

/** Reads {@link encodeReceipt}'s form. */
export function decodeReceipt(bytes: Uint8Array): Receipt {
  const first = bytes[0] ?? 0;
  const type = first <= 0x7f ? first : 0;
  // This form is written by encodeReceipt alone, and its bytes are covered by the receipts root.
  const [status, gas, logsBloom, logs] = RLP.decode(type === 0 ? bytes : bytes.subarray(1)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    [Uint8Array, Uint8Array[], Uint8Array][],
  ];
  return {
    type,
    succeeded: status.length === 1,
    cumulativeGasUsed: bytesToBigInt(gas),
    logsBloom,
    logs: logs.map(([address, topics, data]) => ({ address, topics, data })),
  };
}
