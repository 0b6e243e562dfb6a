/**
 * What is kept of an act: its leaf, what it concerns in numbers, and its bytes in an envelope. The key of that
 * envelope has no epochs: an act names nobody's record but by status entry, so nothing in it must be erasable.
 *
 *   leaf 32 ‖ credentials u32 ‖ chunks of places u32 ‖ envelope
 */
import { createHmac } from 'node:crypto';
import { concatBytes } from '../../core/bytes/concat.ts';
import { toUtf8 } from '../../core/bytes/utf8.ts';
import { readUint32, toUint64, writeUint32 } from '../../service/big-endian.ts';
import type { RandomBytes } from '../../service/clock.ts';
import { Envelope } from '../../service/envelope.ts';

export interface ProposalEntry {
  /** 32 bytes. */
  readonly leaf: Uint8Array;
  readonly credentials: number;
  /** How many parts its places have in the store. */
  readonly chunks: number;
  readonly actBytes: Uint8Array;
}

const LEAF_BYTES = 32;
const FIXED_BYTES = LEAF_BYTES + 8;
const DOMAIN = toUtf8('hcl/act-entry/1\0');

export class ProposalSealer {
  readonly #envelope: Envelope;

  /** @param indexKey 32 bytes, from the issuer's secrets */
  constructor(indexKey: Uint8Array, randomBytes: RandomBytes) {
    const key = createHmac('sha256', indexKey).update('hcl/acts/1').digest();
    this.#envelope = new Envelope([{ epoch: 1, key }], randomBytes);
  }

  seal(number: number, { leaf, credentials, chunks, actBytes }: ProposalEntry): Uint8Array {
    const fixed = new Uint8Array(FIXED_BYTES);
    fixed.set(leaf);
    writeUint32(fixed, LEAF_BYTES, credentials);
    writeUint32(fixed, LEAF_BYTES + 4, chunks);
    return concatBytes(fixed, this.#envelope.seal(actBytes, aadOf(number)));
  }

  open(number: number, bytes: Uint8Array): ProposalEntry {
    return {
      leaf: bytes.slice(0, LEAF_BYTES),
      credentials: readUint32(bytes, LEAF_BYTES),
      chunks: readUint32(bytes, LEAF_BYTES + 4),
      actBytes: this.#envelope.open(bytes.subarray(FIXED_BYTES), aadOf(number)),
    };
  }
}

function aadOf(number: number): Uint8Array {
  return concatBytes(DOMAIN, toUint64(number));
}
