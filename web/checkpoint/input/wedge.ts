/**
 * A scanner that types: many characters, each within a blink of the last, and Enter. People are slower, so what they
 * type into a field stays theirs. A scanner that is set to another keyboard changes letters; the code then does not
 * decode, and the verdict says so.
 *
 * Whoever made a code chose every key of it, line ends included. So what follows a code without a pause belongs to the
 * code, and is not a word of the person who holds the scanner.
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
  #hasGivenCode = false;

  /** Characters come faster than a person types, or behind a code. */
  get isScanning(): boolean {
    return this.#hasGivenCode || this.#typed.length > 1;
  }

  /** Whether a key at this time is still one of the scan that a code came with. */
  isBehindCode(at: number): boolean {
    return this.#hasGivenCode && at - this.#last <= MAX_GAP_WITHIN_MS;
  }

  /** The text that was scanned, with the key press that ends it. */
  press({ key, at }: KeyPress): string | undefined {
    const isWithin = this.#typed.length >= MIN_CHARACTERS;
    this.#hasGivenCode = this.isBehindCode(at);
    if (at - this.#last > (isWithin ? MAX_GAP_WITHIN_MS : MAX_GAP_MS)) this.#typed = '';
    this.#last = at;
    if (key !== 'Enter') {
      // Names of other keys are words.
      if ([...key].length === 1 && this.#typed.length <= MAX_CHARACTERS) this.#typed += key;
      return undefined;
    }
    // No code: nor is what comes behind it, until there is a pause.
    if (this.#typed.length > MAX_CHARACTERS) return undefined;
    const text = this.#typed;
    this.#typed = '';
    if (text.length < MIN_CHARACTERS) return undefined;
    this.#hasGivenCode = true;
    return text;
  }
}
