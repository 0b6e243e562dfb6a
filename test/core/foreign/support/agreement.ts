/**
 * How our reading agrees with a corpus: every case counts, and one that differs must be in the reviewed list of
 * exceptions with its reason, no more and no less. Prints one line a corpus.
 */
import { readFileSync } from 'node:fs';
import { stdout } from 'node:process';
import { expect } from 'chai';

export interface Exception {
  readonly corpus: string;
  /** Path in the corpus; a `*` at its end stands for any rest. */
  readonly file: string;
  readonly check: string;
  readonly reason: string;
}

export const EXCEPTIONS: readonly Exception[] = JSON.parse(
  readFileSync(new URL('../exceptions.json', import.meta.url), 'utf8'),
) as readonly Exception[];

export class Agreement {
  readonly #corpus: string;
  #cases = 0;
  readonly #differing: { readonly file: string; readonly check: string; readonly why: string }[] = [];

  constructor(corpus: string) {
    this.#corpus = corpus;
  }

  /** Counts one case. @param why what was seen instead, for the report of an unlisted difference */
  count(file: string, check: string, agrees: boolean, why = ''): void {
    this.#cases++;
    if (!agrees) this.#differing.push({ file, check, why });
  }

  /** Fails unless just the listed exceptions differ, and tells the figures. @param part of the corpus */
  conclude(part: string, least: number, checks: readonly string[]): void {
    const listed = EXCEPTIONS.filter(
      ({ corpus, check }) => corpus === this.#corpus && checks.includes(check),
    );
    const isListed = ({ file, check }: { file: string; check: string }): boolean =>
      listed.some((exception) => exception.check === check && matches(exception.file, file));
    const unlisted = this.#differing.filter((case_) => !isListed(case_));
    const unused = listed.filter(
      ({ file, check }) =>
        !this.#differing.some((found) => found.check === check && matches(file, found.file)),
    );
    const agreed = this.#cases - this.#differing.length;
    stdout.write(
      `      ${this.#corpus.padEnd(20)} ${part.padEnd(28)} ${String(this.#cases).padStart(6)} cases  ` +
        `${String(agreed).padStart(6)} agreed  ${String(this.#differing.length).padStart(4)} exceptions\n`,
    );
    expect(unlisted.map(textOf).join('\n'), 'differences that are not listed').to.equal('');
    expect(unused.map(textOf).join('\n'), 'exceptions that agree').to.equal('');
    expect(this.#cases, 'cases').to.be.at.least(least);
  }
}

function matches(pattern: string, file: string): boolean {
  return pattern.endsWith('*') ? file.startsWith(pattern.slice(0, -1)) : pattern === file;
}

function textOf({
  file,
  check,
  ...rest
}: {
  readonly file: string;
  readonly check: string;
  readonly why?: string;
}): string {
  return [check, file, rest.why ?? ''].join(' ');
}
