/** An `Io` for tests: text in, text out, no terminal, a fixed clock and no network. */
import { Readable } from 'node:stream';
import type { Io, Output } from '../../cli/io.ts';

export interface RecordedIo extends Io {
  readonly written: { out: string; err: string };
}

export function ioDouble(
  options: Partial<Pick<Io, 'env' | 'fetch'>> & { readonly stdin?: string } = {},
): RecordedIo {
  const written = { out: '', err: '' };
  return {
    stdin: Readable.from(options.stdin === undefined ? [] : [new TextEncoder().encode(options.stdin)]),
    out: recorder((text) => (written.out += text)),
    err: recorder((text) => (written.err += text)),
    env: options.env ?? {},
    fetch: options.fetch ?? (() => Promise.reject(new TypeError('no network in tests'))),
    nowSeconds: () => 1_800_000_000,
    written,
  };
}

function recorder(append: (text: string) => void): Output {
  return {
    isTerminal: false,
    colour: false,
    columns: 80,
    write(text) {
      append(text);
      return Promise.resolve();
    },
  };
}
