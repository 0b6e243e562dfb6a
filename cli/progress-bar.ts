/**
 * A line that shows how far something is, drawn over itself, for whoever looks at a terminal; into files and pipes
 * nothing is written.
 *
 *   records.csv  ██████████░░░░░░░░░░  52 %  26,000 rows  4,310/s
 */
import type { Io } from './io.ts';
import { printable } from './page.ts';

export interface ProgressStep {
  /** 0 to 1; `undefined` when nobody knows. */
  readonly share: number | undefined;
  readonly done: number;
  /** What is counted: `rows`. */
  readonly unit: string;
}

const CELLS = 20;
const START_OF_LINE = '\r\u001b[K';

export class ProgressBar implements AsyncDisposable {
  readonly #label: string;
  readonly #io: Pick<Io, 'err' | 'nowSeconds'>;
  readonly #startedAtSeconds: number;
  #shown = '';

  constructor(label: string, io: Pick<Io, 'err' | 'nowSeconds'>) {
    this.#label = printable(label);
    this.#io = io;
    this.#startedAtSeconds = io.nowSeconds();
  }

  async show(step: ProgressStep): Promise<void> {
    if (!this.#io.err.isTerminal) return;
    const text = this.#lineOf(step);
    if (text === this.#shown) return;
    this.#shown = text;
    await this.#io.err.write(START_OF_LINE + text);
  }

  /** Takes the line away. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#shown !== '') await this.#io.err.write(START_OF_LINE);
  }

  #lineOf({ share, done, unit }: ProgressStep): string {
    const seconds = this.#io.nowSeconds() - this.#startedAtSeconds;
    const rate = seconds > 0 ? `  ${format(done / seconds)}/s` : '';
    const bar = share === undefined ? '' : `${cells(share)}  ${format(share * 100)} %  `;
    return `${this.#label}  ${bar}${format(done)} ${unit}${rate}`;
  }
}

function cells(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * CELLS);
  return '█'.repeat(full) + '░'.repeat(CELLS - full);
}

function format(value: number): string {
  return Math.floor(value).toLocaleString('en');
}
