/**
 * Every anchored root with its time and author, in ledger order, in as little memory as lookups allow: at
 * most 48 bytes a root and one more for every thousand issuers, growing without copying what is there.
 *
 * Rows lie in pages (`root-row.ts`).
 *
 * An open-addressing table leads to the rows: a root's first word says where to look, and each entry holds a
 * row number and, in the bits which that leaves, a tag from the root's second word, so that rows of other
 * roots are hardly ever touched. It grows by half when four fifths full. A root may have several rows:
 * several issuers may anchor the same one.
 */
import { fromHex, toHex } from '../bytes/hex.ts';
import { MAX_LOG2_SIZE, MIN_LOG2_SIZE } from '../commitment/batch.ts';
import type { BatchClass } from '../credential/credential-type.ts';
import { LedgerStateError } from './errors.ts';
import type { Hex } from './ledger-event.ts';
import {
  authorOf,
  classOf,
  countByIssuer,
  impossibleBatch,
  log2SizeOf,
  MAX_AUTHORS,
  offsetOf,
  packRest,
  REST,
  ROOT_WORDS,
  ROWS_PER_PAGE,
  TIME,
  WORDS_PER_ROW,
  type Author,
  type RootRows,
} from './root-row.ts';

/** One issuer's anchoring of a root. */
export interface Anchor {
  readonly issuer: Hex;
  readonly account: Hex;
  readonly timeSeconds: number;
  readonly log2Size: number;
  readonly class: BatchClass;
  /** The issuer's batches are numbered from 1. */
  readonly sequence: number;
  /** Found by the first 20 bytes of the root alone: on a device, of the short-lived class. */
  readonly isCut?: true;
}

export interface RootAnchor extends Anchor {
  readonly root: Hex;
}

const MAX_SECONDS = 0xffff_ffff;
const FIRST_SLOTS = 1024;
const MAX_LOAD = 0.8;
const NONE: readonly Anchor[] = Object.freeze([]);

export class RootIndex {
  readonly #pages: Uint32Array[] = [];
  /** For each page, by issuer number, the issuer's last sequence before it: none for those who came later. */
  readonly #pageBases: Uint32Array[] = [];
  readonly #authors: Author[] = [];
  readonly #authorIds = new Map<string, number>();
  /** By author number. */
  readonly #issuerOfAuthor: number[] = [];
  readonly #issuerNumbers = new Map<Hex, number>();
  /** By issuer number. */
  readonly #lastSequences: number[] = [];
  /** Tag ‖ row number plus one; 0 = free. */
  #slots = new Uint32Array(FIRST_SLOTS);
  #rowMask = rowMaskFor(FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Lent: the last page changes as the index grows. */
  get rows(): RootRows {
    const pages = this.#pages.map((page, i) => {
      const rows = Math.min(ROWS_PER_PAGE, this.#size - i * ROWS_PER_PAGE);
      return rows === ROWS_PER_PAGE ? page : page.subarray(0, rows * WORDS_PER_ROW);
    });
    return { size: this.#size, pages, authors: this.#authors };
  }

