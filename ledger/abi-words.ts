/**
 * Reads ABI-encoded values (Solidity ABI specification, "Formal Specification of the Encoding") in their one
 * canonical form: words of 32 bytes, one for each value; a dynamic value's word holds the offset of its tail,
 * and the tails follow in order without gaps.
 *
 *   uint8 7, string "ab"  →  00…07 ‖ 00…40 ‖ 00…02 ‖ 6162 00…
 *
 * Everything throws `RangeError` on any other form.
 */
import type { Hex } from '../core/trust/ledger-event.ts';

/** Hex digits in a word. */
const WORD = 64;
const ZEROS = '0'.repeat(WORD);
const UNSIGNED = /^[0-9a-f]*$/;

export class WordReader {
  readonly #hex: string;
  /** Where the next head word and the next tail begin, in hex digits. */
  #head = 0;
  #tail: number;

  /** `hex` without `0x`, lowercase; `heads` = how many values it encodes, each with a head of one word. */
  constructor(hex: string, heads: number) {
    if (hex.length % WORD !== 0 || !UNSIGNED.test(hex)) throw new RangeError('not whole words');
    this.#hex = hex;
    this.#tail = heads * WORD;
  }

  unsigned(bits: number): bigint {
    const word = this.#nextHead();
    const digits = bits / 4;
    requireZeros(word.slice(0, WORD - digits));
    return BigInt(`0x${word}`);
  }

  /** `bytes1` to `bytes32`. */
  bytes(length: number): Hex {
    const word = this.#nextHead();
    requireZeros(word.slice(2 * length));
    return `0x${word.slice(0, 2 * length)}`;
  }

  address(): Hex {
    const word = this.#nextHead();
    requireZeros(word.slice(0, 24));
    return `0x${word.slice(24)}`;
  }

  /** `bytes` and `string`. */
  dynamicBytes(): Hex {
    const digits = 2 * this.#openTail();
    const bytes = this.#nextTail(digits);
    const padding = (WORD - (digits % WORD)) % WORD;
    requireZeros(this.#nextTail(padding));
    return `0x${bytes}`;
  }

  /** `bytes32[]`. */
  dynamicWords(): readonly Hex[] {
    const count = this.#openTail();
    return Array.from({ length: count }, (): Hex => `0x${this.#nextTail(WORD)}`);
  }

  /** All that is there must have been read. */
  end(): void {
    if (this.#tail !== this.#hex.length) throw new RangeError('bytes after the last value');
  }

  /** Follows a dynamic value's offset; returns the length that its tail begins with, at most what is there. */
  #openTail(): number {
    if (this.unsigned(256) !== BigInt(this.#tail / 2)) throw new RangeError('tails out of order');
    const length = BigInt(`0x${this.#nextTail(WORD)}`);
    if (length > BigInt(this.#hex.length - this.#tail)) throw new RangeError('longer than the data');
    return Number(length);
  }

  #nextHead(): string {
    const word = this.#hex.slice(this.#head, this.#head + WORD);
    if (word.length !== WORD) throw new RangeError('fewer words than values');
    this.#head += WORD;
    return word;
  }

  #nextTail(digits: number): string {
    const part = this.#hex.slice(this.#tail, this.#tail + digits);
    if (part.length !== digits) throw new RangeError('longer than the data');
    this.#tail += digits;
    return part;
  }
}

function requireZeros(digits: string): void {
  if (digits !== ZEROS.slice(0, digits.length)) throw new RangeError('a value wider than its type');
}
