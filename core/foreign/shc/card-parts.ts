/**
 * Cards that are spread over several codes: each part is answered as such, and the last one that was missing with the
 * verdict on the whole card.
 */
import { partOf } from './numeric.ts';

export class CardParts {
  #of = 0;
  readonly #parts = new Map<number, string>();

  /** What to judge: the code as it is, or with all parts before it that make a whole. */
  add(text: string): string {
    const part = partOf(text);
    if (part === undefined) return text;
    if (part.of !== this.#of) this.#parts.clear();
    this.#of = part.of;
    this.#parts.set(part.number, text);
    if (this.#parts.size < part.of) return text;
    const whole = [...this.#parts.values()].join('\n');
    this.#parts.clear();
    return whole;
  }
}
