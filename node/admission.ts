/**
 * The checks that a raw transaction passes before it may wait for a block, and those of them that hold of every
 * transaction in a block. Each refusal is worded as geth words it.
 */
import { RLP } from '@ethereumjs/rlp';
import { Capability, type TypedTransaction } from '@ethereumjs/tx';
import { bytesToBigInt, bytesToHex } from '@ethereumjs/util';
import type { Allowlist } from './allowlist.ts';
import { parseTransaction } from './block.ts';
import { MAX_TRANSACTION_BYTES, MAX_TRANSACTION_GAS, type ChainRules } from './chain-rules.ts';
import type { PooledTransaction } from './pool.ts';
import { RPC_SENDER_NOT_PERMITTED, RpcError, refused } from './rpc/errors.ts';

const INVALID_SIGNATURE = 'invalid transaction v, r, s values';
const MAX_INIT_CODE_BYTES = 49_152;
/** Legacy, access list (EIP-2930) and fee market (EIP-1559). */
const KNOWN_TYPES: readonly number[] = [0, 1, 2];

/** Checks everything that does not depend on the state; throws `RpcError`. */
export function admit(bytes: Uint8Array, rules: ChainRules, allowlist: Allowlist): PooledTransaction {
  const { transaction, sender } = readTransaction(bytes, rules);
  requirePermitted(sender, allowlist);
  requireGas(transaction);
  return { transaction, hash: bytesToHex(transaction.hash()), sender };
}

/**
 * Reads a transaction of this chain: its size, its type, its chain (EIP-155), its one encoding and its signature.
 * What fails here can be in no block. Throws `RpcError`.
 */
export function readTransaction(
  bytes: Uint8Array,
  rules: ChainRules,
): { readonly transaction: TypedTransaction; readonly sender: string } {
  if (bytes.length > MAX_TRANSACTION_BYTES) {
    throw refused(`oversized data: transaction size ${bytes.length}, limit ${MAX_TRANSACTION_BYTES}`);
  }
  requireChain(bytes, rules.chainId);
  const transaction = parse(bytes, rules);
  return { transaction, sender: senderOf(transaction) };
}

/** Throws `RpcError` when the sender is not on the allowlist. */
export function requirePermitted(sender: string, allowlist: Allowlist): void {
  if (!allowlist.permits(sender)) {
    throw new RpcError(RPC_SENDER_NOT_PERMITTED, 'Sender account not authorized to send transactions');
  }
}

/** Throws `RpcError` when the sender's balance does not cover value and gas. */
export function requireFunds({ transaction }: PooledTransaction, balance: bigint): void {
  const price = 'maxFeePerGas' in transaction ? transaction.maxFeePerGas : transaction.gasPrice;
  const cost = transaction.value + transaction.gasLimit * price;
  if (balance < cost) {
    throw refused(`insufficient funds for gas * price + value: balance ${balance}, tx cost ${cost}`);
  }
}

/** Reads the chain id before the parser does, which would not say what is wrong. */
function requireChain(bytes: Uint8Array, chainId: bigint): void {
  const type = bytes[0];
  if (type === undefined) throw refused('typed transaction too short');
  if (type <= 0x7f && !KNOWN_TYPES.includes(type)) throw refused('transaction type not supported');
  const fields = decodeFields(type <= 0x7f ? bytes.subarray(1) : bytes);
  const named = type <= 0x7f ? fields[0] : fields[6];
  if (!(named instanceof Uint8Array)) throw refused('rlp: transaction fields expected');
  const id = type <= 0x7f ? bytesToBigInt(named) : replayProtectedChain(bytesToBigInt(named));
  if (id !== chainId) throw refused(`invalid chain id for signer: have ${id} want ${chainId}`);
}

/** EIP-155: v = chain id × 2 + 35 or 36. */
function replayProtectedChain(v: bigint): bigint {
  if (v < 35n) throw refused('only replay-protected (EIP-155) transactions allowed over RPC');
  return (v - 35n) / 2n;
}

function decodeFields(bytes: Uint8Array): readonly unknown[] {
  try {
    const fields = RLP.decode(bytes);
    if (Array.isArray(fields)) return fields;
  } catch {
    // Worded below.
  }
  throw refused('rlp: expected a list of transaction fields');
}

function parse(bytes: Uint8Array, rules: ChainRules): TypedTransaction {
  let transaction: TypedTransaction;
  try {
    transaction = parseTransaction(bytes, rules);
  } catch (error) {
    throw refused(parseRefusal(error));
  }
  // Two encodings of one transaction would be two hashes for one act.
  if (bytesToHex(transaction.serialize()) !== bytesToHex(bytes)) throw refused('rlp: non-canonical encoding');
  if (!transaction.isSigned()) throw refused(INVALID_SIGNATURE);
  if (transaction.type === 0 && !transaction.supports(Capability.EIP155ReplayProtection)) {
    throw refused('only replay-protected (EIP-155) transactions allowed over RPC');
  }
  return transaction;
}

/** EthereumJS' parser tells its reasons in words only. */
function parseRefusal(error: unknown): string {
  const words = error instanceof Error ? error.message : '';
  if (words.includes('initcode')) return `max initcode size exceeded: limit ${MAX_INIT_CODE_BYTES}`;
  if (words.includes('Invalid Signature')) return INVALID_SIGNATURE;
  return 'rlp: invalid transaction field';
}

function senderOf(transaction: TypedTransaction): string {
  try {
    return transaction.getSenderAddress().toString();
  } catch {
    throw refused(INVALID_SIGNATURE);
  }
}

function requireGas(transaction: TypedTransaction): void {
  if (transaction.gasLimit > MAX_TRANSACTION_GAS) {
    throw refused(
      `transaction gas limit too high (cap: ${MAX_TRANSACTION_GAS}, tx: ${transaction.gasLimit})`,
    );
  }
  const needed = transaction.getIntrinsicGas();
  if (transaction.gasLimit < needed) {
    throw refused(`intrinsic gas too low: gas ${transaction.gasLimit}, minimum needed ${needed}`);
  }
}
