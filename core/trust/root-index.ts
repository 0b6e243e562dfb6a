/**
 * Every anchored root with its time and author, in ledger order, in as little memory as lookups allow: at
 * most 48 bytes a root, growing without copying what is there.
 *
 * Rows lie in pages of 4,096, ten 32-bit words each:
 *
 *   0-7  root, 32 bytes as big-endian words
 *   8    time of the block, Unix seconds
 *   9    account, 16 bits ‖ class, 1 ‖ log2 size - 6, 3 ‖ sequence offset, 12
 *
 * The batches of an issuer are numbered 1, 2, 3 … without gaps, so a row keeps its sequence only as the
 * distance to the issuer's last one before the page.
 *
 * An open-addressing table leads to the rows: a root's first word says where to look, and each entry holds a
 * row number and, in the bits which that leaves, a tag from the root's second word, so that rows of other
 * roots are hardly ever touched. It grows by half when four fifths full. A root may have several rows:
 * several issuers may anchor the same one.
 */
import { fromHex, toHex } from '../bytes/hex.ts';
import { BATCH_CLASSES, type BatchClass } from '../credential/credential-type.ts';
import { LedgerStateError } from './errors.ts';
import type { Hex } from './ledger-event.ts';

/** One issuer's anchoring of a root. */
export interface Anchor {
  readonly issuer: Hex;
  readonly account: Hex;
  readonly timeSeconds: number;
  readonly log2Size: number;
  readonly class: BatchClass;
  /** The issuer's batches are numbered from 1. */
  readonly sequence: number;
}

export interface RootAnchor extends Anchor {
  readonly root: Hex;
}

interface Author {
  readonly issuer: Hex;
  readonly account: Hex;
}

const ROWS_PER_PAGE = 4096;
const WORDS = 10;
const TIME = 8;
const REST = 9;
const MIN_LOG2_SIZE = 6;
const MAX_LOG2_SIZE = 12;
const MAX_AUTHORS = 65_536;
const MAX_SECONDS = 0xffff_ffff;
const FIRST_SLOTS = 1024;
const MAX_LOAD = 0.8;
const NONE: readonly Anchor[] = Object.freeze([]);

export class RootIndex {
  readonly #pages: Uint32Array[] = [];
  /** For each page, each issuer's last sequence before it. */
  readonly #pageBases: ReadonlyMap<Hex, number>[] = [];
  readonly #authors: Author[] = [];
  readonly #authorIds = new Map<string, number>();
  readonly #lastSequence = new Map<Hex, number>();
  /** Tag ‖ row number plus one; 0 = free. */
  #slots = new Uint32Array(FIRST_SLOTS);
  #rowMask = rowMaskFor(FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Bytes held by rows and table. */
  get byteLength(): number {
    return this.#pages.length * ROWS_PER_PAGE * WORDS * 4 + this.#slots.byteLength;
  }

  /** Number of the issuer's last batch, 0 before the first. */
  lastSequenceOf(issuer: Hex): number {
    return this.#lastSequence.get(issuer) ?? 0;
  }

