/** Files over HTTP, for the engine. */
import type { PageAway } from '../../../core/bundle/day-pages.ts';
import type { GetFile } from '../../../core/bundle/update-bundle.ts';
import { HclError } from '../../../core/errors.ts';
import { readBody } from '../../shared/read-body.ts';

export type FetchErrorCode = PageAway;

export class FetchError extends HclError<FetchErrorCode> {}

/** A server that neither answers nor hangs up must not be waited for for ever. */
export interface Patience {
  /** How long nothing at all may come. */
  readonly silenceMs: number;
  /** How long all of it may take. */
  readonly totalMs: number;
}

/** Larger than any bundle that a device has room for. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Throws `OFFLINE`, also where the network ends halfway or `patience` before it; `NO_ANSWER`. */
export async function fetchFile(url: URL, patience: Patience): Promise<Uint8Array> {
  const { bytes, status } = await take(url, patience).catch((cause: unknown) => {
    throw new FetchError('OFFLINE', 'the server cannot be reached', { cause });
  });
  if (bytes === undefined) throw new FetchError('NO_ANSWER', `the server answered with status ${status}`);
  return bytes;
}

/** `undefined`: the server has no such file. Rejects as `get` does. */
export async function findFile(get: GetFile, path: string): Promise<Uint8Array | undefined> {
  return get(path).catch((error: unknown) => {
    if (error instanceof FetchError && error.code === 'NO_ANSWER') return undefined;
    throw error;
  });
}

/** Or why it is not here. */
export async function findPage(get: GetFile, path: string): Promise<Uint8Array | PageAway> {
  return get(path).catch((error: unknown) => {
    if (error instanceof FetchError) return error.code;
    throw error;
  });
}

async function take(
  url: URL,
  { silenceMs, totalMs }: Patience,
): Promise<{ readonly status: number; readonly bytes?: Uint8Array }> {
  const silence = new SilenceLimit(silenceMs);
  const signal = AbortSignal.any([silence.signal, AbortSignal.timeout(totalMs)]);
  try {
    // What a name stands for may have changed; what a digest stands for has not.
    const { body, ok, status } = await fetch(url, { cache: 'no-cache', redirect: 'error', signal });
    const limits = { maxBytes: MAX_BYTES, onWait: () => silence.begin() };
    const bytes = ok ? await readBody(body, limits) : undefined;
    return bytes === undefined ? { status } : { status, bytes };
  } finally {
    silence.end();
  }
}

class SilenceLimit {
  readonly #limitMs: number;
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
    this.begin();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on, anew. */
  begin(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), this.#limitMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
