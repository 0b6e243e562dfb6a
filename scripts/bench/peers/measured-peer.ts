/** The parent's side of a verifier in a process of its own. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Contender } from '../harness.ts';
import type { Flaw, Inputs, Peer } from './peer.ts';
import type { Answer, Order } from './peer-process.ts';

const PROGRAM = join(import.meta.dirname, 'peer-process.ts');

export class MeasuredPeer implements Contender, AsyncDisposable {
  readonly peer: Peer;
  readonly #child: ChildProcess;
  /** Never fulfils. */
  readonly #death: Promise<never>;
  #noticed: readonly Flaw[] = [];

  private constructor(peer: Peer) {
    this.peer = peer;
    this.#child = fork(PROGRAM, [], { execArgv: ['--expose-gc'], serialization: 'advanced' });
    this.#death = once(this.#child, 'exit').then(() => {
      throw new Error(`the process of ${peer.name} ended`);
    });
    // Whoever asks hears of it.
    this.#death.catch(() => undefined);
  }

  /** Rejects unless it accepts the valid codes and refuses the tampered one. */
  static async open(kind: string, peer: Peer, inputs: Inputs): Promise<MeasuredPeer> {
    const measured = new MeasuredPeer(peer);
    try {
      const { noticed = [] } = await measured.#ask({ do: 'open', kind, peer: peer.name, inputs });
      measured.#noticed = noticed;
      return measured;
    } catch (error) {
      await measured[Symbol.asyncDispose]();
      throw error;
    }
  }

  get name(): string {
    return this.peer.name;
  }

  /** What it refused before it was timed. */
  get noticed(): readonly Flaw[] {
    return this.#noticed;
  }

  async run(count: number): Promise<void> {
    await this.#ask({ do: 'run', count });
  }

  /** Microseconds, one code at a time. */
  async latencies(count: number): Promise<{ readonly p50: number; readonly p99: number }> {
    const { p50 = Number.NaN, p99 = Number.NaN } = await this.#ask({ do: 'latencies', count });
    return { p50, p99 };
  }

  /** How much the process has grown since just before it loaded the verifier. */
  async grownBytes(): Promise<number> {
    return (await this.#ask({ do: 'weigh' })).grownBytes ?? Number.NaN;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill();
    await exited;
  }

  async #ask(order: Order): Promise<Answer> {
    const answered = Promise.race([once(this.#child, 'message'), this.#death]);
    this.#child.send(order);
    // The other side sends nothing else.
    const [answer] = (await answered) as [Answer];
    if (answer.failure !== undefined) throw new Error(answer.failure);
    return answer;
  }
}
