/** What one person shows: parts of a card make one code, and a stream that does not end takes no room. */
import { CardParts } from '../foreign/shc/card-parts.ts';
import { partOf } from '../foreign/shc/numeric.ts';
import { MAX_CODES_TOGETHER } from './together.ts';

export class Scan {
  readonly #parts = new CardParts();
  readonly #codes = new Set<string>();
  readonly #loose = new Set<string>();
  count = 0;

  /** Those that miss their other parts come last. One more than counts says that there were more. */
  get codes(): readonly string[] {
    return [...this.#codes, ...this.#loose].slice(0, MAX_CODES_TOGETHER + 1);
  }

  add(text: string): void {
    this.count++;
    const code = this.#parts.add(text);
    if (partOf(code) !== undefined) return this.#keep(this.#loose, code);
    if (code !== text) this.#loose.clear();
    this.#keep(this.#codes, code);
  }

  #keep(codes: Set<string>, text: string): void {
    if (codes.size <= MAX_CODES_TOGETHER) codes.add(text);
  }
}