  /**
   * Adds the next root in ledger order.
   *
   * Throws `LEDGER_STATE_SEQUENCE_GAP` unless it is the issuer's next batch, `LEDGER_STATE_INCONSISTENT` for
   * values that `IBatchAnchor` refuses.
   */
  add({ root, issuer, account, timeSeconds, log2Size, class: batchClass, sequence }: RootAnchor): void {
    if (sequence !== this.lastSequenceOf(issuer) + 1) {
      throw new LedgerStateError(
        'LEDGER_STATE_SEQUENCE_GAP',
        `batch ${sequence} does not follow the issuer's last`,
      );
    }
    const rootBytes = fromHex(root);
    const isPossible =
      rootBytes.length === 32 &&
      log2Size >= MIN_LOG2_SIZE &&
      log2Size <= MAX_LOG2_SIZE &&
      timeSeconds >= 0 &&
      timeSeconds <= MAX_SECONDS;
    if (!isPossible)
      throw new LedgerStateError('LEDGER_STATE_INCONSISTENT', 'the ledger speaks of an impossible batch');

    const row = this.#size;
    const page = this.#pageFor(row);
    const at = (row % ROWS_PER_PAGE) * WORDS;
    for (let word = 0; word < 8; word++) page[at + word] = wordAt(rootBytes, word * 4);
    page[at + TIME] = timeSeconds;
    const offset = sequence - (this.#pageBases.at(-1)?.get(issuer) ?? 0) - 1;
    const size = (BATCH_CLASSES.indexOf(batchClass) << 3) | (log2Size - MIN_LOG2_SIZE);
    page[at + REST] = ((this.#authorIdOf(issuer, account) << 16) | (size << 12) | offset) >>> 0;
    this.#lastSequence.set(issuer, sequence);
    this.#size++;
    if (this.#size > this.#slots.length * MAX_LOAD) this.#growSlots();
    else this.#insert(row);
  }

  /** Everybody who anchored `root` (32 bytes), in ledger order; empty when nobody did. A miss allocates nothing. */
  find(root: Uint8Array): readonly Anchor[] {
    let found: Anchor[] | undefined;
    const slots = this.#slots;
    const rowMask = this.#rowMask;
    const tag = wordAt(root, 4);
    let slot = slotOf(wordAt(root, 0), slots.length);
    // The table is never full, so the search ends at a free slot; typed array reads within bounds are defined.
    for (let entry = slots[slot]!; entry !== 0; entry = slots[slot]!) {
      const row = (entry & rowMask) - 1;
      if (((entry ^ tag) & ~rowMask) === 0 && this.#rowHas(row, root))
        (found ??= []).push(this.#anchorAt(row));
      if (++slot === slots.length) slot = 0;
    }
    return found ?? NONE;
  }

  /** All anchors in ledger order. */
  *anchors(): Generator<RootAnchor> {
    for (let row = 0; row < this.#size; row++) yield { root: this.#rootAt(row), ...this.#anchorAt(row) };
  }

  #pageFor(row: number): Uint32Array {
    if (row % ROWS_PER_PAGE === 0) {
      this.#pages.push(new Uint32Array(ROWS_PER_PAGE * WORDS));
      this.#pageBases.push(new Map(this.#lastSequence));
    }
    return this.#page(row);
  }

  #page(row: number): Uint32Array {
    // Every row below #size has its page.
    return this.#pages[(row / ROWS_PER_PAGE) | 0]!;
  }

  #authorIdOf(issuer: Hex, account: Hex): number {
    const key = `${issuer} ${account}`;
    const known = this.#authorIds.get(key);
    if (known !== undefined) return known;
    const id = this.#authors.length;
    if (id === MAX_AUTHORS)
      throw new LedgerStateError('LEDGER_STATE_INCONSISTENT', 'more anchoring accounts than fit');
    this.#authors.push({ issuer, account });
    this.#authorIds.set(key, id);
    return id;
  }

  #anchorAt(row: number): Anchor {
    const page = this.#page(row);
    const at = (row % ROWS_PER_PAGE) * WORDS;
    // `at` lies within the page, and a stored author number and page exist.
    const rest = page[at + REST]!;
    const { issuer, account } = this.#authors[rest >>> 16]!;
    const base = this.#pageBases[(row / ROWS_PER_PAGE) | 0]!.get(issuer) ?? 0;
    return {
      issuer,
      account,
      timeSeconds: page[at + TIME]!,
      log2Size: ((rest >>> 12) & 7) + MIN_LOG2_SIZE,
      class: BATCH_CLASSES[(rest >>> 15) & 1]!,
      sequence: base + (rest & 0xfff) + 1,
    };
  }

  #rowHas(row: number, root: Uint8Array): boolean {
    const page = this.#page(row);
    const at = (row % ROWS_PER_PAGE) * WORDS;
    for (let word = 0; word < 8; word++) {
      if (page[at + word] !== wordAt(root, word * 4)) return false;
    }
    return true;
  }

  #rootAt(row: number): Hex {
    const page = this.#page(row);
    const at = (row % ROWS_PER_PAGE) * WORDS;
    const root = new Uint8Array(32);
    const view = new DataView(root.buffer);
    for (let word = 0; word < 8; word++) view.setUint32(word * 4, page[at + word]!);
    return toHex(root);
  }

  #insert(row: number): void {
    const slots = this.#slots;
    const page = this.#page(row);
    const at = (row % ROWS_PER_PAGE) * WORDS;
    // `at` and the next word lie within the page.
    let slot = slotOf(page[at]!, slots.length);
    while (slots[slot] !== 0) if (++slot === slots.length) slot = 0;
    slots[slot] = (page[at + 1]! & ~this.#rowMask) | (row + 1);
  }

  #growSlots(): void {
    const length = Math.ceil(this.#slots.length * 1.5);
    this.#slots = new Uint32Array(length);
    this.#rowMask = rowMaskFor(length);
    for (let row = 0; row < this.#size; row++) this.#insert(row);
  }
}

/** The bits of an entry that hold a row number: there are fewer rows than slots. */
function rowMaskFor(slots: number): number {
  return 2 ** (32 - Math.clz32(slots)) - 1;
}

function wordAt(bytes: Uint8Array, at: number): number {
  // Callers pass 32 bytes; a missing byte would count as 0 and match nothing anchored.
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Spreads the first word of a root, itself a hash, evenly over the table. */
function slotOf(word: number, slots: number): number {
  return Math.floor((word / 0x1_0000_0000) * slots);
}
