/**
 * An issuer that is killed again and again: one process after the other on one folder, behind one address. What was not
 * answered when a process died is sent again to the next, as devices and clients do.
 */
import { until } from '../../support/until.ts';
import { IssuerProcess } from './issuer-process.ts';
import type { IssuerProcessOptions } from './killed-issuer.ts';

export interface Death {
  /** A passing of a fault point at which it kills itself, `NAME:N`; absent: none. */
  readonly fault?: string;
  /** It is killed after it has taken so much of what was posted, if it still lives by then. */
  readonly afterTaken: number;
}

export class MortalIssuer implements AsyncDisposable {
  readonly #options: IssuerProcessOptions;
  readonly #deaths: readonly Death[];
  #present = Promise.withResolvers<string>();
  #victim: IssuerProcess | undefined;
  /** It has loaded and waits for its turn. */
  #successor: IssuerProcess;
  #left = Number.POSITIVE_INFINITY;
  /** What was posted and taken, by all of them. */
  taken = 0;

  /** @param deaths of one process after the other; the last one lives */
  constructor(options: IssuerProcessOptions, deaths: readonly Death[]) {
    this.#options = options;
    this.#deaths = deaths;
    this.#successor = this.#born(deaths[0]);
  }

  /** Resolves when all have died and the last one answers. */
  async live(): Promise<void> {
    for (const [i, { afterTaken }] of this.#deaths.entries()) {
      const victim = this.#successor;
      this.#victim = victim;
      this.#successor = this.#born(this.#deaths[i + 1]);
      this.#left = afterTaken;
      const url = await victim.tryOpen();
      if (url?.startsWith('refused') === true) throw new Error(url);
      if (url !== undefined) this.#present.resolve(url);
      const [code, signal] = await victim.exited;
      if (signal !== 'SIGKILL') throw new Error(`it ended by itself, with ${String(code)}`);
      if (url !== undefined) this.#present = Promise.withResolvers();
    }
    this.#left = Number.POSITIVE_INFINITY;
    this.#present.resolve(await this.#successor.open());
  }

  /** Of whichever process lives to answer the whole of it. */
  async fetch(path: string, init?: RequestInit): Promise<Response> {
    for (;;) {
      const { promise } = this.#present;
      const answer = await answered((await promise) + path, init);
      if (answer !== undefined) {
        if (init?.method === 'POST' && answer.ok) this.#count();
        return answer;
      }
      await until(() => this.#present.promise !== promise);
    }
  }

  #count(): void {
    this.taken++;
    if (--this.#left === 0) this.#victim?.signal('SIGKILL');
  }

  #born(death: Death | undefined): IssuerProcess {
    const fault = death?.fault;
    return new IssuerProcess(this.#options, fault === undefined ? {} : { env: { HCL_FAULT: fault } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#victim?.kill(), this.#successor.kill()]);
  }
}

/** `undefined`: the process was gone before it had answered. */
async function answered(url: string, init?: RequestInit): Promise<Response | undefined> {
  try {
    const answer = await fetch(url, init);
    const { headers, status } = answer;
    return new Response(await answer.arrayBuffer(), { headers, status });
  } catch (error) {
    // fetch reports a connection that broke as a TypeError.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
