/**
 * Whose the port is: that of the workers, or, while there is none, of somebody who stands in for them. A worker is given it
 * when it is about to listen, and has it until it ends.
 */
import type { Log } from '../../service/logging.ts';
import { StandIn } from './stand-in.ts';

export class PortKeeper implements AsyncDisposable {
  readonly #place: { readonly host: string; readonly port: number };
  readonly #log: Log;
  readonly #holders = new Set<object>();
  #standIn: StandIn | undefined;
  #isClosed = false;
  /** One change after the other. */
  #turn: Promise<void> = Promise.resolve();

  constructor({ host, port }: { readonly host: string; readonly port: number }, log: Log) {
    this.#place = { host, port };
    this.#log = log;
  }

  /** Somebody stands in, unless a worker has the port; resolves when the port is answered, or is somebody else's. */
  standIn(): Promise<void> {
    return this.#next(async () => {
      if (this.#holders.size > 0 || this.#standIn !== undefined || this.#isClosed) return;
      try {
        this.#standIn = await StandIn.listen(this.#place);
      } catch (err) {
        // A worker that wants it will say so too.
        this.#log.warn({ err }, 'nobody stands in for the workers: the port is taken');
      }
    });
  }

  /** The port is free for `worker` when it resolves. */
  give(worker: object): Promise<void> {
    this.#holders.add(worker);
    return this.#next(() => this.#endStandIn());
  }

  /** Once `worker` has ended, whether it was given the port or not. */
  leave(worker: object): Promise<void> {
    this.#holders.delete(worker);
    return this.standIn();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    return this.#next(() => this.#endStandIn());
  }

  async #endStandIn(): Promise<void> {
    await this.#standIn?.[Symbol.asyncDispose]();
    this.#standIn = undefined;
  }

  #next(change: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(change);
    return this.#turn;
  }
}
