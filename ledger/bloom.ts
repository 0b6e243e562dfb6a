/**
 * Logs bloom (Yellow Paper §4.3.1): 2,048 bits; an address or topic sets the three that the first three pairs
 * of bytes of its Keccak-256 name. A header commits to it, so a block whose bloom lacks our address has no log
 * of ours, whatever an endpoint says.
 */
import { Buffer } from 'node:buffer';
import type { Hex } from '../core/trust/ledger-event.ts';
import { keccak256 } from './keccak.ts';

/** The three bits of an address or topic, numbered from the lowest bit of the last byte. */
export type BloomBits = readonly number[];

export function bloomBitsOf(value: Hex): BloomBits {
  const digest = Buffer.from(keccak256(Buffer.from(value.slice(2), 'hex')));
  return [0, 2, 4].map((at) => digest.readUInt16BE(at) & 0x07ff);
}

export function mayContain(bloom: Uint8Array, bits: BloomBits): boolean {
  return bits.every((bit) => (bloom[255 - (bit >> 3)]! & (1 << (bit & 7))) !== 0); // bit < 2048, bloom has 256 bytes
}
