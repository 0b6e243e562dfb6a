/**
 * The values of the execution API, parsed once where they come in: quantities (`0x1f`, no leading zeros) and
 * data (`0x` and whole bytes). Anything else is `LEDGER_BAD_REPLY`.
 */
import type { Hex } from '../core/trust/ledger-event.ts';
import { LedgerError } from './errors.ts';

const QUANTITY = /^0x(0|[1-9a-f][0-9a-f]{0,63})$/i;
/** Of even length, which is cheaper to ask apart: blooms are long, and a replica reads many. */
const DATA = /^0x[0-9a-f]*$/i;

export type JsonObject = Readonly<Record<string, unknown>>;

export function parseObject(value: unknown, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badReply(what, 'an object');
  return value as JsonObject; // a non-null object that is no array
}

export function parseArray(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw badReply(what, 'an array');
  return value;
}

export function parseBigQuantity(value: unknown, what: string): bigint {
  if (typeof value !== 'string' || !QUANTITY.test(value)) throw badReply(what, 'a quantity');
  return BigInt(value);
}

/** A quantity that fits a safe integer. */
export function parseQuantity(value: unknown, what: string): number {
  const number = Number(parseBigQuantity(value, what));
  if (!Number.isSafeInteger(number)) throw badReply(what, 'a quantity below 2^53');
  return number;
}

/** Data of `length` bytes, or of any length; lowercase. */
export function parseData(value: unknown, what: string, length?: number): Hex {
  if (typeof value !== 'string' || value.length % 2 !== 0 || !DATA.test(value)) throw badReply(what, 'data');
  if (length !== undefined && value.length !== 2 + 2 * length) throw badReply(what, `${length} bytes`);
  return value.toLowerCase() as Hex; // DATA and the length hold
}

export function toQuantity(value: number | bigint): Hex {
  return `0x${value.toString(16)}`;
}

export function badReply(what: string, wanted: string): LedgerError {
  return new LedgerError('LEDGER_BAD_REPLY', `${what} in a reply of the ledger is not ${wanted}`);
}
