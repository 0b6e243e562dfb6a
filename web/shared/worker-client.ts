/** Questions to a worker and their answers, matched by number. */
import { trustedScriptUrl } from './trusted-urls.ts';

interface Envelope<Content> {
  readonly id: number;
  readonly content: Content;
}

interface Waiting<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerClient<Request, Answer> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting<Answer>>();
  #last = 0;

  constructor(url: string) {
    this.#worker = new Worker(trustedScriptUrl(url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Envelope<Answer>>) => {
      this.#waiting.get(data.id)?.resolve(data.content);
      this.#waiting.delete(data.id);
    });
    this.#worker.addEventListener('error', () => this.#fail());
  }

  /** Rejects when the worker fails; what goes wrong within a question is part of its answer. */
  ask(content: Request, transfer: Transferable[] = []): Promise<Answer> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, content }, transfer);
    });
  }

  #fail(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error('a worker of the page failed'));
    this.#waiting.clear();
  }
}
