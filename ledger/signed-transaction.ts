/** A call as a signed transaction: one set of bytes, by which it is found again. */
import { keccak256, Transaction, type SigningKey } from 'ethers';
import type { Hex } from '../core/trust/ledger-event.ts';

export interface Call {
  /** Absent to create a contract. */
  readonly to?: Hex;
  readonly data: Hex;
  /** Default 1,000,000: our contracts' writes are O(1) and gas is free. */
  readonly gasLimit?: bigint;
  /** False: it goes out without being tried, where that costs the node as much as carrying it out; default true. */
  readonly isTriedFirst?: boolean;
}

export interface SignedTransaction {
  readonly hash: Hex;
  readonly bytes: Hex;
  readonly nonce: number;
}

export const DEFAULT_GAS = 1_000_000n;

export function signTransaction(
  call: Call,
  { chainId, nonce, key }: { readonly chainId: number; readonly nonce: number; readonly key: SigningKey },
): SignedTransaction {
  const transaction = Transaction.from({
    type: 2,
    chainId,
    nonce,
    to: call.to ?? null,
    data: call.data,
    gasLimit: call.gasLimit ?? DEFAULT_GAS,
    maxFeePerGas: 0n,
    maxPriorityFeePerGas: 0n,
    value: 0n,
  });
  transaction.signature = key.sign(transaction.unsignedHash);
  const bytes = transaction.serialized as Hex; // ethers gives lowercase hex
  return { bytes, hash: keccak256(bytes) as Hex, nonce };
}