  /**
   * The index of these rows; it keeps their full pages and copies nothing else. Throws
   * `LEDGER_STATE_INCONSISTENT` for rows that no index holds.
   */
  static restore({ size, pages, authors }: RootRows): RootIndex {
    const index = new RootIndex();
    for (const { issuer, account } of authors) index.#authorIdOf(issuer, account);
    for (const page of pages) index.#takePage(page);
    if (index.#size !== size || index.#authors.length !== authors.length) throw impossibleBatch();
    index.#resizeSlots(slotsFor(size));
    return index;
  }

  /** Takes over a page that follows those that are there. */
  #takePage(page: Uint32Array): void {
    const rows = page.length / WORDS_PER_ROW;
    const isNext = this.#size % ROWS_PER_PAGE === 0 && rows > 0 && rows <= ROWS_PER_PAGE;
    if (!isNext || !Number.isInteger(rows)) throw impossibleBatch();
    const counts = countByIssuer(page, this.#authors);
    this.#pageBases.push(Uint32Array.from(this.#lastSequences));
    for (const [issuer, count] of counts) this.#lastSequences[this.#issuerNumberOf(issuer)]! += count; // a known issuer
    this.#pages.push(rows === ROWS_PER_PAGE ? page : fullPage(page));
    this.#size += rows;
  }

  /** Bytes held by all that grows with the rows: rows, table, and what each page notes of the issuers. */
  get byteLength(): number {
    const bases = this.#pageBases.reduce((sum, page) => sum + page.byteLength, 0);
    return this.#pages.length * ROWS_PER_PAGE * WORDS_PER_ROW * 4 + this.#slots.byteLength + bases;
  }

  /** Number of the issuer's last batch, 0 before the first. */
  lastSequenceOf(issuer: Hex): number {
    const number = this.#issuerNumbers.get(issuer);
    return number === undefined ? 0 : this.#lastSequences[number]!; // every number has one
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
    if (!isPossible) throw impossibleBatch();

    const row = this.#size;
    const page = this.#pageFor(row);
    const at = (row % ROWS_PER_PAGE) * WORDS_PER_ROW;
    for (let word = 0; word < ROOT_WORDS; word++) page[at + word] = wordAt(rootBytes, word * 4);
    page[at + TIME] = timeSeconds;
    const author = this.#authorIdOf(issuer, account);
    const offset = sequence - this.#baseOf(row, author) - 1;
    page[at + REST] = packRest({ author, class: batchClass, log2Size, offset });
    this.#lastSequences[this.#issuerOfAuthor[author]!] = sequence; // every author has an issuer
    this.#size++;
    if (this.#size > this.#slots.length * MAX_LOAD) this.#resizeSlots(slotsFor(this.#size));
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
        (found ??= []).push(this.anchorAt(row));
      if (++slot === slots.length) slot = 0;
    }
    return found ?? NONE;
  }

  /** All anchors in ledger order. */
  *anchors(): Generator<RootAnchor> {
    for (let row = 0; row < this.#size; row++) yield { root: this.#rootAt(row), ...this.anchorAt(row) };
  }

  /** The anchor in row `row`, counted from 0 in ledger order, below `size`. */
  anchorAt(row: number): Anchor {
    const page = this.#page(row);
    const at = (row % ROWS_PER_PAGE) * WORDS_PER_ROW;
    // `at` lies within the page, and a stored author number and page exist.
    const rest = page[at + REST]!;
    const author = authorOf(rest);
    const { issuer, account } = this.#authors[author]!;
    return {
      issuer,
      account,
      timeSeconds: page[at + TIME]!,
      log2Size: log2SizeOf(rest),
      class: classOf(rest),
      sequence: this.#baseOf(row, author) + offsetOf(rest) + 1,
    };
  }

  /** The last sequence of an author's issuer before the page of a row. */
  #baseOf(row: number, author: number): number {
    // Every row has its page, every author its issuer.
    return this.#pageBases[(row / ROWS_PER_PAGE) | 0]![this.#issuerOfAuthor[author]!] ?? 0;
  }

  /** Writes the root in row `row`, below `size`, to the first 32 bytes of `target`. */
  copyRoot(row: number, target: Uint8Array): void {
    const page = this.#page(row);
    const at = (row % ROWS_PER_PAGE) * WORDS_PER_ROW;
    for (let word = 0; word < ROOT_WORDS; word++) {
      const value = page[at + word]!; // within the page
      target[4 * word] = value >>> 24;
      target[4 * word + 1] = value >>> 16;
      target[4 * word + 2] = value >>> 8;
      target[4 * word + 3] = value;
    }
  }

  #pageFor(row: number): Uint32Array {
    if (row % ROWS_PER_PAGE === 0) {
      this.#pages.push(new Uint32Array(ROWS_PER_PAGE * WORDS_PER_ROW));
      this.#pageBases.push(Uint32Array.from(this.#lastSequences));
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
    this.#issuerOfAuthor.push(this.#issuerNumberOf(issuer));
    return id;
  }

  #issuerNumberOf(issuer: Hex): number {
    const known = this.#issuerNumbers.get(issuer);
    if (known !== undefined) return known;
    this.#issuerNumbers.set(issuer, this.#lastSequences.length);
    return this.#lastSequences.push(0) - 1;
  }

  #rowHas(row: number, root: Uint8Array): boolean {
    const page = this.#page(row);
    const at = (row % ROWS_PER_PAGE) * WORDS_PER_ROW;
    for (let word = 0; word < ROOT_WORDS; word++) {
      if (page[at + word] !== wordAt(root, word * 4)) return false;
    }
    return true;
  }

  #rootAt(row: number): Hex {
    const root = new Uint8Array(32);
    this.copyRoot(row, root);
    return toHex(root);
  }

  #insert(row: number): void {
    const slots = this.#slots;
    const page = this.#page(row);
    const at = (row % ROWS_PER_PAGE) * WORDS_PER_ROW;
    // `at` and the next word lie within the page.
    let slot = slotOf(page[at]!, slots.length);
    while (slots[slot] !== 0) if (++slot === slots.length) slot = 0;
    slots[slot] = (page[at + 1]! & ~this.#rowMask) | (row + 1);
  }

  #resizeSlots(length: number): void {
    this.#slots = new Uint32Array(length);
    this.#rowMask = rowMaskFor(length);
    for (let row = 0; row < this.#size; row++) this.#insert(row);
  }
}

/** How many slots `rows` rows have: the first of a series, each half as large again, that is not too full. */
function slotsFor(rows: number): number {
  let slots = FIRST_SLOTS;
  while (rows > slots * MAX_LOAD) slots = Math.ceil(slots * 1.5);
  return slots;
}

function fullPage(rows: Uint32Array): Uint32Array {
  const page = new Uint32Array(ROWS_PER_PAGE * WORDS_PER_ROW);
  page.set(rows);
  return page;
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
