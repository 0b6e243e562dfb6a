/**
 * The state root: one hash for all that a ledger state knows. Two parties that folded the same events at the
 * same block times have the same one, whatever chain the events came from (`section-reader.ts` says what goes
 * in, `sections.ts` how it is hashed).
 *
 * It is kept beside the state and catches up when asked: only sections that have changed are hashed again.
 */
import type { Crypto } from '../crypto.ts';
import type { LedgerState } from './ledger-state.ts';
import { SectionReader } from './section-reader.ts';
import { SectionTable, type SectionProof } from './sections.ts';

export class StateRoot {
  readonly #reader: SectionReader;
  readonly #table: SectionTable;

  constructor(crypto: Crypto, state: LedgerState) {
    this.#reader = new SectionReader(state);
    this.#table = new SectionTable(crypto);
  }

  /** Of the state as it is now, 32 bytes. */
  root(): Uint8Array {
    return this.#upToDate().root();
  }

  /**
   * Catches up by at most so many roots: `false` when there are more. What else asks catches up with all of them,
   * some 2 µs each; whoever has others waiting goes step by step first.
   */
  advance(mostRoots: number): boolean {
    return this.#reader.readSome((name, bytes) => this.#table.set(name, bytes), mostRoots);
  }

  /** The names of all sections, in their order. */
  names(): readonly string[] {
    return this.#upToDate().names();
  }

  digestOf(name: string): Uint8Array | undefined {
    return this.#upToDate().digestOf(name);
  }

  /** That the section of this name is in the state root; `undefined` when there is none. */
  prove(name: string): SectionProof | undefined {
    return this.#upToDate().prove(name);
  }

  #upToDate(): SectionTable {
    this.#reader.read((name, bytes) => this.#table.set(name, bytes));
    return this.#table;
  }
}

/** All sections of a state: name and bytes, in the order of the names. */
export function sectionsOf(state: LedgerState): ReadonlyMap<string, Uint8Array> {
  const sections = new Map<string, Uint8Array>();
  new SectionReader(state).read((name, bytes) => sections.set(name, bytes.slice()));
  return new Map([...sections].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
