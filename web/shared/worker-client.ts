/**
 * Questions to a worker and their answers, matched by number. A worker says that it has loaded, and of which build it is.
 * Nothing is asked of it before. One that does not say so, for its script did not come or is broken, and one of another
 * build than the page, is given up; the next question starts another.
 */
import { trustedScriptUrl } from './trusted-urls.ts';
import { VERSION } from './version.ts';
import type { Loaded } from './worker-loaded.ts';

interface Envelope<Content> {
  readonly id: number;
  readonly content: Content;
}

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** A script that has not come by then will not. */
const LOAD_MS = 60_000;

export class WorkerClient<Request, Answer> {
  readonly #url: string;
  readonly #onLoaded: (isOurVersion: boolean) => void;
  readonly #waiting = new Map<number, Waiting<Answer>>();
  /** Once it has said that it is of our build. */
  #worker: Promise<Worker> | undefined;
  #last = 0;

  /** @param onLoaded each time a worker has loaded */
  constructor(url: string, onLoaded: (isOurVersion: boolean) => void = () => undefined) {
    this.#url = url;
    this.#onLoaded = onLoaded;
    this.#worker = this.#start();
  }

  /** Rejects when the worker fails; what goes wrong within a question is part of its answer. */
  async ask(content: Request, transfer: Transferable[] = []): Promise<Answer> {
    const worker = await (this.#worker ??= this.#start());
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, content }, transfer);
    });
  }

  #start(): Promise<Worker> {
    const { promise, reject, resolve } = Promise.withResolvers<Worker>();
    // Nobody may be waiting for it.
    promise.catch(() => undefined);
    const worker = new Worker(trustedScriptUrl(this.#url), { type: 'module' });
    let isLoaded = false;
    const giveUp = (): void => {
      worker.terminate();
      this.#worker = undefined;
      reject(failure());
    };
    const patience = setTimeout(giveUp, LOAD_MS);
    const loaded = ({ version }: Partial<Loaded>): void => {
      isLoaded = true;
      clearTimeout(patience);
      const isOurs = version === VERSION;
      if (isOurs) resolve(worker);
      else giveUp();
      this.#onLoaded(isOurs);
    };
    worker.addEventListener('message', ({ data }: MessageEvent<Envelope<Answer> & Partial<Loaded>>) => {
      if (!isLoaded) return loaded(data);
      this.#waiting.get(data.id)?.resolve(data.content);
      this.#waiting.delete(data.id);
    });
    worker.addEventListener('error', () => {
      clearTimeout(patience);
      if (isLoaded) this.#fail();
      else giveUp();
    });
    return promise;
  }

  #fail(): void {
    for (const { reject } of this.#waiting.values()) reject(failure());
    this.#waiting.clear();
  }
}

function failure(): Error {
  return new Error('a worker of the page failed');
}
