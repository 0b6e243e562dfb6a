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

export function encodeRlp(item: RlpItem): Uint8Array {
  if (item instanceof Uint8Array) {
    if (item.length === 1 && item[0]! < 0x80) return item; // one byte: index 0 is there
    return Buffer.concat([prefix(0x80, item.length), item]);
  }
  const items = item.map(encodeRlp);
  const length = items.reduce((sum, bytes) => sum + bytes.length, 0);
  return Buffer.concat([prefix(0xc0, length), ...items]);
}

/** A list whose items are encoded already. */
export function encodeRlpList(encodedItems: readonly Uint8Array[]): Uint8Array {
  const length = encodedItems.reduce((sum, bytes) => sum + bytes.length, 0);
  return Buffer.concat([prefix(0xc0, length), ...encodedItems]);
}

/** A number as RLP wants it: big endian, no leading zeros, zero is empty. */
export function toRlpNumber(value: bigint | number): Uint8Array {
  if (value == 0) return EMPTY;
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

function prefix(base: number, length: number): Uint8Array {
  if (length <= 55) return Uint8Array.of(base + length);
  const size = toRlpNumber(length);
  return Uint8Array.of(base + 55 + size.length, ...size);
}
