/**
 * Questions between two of our processes, over the channel that one opened to the other when it started it. What is asked
 * and answered are values that can be copied (`serialization: 'advanced'`); errors travel as code and sentence.
 *
 *   {"question": 7, "name": "note", "args": […]}  →  {"answer": 7, "value": …} or {"answer": 7, "error": {"code", "message"}}
 */
import type { Serializable } from 'node:child_process';
import { HclError } from '../../core/errors.ts';

/** What one side can be asked. */
export type Duties = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Of either end: a worker (`cluster`), or the process itself. */
export interface Channel {
  send?(message: Serializable, sent: (error: Error | null) => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

/** With the other side's code; `SERVICE_OVERLOADED` when it did not answer in time or is gone. */
export class PeerError extends HclError {}

type Message =
  | { readonly question: number; readonly name: string; readonly args: readonly unknown[] }
  | { readonly answer: number; readonly value: unknown }
  | { readonly answer: number; readonly error: { readonly code: string; readonly message: string } };

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

const ANSWER_MS = 5000;

export class Peer<Theirs extends Duties> {
  readonly #channel: Channel;
  readonly #duties: Duties;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  /** @param duties what we answer */
  constructor(channel: Channel, duties: Duties) {
    this.#channel = channel;
    this.#duties = duties;
    // Nobody else sends on this channel.
    channel.on('message', (message) => this.#take(message as Message));
  }

  /** Rejects with a {@link PeerError}. @param withinMs how long an answer may take */
  ask<Name extends keyof Theirs & string>(
    name: Name,
    args: Parameters<Theirs[Name]>,
    withinMs: number = ANSWER_MS,
  ): Promise<Awaited<ReturnType<Theirs[Name]>>> {
    const question = ++this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const give = (error: Error): void => {
      clearTimeout(this.#waiting.get(question)?.timer);
      this.#waiting.delete(question);
      reject(error);
    };
    const timer = setTimeout(() => give(noAnswer()), withinMs);
    this.#waiting.set(question, { resolve, reject, timer });
    this.#send({ question, name, args }, () => give(noAnswer()));
    // The other side answers as its duty says.
    return promise as Promise<Awaited<ReturnType<Theirs[Name]>>>;
  }

  #take(message: Message): void {
    if ('question' in message) {
      void this.#answer(message.question, message.name, message.args).then((answer) =>
        this.#send(answer, () => undefined),
      );
      return;
    }
    const waiting = this.#waiting.get(message.answer);
    if (waiting === undefined) return;
    this.#waiting.delete(message.answer);
    clearTimeout(waiting.timer);
    if ('error' in message) waiting.reject(new PeerError(message.error.code, message.error.message));
    else waiting.resolve(message.value);
  }

  async #answer(answer: number, name: string, args: readonly unknown[]): Promise<Message> {
    try {
      // Both ends are the same version of this program: a question has the arguments of its duty.
      return { answer, value: await this.#duties[name]?.(...(args as never[])) };
    } catch (error) {
      const { code, message } =
        error instanceof HclError ? error : { code: 'INTERNAL', message: 'the other process failed' };
      return { answer, error: { code, message } };
    }
  }

  #send(message: Message, failed: () => void): void {
    try {
      this.#channel.send?.(message, (error) => {
        if (error !== null) failed();
      });
    } catch {
      failed(); // the channel is closed
    }
  }
}

function noAnswer(): PeerError {
  return new PeerError('SERVICE_OVERLOADED', 'the process that keeps this did not answer');
}
