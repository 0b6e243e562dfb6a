/**
 * A sealed block and how it is stored: `rlp([header fields, [transaction, …]])`, each transaction as its canonical
 * bytes (EIP-2718: a type byte and its payload, or a legacy transaction's RLP list).
 */
import { RLP } from '@ethereumjs/rlp';
import { createTxFromRLP, type TypedTransaction } from '@ethereumjs/tx';
import { headerFromFields, headerToFields, type Header } from './header.ts';
import type { ChainRules } from './chain-rules.ts';
import type { LedgerCrypto } from './native-crypto.ts';

export interface SealedBlock {
  readonly header: Header;
  /** Canonical bytes of each transaction. */
  readonly transactions: readonly Uint8Array[];
}

export function encodeBlock(block: SealedBlock): Uint8Array {
  return RLP.encode([headerToFields(block.header), [...block.transactions]]);
}

/** Reads {@link encodeBlock}'s form; throws on anything else. */
export function decodeBlock(bytes: Uint8Array, crypto: LedgerCrypto): SealedBlock {
  const [fields, transactions, ...rest] = RLP.decode(bytes);
  if (!Array.isArray(fields) || !Array.isArray(transactions) || rest.length > 0) {
    throw new RangeError('a stored block is a header and a list of transactions');
  }
  // RLP gives byte strings and lists; a list here would be a defect of encodeBlock and fails the roots' check.
  return { header: headerFromFields(fields, crypto), transactions: transactions as Uint8Array[] };
}

/** A stored block's own hash and its parent's, without decoding the rest; throws `RangeError` on another form. */
export function linkOf(
  bytes: Uint8Array,
  crypto: LedgerCrypto,
): { readonly hash: Uint8Array; readonly parentHash: Uint8Array } {
  const { payload } = listAt(bytes, 0);
  const header = listAt(bytes, payload);
  // The first field: a prefix byte and 32 bytes.
  const parentHash = bytes.subarray(header.payload + 1, header.payload + 33);
  return { hash: crypto.keccak256(bytes.subarray(payload, header.end)), parentHash };
}

/** Where the RLP list that starts at `at` has its first item and its end. */
function listAt(bytes: Uint8Array, at: number): { readonly payload: number; readonly end: number } {
  const prefix = bytes[at] ?? 0;
  if (prefix < 0xc0) throw new RangeError('a stored block is a list of lists');
  if (prefix <= 0xf7) return { payload: at + 1, end: at + 1 + prefix - 0xc0 };
  const payload = at + 1 + prefix - 0xf7;
  const length = bytes.subarray(at + 1, payload).reduce((value, byte) => value * 256 + byte, 0);
  return { payload, end: payload + length };
}

/** Length in bytes of the block as Ethereum's peers exchange it, the `size` of JSON-RPC. */
export function wireSize(block: SealedBlock): number {
  const transactions = block.transactions.map((bytes) => (isTyped(bytes) ? bytes : RLP.decode(bytes)));
  return RLP.encode([headerToFields(block.header), transactions, []]).length;
}

/** Hash of a transaction's canonical bytes. */
export function transactionHash(transaction: Uint8Array, crypto: LedgerCrypto): Uint8Array {
  return crypto.keccak256(transaction);
}

/** EthereumJS' form of a transaction, to execute it or to read its fields. */
export function parseTransaction(transaction: Uint8Array, rules: ChainRules): TypedTransaction {
  return createTxFromRLP(transaction, { common: rules.common });
}

function isTyped(transaction: Uint8Array): boolean {
  return (transaction[0] ?? 0) <= 0x7f;
}
