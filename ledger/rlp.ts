/**
 * RLP, the serialisation that Ethereum hashes (Yellow Paper, appendix B). Encoding only: what we hash we
 * build ourselves.
 *
 *   bytes  one byte < 0x80 is itself · up to 55: 0x80+n ‖ bytes · more: 0xb7+len(n) ‖ n ‖ bytes
 *   list   up to 55: 0xc0+n ‖ items · more: 0xf7+len(n) ‖ n ‖ items
 */
import { Buffer } from 'node:buffer';

export type RlpItem = Uint8Array | readonly RlpItem[];

const EMPTY = new Uint8Array(0);
/** The longest string or list whose length fits the first byte. */
const SHORT = 55;

export function encodeRlp(item: RlpItem): Uint8Array {
  const out = Buffer.allocUnsafe(sizeOf(item));
  writeItem(item, out, 0);
  return out;
}

/** Bytes of the encoded item. */
function sizeOf(item: RlpItem): number {
  if (item instanceof Uint8Array) return isItself(item) ? 1 : headSize(item.length) + item.length;
  const length = payloadSize(item);
  return headSize(length) + length;
}

function payloadSize(items: readonly RlpItem[]): number {
  let size = 0;
  for (const item of items) size += sizeOf(item);
  return size;
}

/** Writes an item at `at`; returns where the next one goes. */
function writeItem(item: RlpItem, out: Buffer, at: number): number {
  if (!(item instanceof Uint8Array)) {
    let next = writeHead(0xc0, payloadSize(item), { out, at });
    for (const each of item) next = writeItem(each, out, next);
    return next;
  }
  const next = isItself(item) ? at : writeHead(0x80, item.length, { out, at });
  out.set(item, next);
  return next + item.length;
}

function isItself(bytes: Uint8Array): boolean {
  return bytes.length === 1 && bytes[0]! < 0x80; // one byte: index 0 is there
}

function headSize(length: number): number {
  return length <= SHORT ? 1 : 1 + bytesOf(length);
}

function writeHead(
  base: number,
  length: number,
  { out, at }: { readonly out: Buffer; readonly at: number },
): number {
  if (length <= SHORT) return out.writeUInt8(base + length, at);
  const size = bytesOf(length);
  out.writeUInt8(base + SHORT + size, at);
  return out.writeUIntBE(length, at + 1, size);
}

/** How many bytes a length takes, without leading zeros. */
function bytesOf(length: number): number {
  return Math.ceil((32 - Math.clz32(length)) / 8);
}

/** A list whose items are encoded already. */
export function encodeRlpList(encodedItems: readonly Uint8Array[]): Uint8Array {
  const length = encodedItems.reduce((sum, bytes) => sum + bytes.length, 0);
  const head = Buffer.allocUnsafe(headSize(length));
  writeHead(0xc0, length, { out: head, at: 0 });
  return Buffer.concat([head, ...encodedItems]);
}

/** A number as RLP wants it: big endian, no leading zeros, zero is empty. */
export function toRlpNumber(value: bigint | number): Uint8Array {
  if (value == 0) return EMPTY;
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}
