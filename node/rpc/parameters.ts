/** Reads JSON-RPC parameters (execution APIs, "Base types"): unknown → typed value, or -32602. */
import { createAddressFromString, createZeroAddress, hexToBytes, type Address } from '@ethereumjs/util';
import { MAX_TRANSACTION_GAS } from '../chain-rules.ts';
import type { AccessListItem } from '../simulator.ts';
import { invalidParams } from './errors.ts';

type Hex = `0x${string}`;

const QUANTITY = /^0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,63})$/;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const HASH = /^0x[0-9a-fA-F]{64}$/;
const DATA = /^0x(?:[0-9a-fA-F]{2})*$/;

export const BLOCK_TAGS = ['latest', 'pending', 'safe', 'finalized', 'earliest'] as const;
export type BlockTag = (typeof BLOCK_TAGS)[number];

/** A block as callers name it (EIP-1898). */
export type BlockReference =
  | { readonly by: 'tag'; readonly tag: BlockTag }
  | { readonly by: 'number'; readonly number: bigint }
  | { readonly by: 'hash'; readonly hash: Uint8Array };

/** A call or an estimate, as the client described it. */
export interface CallRequest {
  readonly from: Address;
  readonly to: Address | undefined;
  readonly data: Uint8Array;
  readonly value: bigint;
  readonly gas: bigint;
  readonly gasPrice: bigint;
  readonly accessList: readonly AccessListItem[];
}

/** Refuses parameters beyond those a method has. */
export function requireAtMost(params: readonly unknown[], count: number): void {
  if (params.length > count) throw invalidParams(`too many arguments, want at most ${count}`);
}

export function parseQuantity(value: unknown, name: string): bigint {
  if (typeof value === 'string' && QUANTITY.test(value)) return BigInt(value);
  throw invalidParams(`${name}: expected a 0x-prefixed quantity without leading zeros`);
}

export function parseAddress(value: unknown, name: string): Address {
  if (typeof value === 'string' && ADDRESS.test(value)) return createAddressFromString(value);
  throw invalidParams(`${name}: expected a 20-byte address`);
}

export function parseHash(value: unknown, name: string): Uint8Array {
  if (typeof value === 'string' && HASH.test(value)) return bytesOf(value);
  throw invalidParams(`${name}: expected 32 bytes`);
}

export function parseData(value: unknown, name: string): Uint8Array {
  if (typeof value === 'string' && DATA.test(value)) return bytesOf(value);
  throw invalidParams(`${name}: expected 0x-prefixed bytes`);
}

/** A storage slot or key, at most 32 bytes, as data or as a quantity. */
export function parseSlot(value: unknown, name: string): Uint8Array {
  if (typeof value === 'string' && /^0x[0-9a-fA-F]{1,64}$/.test(value)) {
    return bytesOf(`0x${value.slice(2).padStart(64, '0')}`);
  }
  throw invalidParams(`${name}: expected at most 32 bytes`);
}

export function parseFlag(value: unknown, name: string): boolean {
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  throw invalidParams(`${name}: expected true or false`);
}

export function parseArray(value: unknown, name: string, limit: number): readonly unknown[] {
  if (Array.isArray(value) && value.length <= limit) return value;
  throw invalidParams(`${name}: expected an array of at most ${limit}`);
}

export function parseObject(value: unknown, name: string): Readonly<Record<string, unknown>> {
  // Arrays and null are the only other JSON values of this type.
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw invalidParams(`${name}: expected an object`);
}

/** Reads a block number, tag or EIP-1898 object; absent means the latest block. */
export function parseBlockReference(value: unknown): BlockReference {
  if (value === undefined || value === null) return { by: 'tag', tag: 'latest' };
  const tag = BLOCK_TAGS.find((known) => known === value);
  if (tag !== undefined) return { by: 'tag', tag };
  if (typeof value === 'string') return { by: 'number', number: parseQuantity(value, 'block') };
  const { blockNumber, blockHash, ...rest } = parseObject(value, 'block');
  if (Object.keys(rest).some((key) => key !== 'requireCanonical'))
    throw invalidParams('block: unknown field');
  if ((blockNumber === undefined) === (blockHash === undefined)) {
    throw invalidParams('block: expected blockNumber or blockHash');
  }
  return blockHash === undefined
    ? { by: 'number', number: parseQuantity(blockNumber, 'blockNumber') }
    : { by: 'hash', hash: parseHash(blockHash, 'blockHash') };
}

/** Reads the transaction object of `eth_call` and `eth_estimateGas`. */
export function parseCall(value: unknown): CallRequest {
  const call = parseObject(value, 'transaction');
  const gas = optional(call['gas'], (given) => parseQuantity(given, 'gas')) ?? MAX_TRANSACTION_GAS;
  const price = call['gasPrice'] ?? call['maxFeePerGas'];
  return {
    from: optional(call['from'], (given) => parseAddress(given, 'from')) ?? createZeroAddress(),
    to: optional(call['to'], (given) => parseAddress(given, 'to')),
    data: parseInput(call),
    value: optional(call['value'], (given) => parseQuantity(given, 'value')) ?? 0n,
    gas: gas < MAX_TRANSACTION_GAS ? gas : MAX_TRANSACTION_GAS,
    gasPrice: optional(price, (given) => parseQuantity(given, 'gasPrice')) ?? 0n,
    accessList: optional(call['accessList'], parseAccessList) ?? [],
  };
}

/** `input` is the name, `data` the older one; both must say the same. */
function parseInput(call: Readonly<Record<string, unknown>>): Uint8Array {
  const { input, data } = call;
  if (typeof input === 'string' && typeof data === 'string' && input.toLowerCase() !== data.toLowerCase()) {
    throw invalidParams('transaction: input and data differ');
  }
  return optional(input ?? data, (given) => parseData(given, 'input')) ?? new Uint8Array(0);
}

function parseAccessList(value: unknown): AccessListItem[] {
  return parseArray(value, 'accessList', 1_024).map((item) => {
    const { address, storageKeys } = parseObject(item, 'accessList');
    return {
      address: parseAddress(address, 'accessList.address'),
      slots: parseArray(storageKeys, 'storageKeys', 1_024).map((key) => parseHash(key, 'storageKeys')),
    };
  });
}

function optional<Value>(value: unknown, parse: (value: unknown) => Value): Value | undefined {
  return value === undefined || value === null ? undefined : parse(value);
}

function bytesOf(hex: string): Uint8Array {
  // Every caller matched the text against a pattern that starts with 0x.
  return hexToBytes(hex as Hex);
}
