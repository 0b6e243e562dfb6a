/**
 * Codes that are JSON may be written over many lines: the lines of one are put together as they come, so that a scanner
 * that types still gets each answer at once. What does not close within {@link MAX_CHARACTERS} stays single lines.
 */
import type { CodeLine } from './code-input.ts';

const MAX_CHARACTERS = 262_144;

export async function* joinDocuments(lines: AsyncIterable<CodeLine>): AsyncGenerator<CodeLine> {
  let held: CodeLine[] = [];
  let characters = 0;
  const depth = new Depth();
  for await (const line of lines) {
    // A document does not go on with a word: what begins with one is the next code.
    if (held.length > 0 && /^[A-Za-z]/.test(line.text) && !/^(?:true|false|null)\b/.test(line.text)) {
      yield* held;
      held = [];
      characters = 0;
      depth.reset();
    }
    if (held.length === 0 && !/^\s*[[{]/.test(line.text)) {
      yield line;
      continue;
    }
    held.push(line);
    // An empty line takes room too.
    characters += line.text.length + 1;
    depth.read(line.text);
    if (depth.isOpen && characters <= MAX_CHARACTERS) continue;
    yield* depth.isOpen ? held : [joined(held)];
    held = [];
    characters = 0;
    depth.reset();
  }
  yield* held;
}

function joined(lines: readonly CodeLine[]): CodeLine {
  // There is at least one line.
  return { line: lines[0]!.line, text: lines.map(({ text }) => text).join('\n') };
}

/** How many brackets are open outside of strings. */
class Depth {
  #open = 0;
  #inString = false;
  #isEscaped = false;

  get isOpen(): boolean {
    return this.#open > 0;
  }

  reset(): void {
    this.#open = 0;
    this.#inString = false;
    this.#isEscaped = false;
  }

  read(text: string): void {
    for (const character of text) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (this.#inString) {
        if (character === '\\') this.#isEscaped = true;
        else if (character === '"') this.#inString = false;
      } else if (character === '"') this.#inString = true;
      else if (character === '{' || character === '[') this.#open++;
      else if (character === '}' || character === ']') this.#open--;
    }
  }
}
