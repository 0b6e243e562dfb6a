/**
 * The connection that a worker has been dealt last. The cluster deals a worker one at a time and closes its own end when the
 * worker has taken it; of a worker that ends before, it would keep that end for ever, and the client would wait as long.
 */
import type { Serializable } from 'node:child_process';
import type { Worker } from 'node:cluster';

export class Dealt {
  #last: { close?: () => void } | undefined;

  /** Call before anything is sent to `worker`. */
  constructor(worker: Worker) {
    const { process } = worker;
    const send = process.send?.bind(process);
    if (send === undefined) return; // no channel, nothing dealt
    process.send = (message: Serializable, ...more: unknown[]): boolean => {
      const [handle] = more;
      // The cluster deals the bare handle of a connection, which can be closed twice.
      if (typeof handle === 'object' && handle !== null) this.#last = handle;
      // What it was called with it is called with.
      return Reflect.apply(send, process, [message, ...more]) as boolean;
    };
  }

  /** Once the worker has ended. */
  end(): void {
    this.#last?.close?.();
  }
}
