/** The issuer's side of the finishing thread (`finishing-worker.ts`). */
import { Worker } from 'node:worker_threads';
import type { FinishedRecord, UnsignedRecord } from './finish.ts';
import { packUnsigned, unpackFinished } from './finishing-message.ts';
import type { FinishingSecrets } from './finishing-parts.ts';

export class FinishingThread {
  readonly #worker: Worker;
  /** The thread answers in the order in which it was asked. */
  readonly #asked: PromiseWithResolvers<readonly FinishedRecord[]>[] = [];
  #isAlive = true;
  #isRetired = false;

  constructor({ did, signingKey, keyEncryption }: FinishingSecrets) {
    const file = new URL('./finishing-worker.ts', import.meta.url);
    this.#worker = new Worker(file, { workerData: { did, signingKey, keyEncryption } });
    this.#worker.on('message', (packed: Uint8Array) => {
      this.#asked.shift()?.resolve(unpackFinished(packed));
      if (this.#asked.length === 0) this.#worker.unref();
      if (this.#asked.length === 0 && this.#isRetired) void this.end();
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the finishing thread has ended')));
    this.#worker.unref();
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Requests that it has not answered. */
  get atHand(): number {
    return this.#asked.length;
  }

  /** Rejects when the thread dies before it answers. */
  finish(records: readonly UnsignedRecord[]): Promise<readonly FinishedRecord[]> {
    const answer = Promise.withResolvers<readonly FinishedRecord[]>();
    this.#asked.push(answer);
    // Nobody waits for an idle thread, but everybody for one at work.
    this.#worker.ref();
    const packed = packUnsigned(records);
    this.#worker.postMessage(packed, [packed.buffer]);
    return answer.promise;
  }

  /** Ends once all that was asked is answered. */
  retire(): void {
    this.#isRetired = true;
    if (this.#asked.length === 0) void this.end();
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: Error): void {
    this.#isAlive = false;
    for (const { reject } of this.#asked.splice(0)) reject(error);
  }
}
