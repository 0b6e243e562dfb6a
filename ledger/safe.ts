/**
 * A Safe: k of its n owners sign a transaction (EIP-712), anyone hands it in, and the Safe makes the call.
 *
 *   SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,
 *          address gasToken,address refundReceiver,uint256 nonce) in the domain {chainId, verifyingContract}
 *
 * We use the plain form: a call without value and without refund. With `safeTxGas` and `gasPrice` 0 a call that
 * fails undoes the whole transaction, and its nonce stays free.
 */
import { concat, hexlify, SigningKey, TypedDataEncoder, ZeroAddress } from 'ethers';
import type { Hex } from '../core/trust/ledger-event.ts';
import { safeAbi } from './abi.ts';
import { readContract } from './contract-call.ts';
import { addressOfKey } from './identifiers.ts';
import type { LedgerRpc } from './rpc.ts';
import type { Receipt, Sender } from './sender.ts';

export interface SafeTransaction {
  readonly chainId: number;
  readonly safe: Hex;
  readonly to: Hex;
  readonly data: Hex;
  /** Of the Safe: each is used once, in order. */
  readonly nonce: number;
}

export interface OwnerSignature {
  readonly owner: Hex;
  /** 65 bytes r, s, v. */
  readonly signature: Hex;
}

const TYPES = {
  SafeTx: [
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'data', type: 'bytes' },
    { name: 'operation', type: 'uint8' },
    { name: 'safeTxGas', type: 'uint256' },
    { name: 'baseGas', type: 'uint256' },
    { name: 'gasPrice', type: 'uint256' },
    { name: 'gasToken', type: 'address' },
    { name: 'refundReceiver', type: 'address' },
    { name: 'nonce', type: 'uint256' },
  ],
};
const CALL = 0;
const PLAIN = {
  value: 0,
  operation: CALL,
  safeTxGas: 0,
  baseGas: 0,
  gasPrice: 0,
  gasToken: ZeroAddress,
  refundReceiver: ZeroAddress,
};
/** A Safe's own work, signatures of a few dozen owners included, and several acts at once. */
const SAFE_GAS = 3_000_000n;

/** What owners sign, and the Safe's name for the transaction. */
export function safeTransactionHash({ chainId, safe, ...call }: SafeTransaction): Hex {
  const domain = { chainId, verifyingContract: safe };
  return TypedDataEncoder.hash(domain, TYPES, { ...PLAIN, ...call }) as Hex; // ethers gives lowercase hex
}

/** @param ownerKey secp256k1, 32 bytes or hex */
export function signSafeTransaction(
  transaction: SafeTransaction,
  ownerKey: Uint8Array | string,
): OwnerSignature {
  const key = hexlify(ownerKey);
  const { serialized } = new SigningKey(key).sign(safeTransactionHash(transaction));
  return { owner: addressOfKey(key), signature: serialized as Hex }; // ethers gives lowercase hex
}

export interface SafeClientOptions {
  readonly rpc: LedgerRpc;
  /** Any account that may send: it hands in and has no power. */
  readonly sender: Pick<Sender, 'send'>;
  readonly chainId: number;
  readonly safe: Hex;
}

export class SafeClient {
  readonly #options: SafeClientOptions;

  constructor(options: SafeClientOptions) {
    this.#options = options;
  }

  /** The next transaction with this call, for the owners to sign. */
  async prepare(call: { readonly to: Hex; readonly data: Hex }): Promise<SafeTransaction> {
    const { chainId, safe } = this.#options;
    const [nonce] = await this.#read('nonce');
    return { chainId, safe, to: call.to, data: call.data, nonce: Number(nonce) };
  }

  /**
   * Hands a transaction in. Throws what `Sender.send` throws: `LEDGER_REVERTED` with the Safe's reason
   * (`Error`: GS020 = too few signatures, GS026 = one that counts for no owner, twice, or not for this transaction
   * and nonce), or with that of the contract called.
   */
  async execute(
    transaction: SafeTransaction,
    signatures: readonly OwnerSignature[],
    gasLimit: bigint = SAFE_GAS,
  ): Promise<Receipt> {
    const { to, data, safe } = transaction;
    const packed = concat(signatures.toSorted(byOwner).map(({ signature }) => signature));
    const values = [to, ...Object.values(PLAIN).toSpliced(1, 0, data), packed];
    return this.#options.sender.send({
      to: safe,
      data: safeAbi.encodeFunctionData('execTransaction', values) as Hex, // ethers gives lowercase hex
      gasLimit,
    });
  }

  async owners(): Promise<readonly Hex[]> {
    const [owners] = await this.#read('getOwners');
    return [...(owners as Iterable<string>)].map((owner) => owner.toLowerCase() as Hex); // addresses, by its type
  }

  /** How many owners must sign. */
  async threshold(): Promise<number> {
    const [threshold] = await this.#read('getThreshold');
    return Number(threshold);
  }

  async #read(name: string): Promise<readonly unknown[]> {
    const { rpc, safe: address } = this.#options;
    return readContract(rpc, { abi: safeAbi, address, name, values: [] });
  }
}

/** The Safe wants signatures in ascending order of their owners. */
function byOwner(a: OwnerSignature, b: OwnerSignature): number {
  return BigInt(a.owner) < BigInt(b.owner) ? -1 : 1;
}
