/**
 * A scanner that types: many characters, each within a blink of the last, and Enter. People are slower, so what they
 * type into a field stays theirs. A scanner that is set to another keyboard changes letters; the code then does not
 * decode, and the verdict says so.
 */
export interface KeyPress {
  /** `KeyboardEvent.key`. */
  readonly key: string;
  /** Milliseconds. */
  readonly at: number;
}

const MAX_GAP_MS = 150;
/** In the middle of a code: some send by radio, in bursts, and a code without its beginning would be a false alarm. */
const MAX_GAP_WITHIN_MS = 1000;
const MIN_CHARACTERS = 8;
/** Longer than any code that is read. */
const MAX_CHARACTERS = 131_072;

export class WedgeReader {
  #typed = '';
  #last = -Infinity;

  /** Characters come faster than a person types. */
  get isScanning(): boolean {
    return this.#typed.length > 1;
  }

  /** The text that was scanned, with the key press that ends it. */
  press({ key, at }: KeyPress): string | undefined {
    const isWithin = this.#typed.length >= MIN_CHARACTERS;
    if (at - this.#last > (isWithin ? MAX_GAP_WITHIN_MS : MAX_GAP_MS)) this.#typed = '';
    this.#last = at;
    if (key !== 'Enter') {
      // Names of other keys are words.
      if ([...key].length === 1 && this.#typed.length < MAX_CHARACTERS) this.#typed += key;
      return undefined;
    }
    const text = this.#typed;
    this.#typed = '';
    return text.length >= MIN_CHARACTERS ? text : undefined;
  }
}
