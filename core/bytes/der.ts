/**
 * DER (X.690), the part of it that certificates and signatures use: tags of one byte, definite lengths in their
 * shortest form. `30 06 02 01 05 02 01 07` is a SEQUENCE of the INTEGERs 5 and 7.
 */
import { BytesError } from './errors.ts';
import { allocate } from './allocate.ts';

export const DER = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OID: 0x06,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

export interface DerNode {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag, length and content. */
  readonly whole: Uint8Array;
}

/** Reads nodes one after the other; whatever breaks a rule throws `DER_INVALID`. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Of the next node; `undefined` at the end. */
  get nextTag(): number | undefined {
    return this.#bytes[this.#at];
  }

  next(tag?: number): DerNode {
    const start = this.#at;
    const found = this.#byte();
    if (tag !== undefined && found !== tag) throw invalidDer('another tag than expected');
    if ((found & 0x1f) === 0x1f) throw invalidDer('a tag of several bytes');
    const length = this.#length();
    const from = this.#at;
    if (length > this.#bytes.length - from) throw invalidDer('a length past the end');
    this.#at = from + length;
    return {
      tag: found,
      content: this.#bytes.subarray(from, this.#at),
      whole: this.#bytes.subarray(start, this.#at),
    };
  }

  /** The next node if it has this tag. */
  optional(tag: number): DerNode | undefined {
    return this.nextTag === tag ? this.next(tag) : undefined;
  }

  /** The nodes within the next one. */
  within(tag: number): DerReader {
    return new DerReader(this.next(tag).content);
  }

  end(): void {
    if (!this.isAtEnd) throw invalidDer('bytes after the end');
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 3) throw invalidDer('an indefinite or oversized length');
    let length = 0;
    for (let i = 0; i < count; i++) length = (length << 8) | this.#byte();
    // X.690 §10.1: the fewest bytes possible.
    if (length < 0x80 || length < 2 ** (8 * (count - 1)))
      throw invalidDer('a length that is not the shortest');
    return length;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw invalidDer('cut short');
    return byte;
  }
}

/** The one node that is all of `bytes`. */
export function wholeDer(bytes: Uint8Array, tag: number): DerNode {
  const reader = new DerReader(bytes);
  const node = reader.next(tag);
  reader.end();
  return node;
}

/** The magnitude of a positive INTEGER, without leading zeros. */
export function positiveInteger(content: Uint8Array): Uint8Array {
  const [first, second] = content;
  if (first === undefined || first >= 0x80) throw invalidDer('not a positive integer');
  if (first !== 0) return content;
  if (second !== undefined && second < 0x80) throw invalidDer('an integer that is not the shortest');
  return content.subarray(1);
}

/** `55 1d 25` → `2.5.29.37`. */
export function oidText(content: Uint8Array): string {
  const arcs: number[] = [];
  let value = 0;
  let isOpen = false;
  for (const byte of content) {
    if (!isOpen && byte === 0x80) throw invalidDer('an object identifier that is not the shortest');
    value = value * 128 + (byte & 0x7f);
    if (value > Number.MAX_SAFE_INTEGER) throw invalidDer('an object identifier out of range');
    isOpen = byte >= 0x80;
    if (isOpen) continue;
    arcs.push(value);
    value = 0;
  }
  const [first] = arcs;
  if (isOpen || first === undefined) throw invalidDer('an object identifier that does not end');
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - 40 * top, ...arcs.slice(1)].join('.');
}

/** The bits of a BIT STRING of whole bytes. */
export function wholeBytes(content: Uint8Array): Uint8Array {
  if (content[0] !== 0) throw invalidDer('a bit string that is not whole bytes');
  return content.subarray(1);
}

/** A node: tag, length, content. */
export function derNode(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const lengthBytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  if (length > 0xffff) throw invalidDer('a node that is too long to write');
  const node = allocate(1 + lengthBytes.length + length);
  node.set([tag, ...lengthBytes]);
  let at = 1 + lengthBytes.length;
  for (const part of parts) {
    node.set(part, at);
    at += part.length;
  }
  return node;
}

export function invalidDer(what: string): BytesError {
  return new BytesError('DER_INVALID', `not DER as it is read here: ${what}`);
}
