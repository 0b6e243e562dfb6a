/**
 * A section to which entries are only ever added, cut into parts of 1,024 entries: `<name>/00000000`,
 * `<name>/00000001`, … in hex. A full part never changes again, so one more entry costs at most one part's
 * hashing however long the section is, and whoever makes it long.
 */
import { ByteWriter } from '../bytes/byte-writer.ts';

/** `bytes` are lent for the duration of the call. */
export type SectionSink = (name: string, bytes: Uint8Array) => void;

export const PART_ENTRIES = 1024;
const PART_DIGITS = 8;

export class GrowingSection {
  readonly #name: string;
  readonly #out = new ByteWriter();
  #part = 0;
  #entries = 0;
  #isRead = true;

  constructor(name: string) {
    this.#name = name;
  }

  /** Where the next entry is to be written; a part that is full goes to `sink` first. */
  next(sink: SectionSink): ByteWriter {
    if (this.#entries === PART_ENTRIES) {
      this.read(sink);
      this.#out.clear();
      this.#part++;
      this.#entries = 0;
    }
    this.#entries++;
    this.#isRead = false;
    return this.#out;
  }

  /** Gives the last part to `sink` when it has changed since the last time. */
  read(sink: SectionSink): void {
    if (this.#isRead) return;
    sink(`${this.#name}/${this.#part.toString(16).padStart(PART_DIGITS, '0')}`, this.#out.bytes);
    this.#isRead = true;
  }
}
