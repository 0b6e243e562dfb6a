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
